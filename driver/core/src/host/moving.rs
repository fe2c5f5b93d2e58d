//! A node that moves: its target is where it will be, and until it is there it is reached where it was.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::OnceCell;

use super::connect::address;
use super::password::SudoPassword;
use super::{Host, HostCommand, HostError, SshHost};
use crate::plan::Target;
use crate::process::{LineSink, Output};

/// Where it will be and where it was, and how sockets to both are called.
type Ways<'a> = ([&'a Target; 2], &'a Path);

/// A node that moves: what is first of two is where it will be.
pub(super) struct Moving {
    node: String,
    ways: [(Target, OnceCell<SshHost>); 2],
    /// Where it was found at first, and lately.
    found: usize,
    at: AtomicUsize,
    socket: Box<Path>,
    password: Arc<SudoPassword>,
}

impl Moving {
    /// Finds it where it will be, or else where it was.
    pub(super) async fn find(node: &str, way: Ways<'_>, password: &Arc<SudoPassword>) -> Result<Self, HostError> {
        let (node, ways) = (node.to_owned(), way.0.map(|target| (target.clone(), OnceCell::new())));
        let mut this = Self { node, ways, found: 0, at: 0.into(), socket: way.1.into(), password: password.clone() };
        if let Err(error) = this.way(0).await.map(drop) {
            if !matches!(error, HostError::NoConnection(_)) || this.way(1).await.is_err() {
                return Err(error);
            }
            (this.found, this.at) = (1, 1.into());
        }
        Ok(this)
    }

    async fn way(&self, which: usize) -> Result<&SshHost, HostError> {
        let (target, host) = &self.ways[which];
        let socket = self.socket.with_extension(which.to_string());
        host.get_or_try_init(|| SshHost::connect(&self.node, target, socket, &self.password)).await
    }
}

impl Host for Moving {
    fn node(&self) -> &str {
        &self.node
    }

    fn address(&self) -> String {
        address(&self.ways[self.at.load(Ordering::Relaxed)].0)
    }

    /// What must be asked anew is asked where it will be: that is what a confirmation is for. Who was found there already may go
    /// back to where it was.
    fn execute(&self, command: HostCommand, lines: Option<LineSink>) -> BoxFuture<'_, Result<Output, HostError>> {
        async move {
            let first = if command.is_anew { 0 } else { self.at.load(Ordering::Relaxed) };
            let run = async |which| self.way(which).await?.execute(command.clone(), lines.clone()).await;
            let other = 1 - first;
            match run(first).await {
                Err(HostError::NoConnection(_)) if !command.is_anew || self.found == 0 => {
                    let result = run(other).await;
                    if result.is_ok() && !command.is_anew {
                        self.at.store(other, Ordering::Relaxed);
                    }
                    result
                }
                result => result,
            }
        }
        .boxed()
    }

    fn ssh(&self) -> Option<&SshHost> {
        self.ways[self.at.load(Ordering::Relaxed)].1.get()
    }
}
