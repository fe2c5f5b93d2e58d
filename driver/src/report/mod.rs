//! What people see. Everything here only reads: the stream of events, a plan, the result of a run.

pub mod dot;
pub mod lines;
pub mod progress;
pub mod summary;
pub mod tree;
