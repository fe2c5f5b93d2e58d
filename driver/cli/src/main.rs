//! The command `netlib`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    netlib::commands::main().await
}
