//! The machine netlib runs on, as its user: for checks that look at nodes from here.

use std::path::{Path, PathBuf};

use futures::FutureExt;
use futures::future::BoxFuture;

use super::{Host, HostCommand, HostError, RemoteStore};
use crate::process::{Command, LineSink, Output};

const HERE: &str = "the deployer";

/// The machine netlib runs on, with the rights of whoever runs it and no more.
#[derive(Clone, Debug)]
pub struct Deployer {
    folder: PathBuf,
}

impl Deployer {
    /// Temporary files of what runs here go to this folder, which must be private.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn prepared(&self, command: HostCommand) -> Command {
        command.on_deployer().env("TMPDIR", &self.folder)
    }
}

impl Host for Deployer {
    fn node(&self) -> &str {
        "deployer"
    }

    fn address(&self) -> String {
        HERE.to_owned()
    }

    fn run(&self, command: HostCommand) -> BoxFuture<'_, Result<Output, HostError>> {
        async move {
            let output = self.prepared(command).output().await;
            output.map_err(|error| HostError::of_command(HERE, error))
        }
        .boxed()
    }

    fn run_lines(&self, command: HostCommand, lines: LineSink) -> BoxFuture<'_, Result<Output, HostError>> {
        async move {
            let output = self.prepared(command).stream_lines(&lines).await;
            output.map_err(|error| HostError::of_command(HERE, error))
        }
        .boxed()
    }

    fn store(&self) -> BoxFuture<'_, Result<Option<RemoteStore>, HostError>> {
        futures::future::ready(Ok(None)).boxed()
    }
}
