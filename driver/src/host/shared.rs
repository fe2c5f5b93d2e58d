//! The connection that all commands on a host share: made when it is first needed, and again when it is gone.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use openssh::Session;
use tokio::sync::Mutex;

use super::master::{self, MasterError};
use super::{HostError, retry};
use crate::plan::Target;

/// How long asking the local ssh about its connection may take.
const CHECK: Duration = Duration::from_secs(10);
/// A connection that was idle for longer may have ended meanwhile, by itself or with the network.
const BELIEVED: Duration = Duration::from_secs(20);

/// The connection to one host.
pub(super) struct Shared {
    node: String,
    target: Target,
    socket: PathBuf,
    open: Mutex<Option<Open>>,
}

struct Open {
    session: Arc<Session>,
    used: Instant,
}

impl Shared {
    /// A connection that is not made yet.
    pub(super) fn new(node: String, target: Target, socket: PathBuf) -> Self {
        Self {
            node,
            target,
            socket,
            open: Mutex::new(None),
        }
    }

    /// Where other programs find it.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    /// The connection, which is made first where there is none.
    pub(super) async fn session(&self) -> Result<Arc<Session>, HostError> {
        let mut slot = self.open.lock().await;
        if let Some(open) = &mut *slot {
            if open.used.elapsed() < BELIEVED || is_alive(&open.session).await {
                open.used = Instant::now();
                return Ok(Arc::clone(&open.session));
            }
            end(&open.session).await;
            *slot = None;
        }
        let session = retry::with_backoff(|| master::connect(&self.target, &self.socket))
            .await
            .map_err(|error| match error {
                MasterError::Connect(failure) => HostError::NoConnection {
                    node: self.node.clone(),
                    failure: Box::new(failure),
                },
                MasterError::Process(error) => error.into(),
            })?;
        let session = Arc::new(session);
        *slot = Some(Open {
            session: Arc::clone(&session),
            used: Instant::now(),
        });
        Ok(session)
    }

    /// Whether it is there at this moment; never makes it.
    pub(super) async fn is_open(&self) -> bool {
        match &*self.open.lock().await {
            Some(open) => is_alive(&open.session).await,
            None => false,
        }
    }

    /// Forgets a connection that broke, so that the next command makes a new one.
    pub(super) async fn forget(&self, broken: &Arc<Session>) {
        let mut slot = self.open.lock().await;
        // Another command may have connected again in the meantime.
        if slot
            .as_ref()
            .is_some_and(|open| Arc::ptr_eq(&open.session, broken))
        {
            *slot = None;
            end(broken).await;
        }
    }

    /// Ends it for good.
    pub(super) async fn close(&self) {
        if let Some(open) = self.open.lock().await.take() {
            end(&open.session).await;
        }
    }
}

/// Whether the ssh that holds a connection runs.
pub(super) async fn is_alive(session: &Session) -> bool {
    matches!(
        tokio::time::timeout(CHECK, session.check()).await,
        Ok(Ok(()))
    )
}

/// Ends the ssh process that holds the connection.
async fn end(session: &Arc<Session>) {
    let session = Session::resume(session.control_socket().into(), None);
    // One that is gone already is what was asked for.
    let _ = tokio::time::timeout(CHECK, session.close()).await;
}
