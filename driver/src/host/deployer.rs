//! The machine netlib runs on, as its user: for checks that look at nodes from here.

use std::path::{Path, PathBuf};

use futures::FutureExt;
use futures::future::BoxFuture;

use super::{Host, HostCommand, HostError};
use crate::process::{LineSink, Output};

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
}

impl Host for Deployer {
    fn node(&self) -> &str {
        "deployer"
    }

    fn address(&self) -> String {
        HERE.to_owned()
    }

    fn execute(&self, command: HostCommand, lines: Option<LineSink>) -> BoxFuture<'_, Result<Output, HostError>> {
        let command = command.on_deployer().env("TMPDIR", &self.folder);
        async move { command.stream_to(lines.as_ref()).await.map_err(|error| HostError::of_command(HERE, error)) }
            .boxed()
    }
}
