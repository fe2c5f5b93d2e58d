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
    target: Target,
    pub(super) socket: PathBuf,
    /// With when it was used last, unless it is doubted since.
    open: Mutex<Option<(Arc<Connection>, Option<Instant>)>>,
}

impl Shared {
    /// A connection that is not made yet.
    pub(super) fn new(target: Target, socket: PathBuf) -> Self {
        Self { target, socket, open: Mutex::new(None) }
    }

    /// The connection, which is made first where there is none.
    pub(super) async fn connection(&self) -> Result<Arc<Connection>, HostError> {
        let mut slot = self.open.lock().await;
        if let Some((connection, used)) = &mut *slot {
            if used.is_some_and(|used| used.elapsed() < BELIEVED) || connection.is_alive().await {
                *used = Some(Instant::now());
                return Ok(Arc::clone(connection));
            }
            connection.end().await;
            *slot = None;
        }
        let make = || Connection::make(&self.target, &self.socket);
        let connection = Arc::new(retry::with_backoff(make).await?);
        *slot = Some((Arc::clone(&connection), Some(Instant::now())));
        Ok(connection)
    }

    /// Whether it is there at this moment; never makes it.
    pub(super) async fn is_open(&self) -> bool {
        match &*self.open.lock().await {
            Some((connection, _)) => connection.is_alive().await,
            None => false,
        }
    }

    /// It may have broken: the next command looks, and makes a new one if so.
    pub(super) async fn doubt(&self) {
        if let Some((_, used)) = &mut *self.open.lock().await {
            *used = None;
        }
    }

    /// Ends it for good.
    pub(super) async fn close(&self) {
        if let Some((connection, _)) = self.open.lock().await.take() {
            connection.end().await;
        }
    }
}
