//! Lends the sudo password to a program on a host whose stdin is its own, which is what Nix needs to copy as root.
//!
//! The password lies in a private folder in the host's memory, from the loan until its end.

use std::sync::Arc;
use std::time::Duration;

use openssh::{Child, ChildStdin, Session, Stdio};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::HostError;
use super::password::Secret;
use crate::process::{Tail, pipes};

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
    _lender: Child<Arc<Session>>,
}

/// Lends the password.
pub(super) async fn lend(
    session: &Arc<Session>,
    address: &str,
    secret: &Secret,
) -> Result<Loan, HostError> {
    let argv = ["sh", "-c", LEND, "netlib-askpass", LONGEST_LOAN];
    let failed = |said: String| HostError::Failed {
        address: address.to_owned(),
        argv: argv[..2].iter().map(|word| (*word).to_owned()).collect(),
        status: "no askpass program for sudo".to_owned(),
        said,
    };
    let mut lender = Arc::clone(session)
        .arc_command(argv[0])
        .args(&argv[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .await
        .map_err(|error| failed(error.to_string()))?;
    let (Some(mut input), Some(output), stderr) = (
        lender.stdin().take(),
        lender.stdout().take(),
        lender.stderr().take(),
    ) else {
        return Err(failed("its pipes are missing".to_owned()));
    };
    let ready = async {
        // A host that ends without reading says why on stderr.
        let _ = input.write_all(&secret.line()).await;
        let _ = input.flush().await;
        let mut line = String::new();
        let _ = BufReader::new(output).read_line(&mut line).await;
        line.trim_end().to_owned()
    };
    match tokio::time::timeout(READY, ready).await {
        Ok(program) if !program.is_empty() => Ok(Loan {
            program,
            _input: input,
            _lender: lender,
        }),
        Ok(_) => {
            let mut tail = Tail::default();
            drop(input);
            let read = pipes::lines(stderr, &mut tail, |_| {});
            let _ = tokio::time::timeout(READY, read).await;
            Err(failed(tail.text()))
        }
        Err(_) => Err(failed(format!("no answer within {} s", READY.as_secs()))),
    }
}
