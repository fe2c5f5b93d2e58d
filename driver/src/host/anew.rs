//! A command over a TCP connection of its own: what shows that a host can be reached by somebody who comes now.

use super::connect::address;
use super::frame::Framed;
use super::master::{login_words, ssh};
use super::{ConnectFailure, HostCommand, HostError};
use crate::plan::Target;
use crate::process::{Limits, Output, ProcessError, quote_argv};

/// ssh says this for itself; a command of ours never ends so.
const SSH_FAILED: i32 = 255;

/// Logs in anew, runs a command and leaves.
pub(super) async fn run(node: &str, target: &Target, command: HostCommand) -> Result<Output, HostError> {
    let framed = Framed::new(&command.argv);
    let result = ssh(arguments(target, &framed.argv))
        .stdin(command.stdin)
        .timeout(command.timeout)
        .limits(Limits::HOST)
        .after_mark(framed.mark)
        .output()
        .await;
    result.map_err(|error| failure(node, target, command.argv, error))
}

/// No connection of this user's own configuration is shared either.
fn arguments(target: &Target, argv: &[String]) -> Vec<String> {
    let mut words: Vec<String> = ["-T", "-S", "none", "-o", "ControlMaster=no"].map(str::to_owned).to_vec();
    words.extend(login_words(target));
    words.extend(["--".to_owned(), target.host.clone(), quote_argv(argv)]);
    words
}

fn failure(node: &str, target: &Target, argv: Vec<String>, error: ProcessError) -> HostError {
    match error {
        ProcessError::Failed { status, stderr_tail, .. } if status.code() == Some(SSH_FAILED) => {
            HostError::NoConnection {
                node: node.to_owned(),
                failure: Box::new(ConnectFailure::recognise(target, &stderr_tail)),
            }
        }
        error => HostError::of_command(&address(target), error).of(&argv),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_connection_is_shared_and_words_arrive_as_they_are() {
        let target = Target {
            host: "alpha".to_owned(),
            user: Some("root".to_owned()),
            port: None,
            ssh_options: vec!["-o".to_owned(), "ControlMaster=auto".to_owned()],
            local: false,
        };
        let argv = ["sh", "-c", "echo $1", "sh", "a b"].map(str::to_owned);
        let words = arguments(&target, &argv).join(" ");
        insta::assert_snapshot!(words, @"-T -S none -o ControlMaster=no -k -o BatchMode=yes -o RemoteCommand=none -o RequestTTY=no -l root -o ControlMaster=auto -o ConnectTimeout=5 -o ForwardAgent=no -o ForwardX11=no -o ForwardX11Trusted=no -o Tunnel=no -o ClearAllForwardings=yes -o PermitLocalCommand=no -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o LogLevel=ERROR -- alpha sh -c 'echo $1' sh 'a b'");
    }
}
