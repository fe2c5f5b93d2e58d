//! Lends the sudo password to a program on a host whose stdin is its own, which is what Nix needs to copy as root.
//!
//! The password lies in a private folder in the host's memory, from the loan until its end.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin};

use super::HostError;
use super::frame::Framed;
use super::master::Connection;
use super::password::Secret;
use crate::process::{Limits, Reader, Tail};

/// How long the host may take to get ready.
const READY: Duration = Duration::from_secs(30);
/// After this the host takes the password away by itself, if it cannot tell that the connection is gone.
const LONGEST_LOAN: &str = "7200";

/// Runs on the host. Its input ends with the loan, with the connection or with netlib, and so does the folder.
const LEND: &str = include_str!("askpass/lend.sh");

/// A password that is on loan to a host; taken away when this is dropped.
pub(super) struct Loan {
    /// The program there that runs `nix-daemon` as root.
    pub(super) program: String,
    _input: ChildStdin,
    _lender: Child,
}

/// Lends the password.
pub(super) async fn lend(connection: &Connection, address: &str, secret: &Secret) -> Result<Loan, HostError> {
    let argv = ["sh", "-c", LEND, "netlib-askpass", LONGEST_LOAN].map(str::to_owned);
    let failed = |said: String| HostError::Failed {
        address: address.to_owned(),
        argv: argv[..2].to_vec(),
        status: "no askpass program for sudo".to_owned(),
        said,
    };
    let framed = Framed::new(&argv);
    let ssh = connection.command(&framed.argv).stdin(Vec::new());
    let mut lender = ssh.spawn()?;
    let (Some(mut input), Some(output), Some(errors)) =
        (lender.stdin.take(), lender.stdout.take(), lender.stderr.take())
    else {
        return Err(failed("its pipes are missing".to_owned()));
    };
    let mut tail = Tail::default();
    let ready = async {
        // A host that ends without reading says why on stderr.
        let _ = input.write_all(&secret.line()).await;
        let _ = input.flush().await;
        let mut output = Reader::new(output, Limits::HOST);
        output.skip_to(&framed.mark, &mut tail).await;
        output.line().await.unwrap_or_default()
    };
    match tokio::time::timeout(READY, ready).await {
        Ok(program) if program.starts_with('/') => Ok(Loan { program, _input: input, _lender: lender }),
        Ok(_) => {
            drop(input);
            let mut errors = Reader::new(errors, Limits::HOST);
            let read = async {
                while let Some(line) = errors.line().await {
                    tail.push(&line);
                }
            };
            let _ = tokio::time::timeout(READY, read).await;
            Err(failed(tail.text()))
        }
        Err(_) => Err(failed(format!("no answer within {} s", READY.as_secs()))),
    }
}
