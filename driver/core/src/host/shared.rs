//! The connection that all commands on a host share: made when it is first needed, and again when it is gone.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::master::Connection;
use super::{HostError, retry};
use crate::plan::Target;

/// A connection that was idle for longer may have ended meanwhile, by itself or with the network.
const BELIEVED: Duration = Duration::from_secs(20);

/// The connection to one host.
pub(super) struct Shared {
    node: String,
    target: Target,
    socket: PathBuf,
    /// With when it was used last.
    open: Mutex<Option<(Arc<Connection>, Instant)>>,
}

impl Shared {
    /// A connection that is not made yet.
    pub(super) fn new(node: String, target: Target, socket: PathBuf) -> Self {
        Self { node, target, socket, open: Mutex::new(None) }
    }

    /// The connection, which is made first where there is none.
    pub(super) async fn connection(&self) -> Result<Arc<Connection>, HostError> {
        let mut slot = self.open.lock().await;
        if let Some((connection, used)) = &mut *slot {
            if used.elapsed() < BELIEVED || connection.is_alive().await {
                *used = Instant::now();
                return Ok(Arc::clone(connection));
            }
            connection.end().await;
            *slot = None;
        }
        let make = || Connection::make(&self.node, &self.target, &self.socket);
        let connection = Arc::new(retry::with_backoff(make).await?);
        *slot = Some((Arc::clone(&connection), Instant::now()));
        Ok(connection)
    }

    /// Whether it is there at this moment; never makes it.
    pub(super) async fn is_open(&self) -> bool {
        match &*self.open.lock().await {
            Some((connection, _)) => connection.is_alive().await,
            None => false,
        }
    }

    /// Forgets a connection that broke, so that the next command makes a new one.
    pub(super) async fn forget(&self, broken: &Arc<Connection>) {
        let mut slot = self.open.lock().await;
        // Another command may have connected again in the meantime.
        if slot.as_ref().is_some_and(|(open, _)| Arc::ptr_eq(open, broken)) {
            *slot = None;
            broken.end().await;
        }
    }

    /// Ends it for good.
    pub(super) async fn close(&self) {
        if let Some((connection, _)) = self.open.lock().await.take() {
            connection.end().await;
        }
    }
}
