//! The machine netlib runs on: no SSH, only root's privilege, or those of its user for checks that look at nodes from here.

use std::path::{Path, PathBuf};

use futures::FutureExt;
use futures::future::BoxFuture;

use super::password::SudoPassword;
use super::privilege::Privilege;
use super::{Host, HostCommand, HostError};
use crate::plan::Target;
use crate::process::{LineSink, Output};

/// How people read where commands ran.
pub(super) const HERE: &str = "this machine";

/// The machine netlib runs on.
pub struct Deployer {
    node: String,
    address: &'static str,
    privilege: Privilege,
    folder: Option<PathBuf>,
}

impl Deployer {
    /// With the privilege of whoever runs netlib. Temporary files of what runs here go to this folder, which must be private.
    pub fn new(folder: &Path) -> Self {
        let node = "deployer".to_owned();
        Self { node, address: "the deployer", privilege: Privilege::Root, folder: Some(folder.to_owned()) }
    }

    /// As a node, which is root's: finds out how to become root.
    pub(super) async fn as_node(node: &str, target: &Target, password: &SudoPassword) -> Result<Self, HostError> {
        let privilege = Privilege::find(target, &|command| run(HERE, None, command, None).boxed(), password).await?;
        Ok(Self { node: node.to_owned(), address: HERE, privilege, folder: None })
    }
}

async fn run(
    address: &str,
    folder: Option<&Path>,
    command: HostCommand,
    lines: Option<LineSink>,
) -> Result<Output, HostError> {
    let argv = command.argv.clone();
    let mut command = command.on_deployer();
    if let Some(folder) = folder {
        command = command.env("TMPDIR", folder);
    }
    command.stream_to(lines.as_ref()).await.map_err(|error| HostError::of_command(address, &argv, error))
}

impl Host for Deployer {
    fn node(&self) -> &str {
        &self.node
    }

    fn address(&self) -> String {
        self.address.to_owned()
    }

    fn execute(&self, command: HostCommand, lines: Option<LineSink>) -> BoxFuture<'_, Result<Output, HostError>> {
        let run = |command| run(self.address, self.folder.as_deref(), command, lines);
        self.privilege.run(self.address, command, run).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Stream;

    fn here() -> Deployer {
        Deployer { node: "alpha".to_owned(), address: HERE, privilege: Privilege::Root, folder: None }
    }

    #[tokio::test]
    async fn words_and_input_arrive_as_they_are() {
        let host = here();
        let command = HostCommand::new(["sh", "-c", "cat; printf '<%s>' \"$@\"", "sh", "a b", "$HOME"]);
        let output = host.run(command.stdin("in ")).await.unwrap();
        assert_eq!(output.stdout, b"in <a b><$HOME>");
        assert!(host.ssh().is_none());
    }

    #[tokio::test]
    async fn lines_come_from_both_streams() {
        let host = here();
        let (sink, mut lines) = crate::process::line_channel();
        let command = HostCommand::new(["sh", "-c", "echo out; echo err >&2; exit 3"]);
        let error = host.execute(command, Some(sink)).await.err().unwrap();
        assert!(matches!(error, HostError::Failed { status, .. } if status == "exit status: 3"));
        let mut said = Vec::new();
        while let Some(line) = lines.recv().await {
            said.push(line);
        }
        said.sort_by_key(|(_, line)| line.clone());
        let expected = [(Stream::Stderr, "err"), (Stream::Stdout, "out")];
        assert_eq!(said, expected.map(|(stream, line)| (stream, line.to_owned())));
    }

    #[tokio::test]
    async fn a_failing_command_is_told_with_its_stderr() {
        let host = here();
        let command = HostCommand::new(["sh", "-c", "echo no >&2; exit 7"]);
        let error = host.run(command).await.err().unwrap();
        insta::assert_snapshot!(error, @r#"
        command failed on this machine (exit status: 7): sh -c 'echo no >&2; exit 7'
            no
        "#);
    }
}
