//! Why a child process did not do its work, in words for people.

use std::process::ExitStatus;
use std::time::Duration;

/// Why a child process did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The program is not installed.
    #[error("the program `{program}` was not found\n  hint: {}", hint(program))]
    NotFound {
        /// Its name.
        program: String,
    },
    /// It ended with a non-zero status or by a signal.
    #[error("command failed ({status}): {}{}", quote_argv(argv), shown(stderr_tail))]
    Failed {
        /// Program and arguments.
        argv: Vec<String>,
        /// How it ended.
        status: ExitStatus,
        /// The end of its stderr.
        stderr_tail: String,
    },
    /// It ran for too long and was ended.
    #[error("command ended after its time limit of {} s: {}{}", after.as_secs_f64(), quote_argv(argv), shown(stderr_tail))]
    TimedOut {
        /// Program and arguments.
        argv: Vec<String>,
        /// The limit.
        after: Duration,
        /// The end of its stderr.
        stderr_tail: String,
    },
    /// It printed more than was to be taken.
    #[error("command ended: it printed more than {} MiB: {}", limit / 1024 / 1024, quote_argv(argv))]
    TooLong {
        /// Program and arguments.
        argv: Vec<String>,
        /// Most bytes.
        limit: usize,
    },
    /// The run was cancelled, and the child with it.
    #[error("command cancelled: {}", quote_argv(argv))]
    Cancelled {
        /// Program and arguments.
        argv: Vec<String>,
    },
    /// The operating system refused to start it or to tell how it ended.
    #[error("could not run {}: {source}", quote_argv(argv))]
    Io {
        /// Program and arguments.
        argv: Vec<String>,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl ProcessError {
    /// The error for a program that is not installed.
    #[must_use]
    pub fn not_found(program: &str) -> Self {
        Self::NotFound { program: program.to_owned() }
    }

    /// The end of the child's stderr; empty where there is none.
    #[must_use]
    pub fn stderr_tail(&self) -> &str {
        match self {
            Self::Failed { stderr_tail, .. } | Self::TimedOut { stderr_tail, .. } => stderr_tail,
            _ => "",
        }
    }
}

/// An argument vector as one could type it into a shell.
#[must_use]
pub fn quote_argv(argv: &[String]) -> String {
    argv.iter()
        .map(|word| shlex::try_quote(word).unwrap_or_else(|_| format!("{word:?}").into()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn hint(program: &str) -> &'static str {
    match program {
        "nix" | "nix-store" | "nix-env" => {
            "netlib evaluates and builds with Nix: install it from https://nixos.org/download or with `apt install nix-bin`"
        }
        "ssh" => "netlib reaches hosts with OpenSSH: install its client, for example with `apt install openssh-client`",
        "git" => "install it, for example with `apt install git`",
        "sudo" => "run netlib as root, or install sudo",
        _ => "install it, or correct PATH",
    }
}

fn shown(tail: &str) -> String {
    if tail.is_empty() {
        return "\n  it printed nothing on stderr".to_owned();
    }
    let lines: String = tail.lines().flat_map(|line| ["\n    ", line]).collect();
    format!("\n  the end of its stderr:{lines}")
}
