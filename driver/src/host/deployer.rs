//! The machine netlib runs on, as its user: for checks that look at nodes from here.

use futures::FutureExt;
use futures::future::BoxFuture;

use super::{Host, HostCommand, HostError, RemoteStore};
use crate::process::{LineSink, Output};

const HERE: &str = "the deployer";

/// The machine netlib runs on, with the rights of whoever runs it and no more.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deployer;

impl Host for Deployer {
    fn node(&self) -> &str {
        "deployer"
    }

    fn address(&self) -> String {
        HERE.to_owned()
    }

    fn run(&self, command: HostCommand) -> BoxFuture<'_, Result<Output, HostError>> {
        async move {
            let output = command.on_deployer().output().await;
            output.map_err(|error| HostError::of_command(HERE, error))
        }
        .boxed()
    }

    fn run_lines(
        &self,
        command: HostCommand,
        lines: LineSink,
    ) -> BoxFuture<'_, Result<Output, HostError>> {
        async move {
            let output = command.on_deployer().stream_lines(&lines).await;
            output.map_err(|error| HostError::of_command(HERE, error))
        }
        .boxed()
    }

    fn store(&self) -> BoxFuture<'_, Result<Option<RemoteStore>, HostError>> {
        futures::future::ready(Ok(None)).boxed()
    }
}
