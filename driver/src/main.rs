//! The command `netlib`.

fn main() {}
