//! The machine netlib runs on: no SSH, only root's rights.

use futures::FutureExt;
use futures::future::BoxFuture;

use super::password::SudoPassword;
use super::rights::{Login, Rights};
use super::{Host, HostCommand, HostError};
use crate::process::{LineSink, Output, ProcessError};

/// How people read where commands ran.
pub(super) const HERE: &str = "this machine";

/// The machine netlib runs on.
pub(super) struct LocalHost {
    node: String,
    rights: Rights,
}

impl LocalHost {
    /// Finds out how to become root.
    pub(super) async fn connect(node: String, password: &SudoPassword) -> Result<Self, HostError> {
        let rights = Rights::find(&Here, password).await?;
        Ok(Self { node, rights })
    }
}

/// The user who runs netlib.
struct Here;

impl Login for Here {
    fn asker(&self) -> BoxFuture<'_, Result<Option<String>, HostError>> {
        let is_root = rustix::process::geteuid().is_root();
        std::future::ready(Ok((!is_root).then(|| HERE.to_owned()))).boxed()
    }

    fn execute(&self, command: HostCommand) -> BoxFuture<'_, Result<Output, HostError>> {
        let command = command.on_deployer();
        async move { command.output().await.map_err(failure) }.boxed()
    }
}

impl Host for LocalHost {
    fn node(&self) -> &str {
        &self.node
    }

    fn address(&self) -> String {
        HERE.to_owned()
    }

    fn execute(&self, command: HostCommand, lines: Option<LineSink>) -> BoxFuture<'_, Result<Output, HostError>> {
        async move {
            self.rights.check(HERE)?;
            let command = self.rights.wrap(command).on_deployer();
            let result = command.stream_to(lines.as_ref()).await.map_err(failure);
            self.rights.learn(&result);
            result
        }
        .boxed()
    }
}

fn failure(error: ProcessError) -> HostError {
    HostError::of_command(HERE, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Stream;

    #[tokio::test]
    async fn words_and_input_arrive_as_they_are() {
        let host = LocalHost { node: "alpha".to_owned(), rights: Rights::Root };
        let command = HostCommand::new(["sh", "-c", "cat; printf '<%s>' \"$@\"", "sh", "a b", "$HOME"]);
        let output = host.run(command.stdin("in ")).await.unwrap();
        assert_eq!(output.stdout, b"in <a b><$HOME>");
        assert!(host.store().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn lines_come_from_both_streams() {
        let host = LocalHost { node: "alpha".to_owned(), rights: Rights::Root };
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
        let host = LocalHost { node: "alpha".to_owned(), rights: Rights::Root };
        let command = HostCommand::new(["sh", "-c", "echo no >&2; exit 7"]);
        let error = host.run(command).await.err().unwrap();
        insta::assert_snapshot!(error, @r#"
        command failed on this machine (exit status: 7): sh -c 'echo no >&2; exit 7'
            no
        "#);
    }
}
