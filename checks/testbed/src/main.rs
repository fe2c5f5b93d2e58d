//! `testbed`: beds of real hosts from the command line.

use std::process::ExitCode;

use clap::Parser;
use netlib_testbed::cli::Cli;

fn main() -> ExitCode {
    match Cli::parse().run() {
        // Statuses above 255 do not exist.
        Ok(status) => ExitCode::from(u8::try_from(status).unwrap_or(1)),
        Err(error) => {
            eprintln!("testbed: error: {error}");
            ExitCode::FAILURE
        }
    }
}
