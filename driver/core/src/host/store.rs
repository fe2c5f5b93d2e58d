//! A host's store, as Nix here reaches it: a socket of netlib's own, behind which Nix's daemon on the host answers.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::net::UnixListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use super::HostError;
use crate::process::{Command, Limits, Output};

/// Where a host's own daemon listens.
pub(super) const DAEMON: &str = "/nix/var/nix/daemon-socket/socket";

/// How long Nix may work on a store.
pub(super) const LIMIT: Duration = Duration::from_secs(2 * 60 * 60);

/// A host tells Nix how much to make room for, as a number of eight bytes.
const MEMORY: u64 = 4 << 30;

/// Copying evaluates nothing, so the first room for that is in vain. And Nix tells the daemon every setting of the user's own, such
/// as caches with their passwords: none of them is the host's to know.
const ENV: [(&str, &str); 3] = [("GC_INITIAL_HEAP_SIZE", "1M"), ("NIX_USER_CONF_FILES", ""), ("NIX_CONFIG", "")];

/// How long the daemon's own words are waited for, once Nix has failed.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The store of a host, as long as this value lives.
pub struct RemoteStore {
    /// Store URL for `--to` and `--store`.
    pub url: String,
    /// Daemons that were started for it, and ended; none where the host's own serves it.
    started: Option<(Ends, AbortOnDropHandle<()>)>,
}

/// How daemons ended, as they end.
type Ends = UnboundedReceiver<Result<Output, HostError>>;

/// Runs the daemon on the host, for whoever is at the other end.
type Daemon = dyn Fn(Arc<UnixStream>) -> BoxFuture<'static, Result<Output, HostError>> + Send + Sync;

impl RemoteStore {
    /// With a socket that leads to the host's own daemon.
    pub(super) fn at(socket: &Path) -> Self {
        Self { url: format!("unix://{}", socket.display()), started: None }
    }

    /// Whether the host's own daemon serves it.
    pub fn is_shared(&self) -> bool {
        self.started.is_none()
    }

    /// With a socket that is made here.
    pub(super) fn behind(socket: &Path, daemon: Box<Daemon>) -> Result<Self, HostError> {
        // What an earlier one left is nobody's: one copies at a time.
        let _ = std::fs::remove_file(socket);
        let listener = UnixListener::bind(socket).map_err(|error| HostError::at(socket, error))?;
        let (sender, ends) = unbounded_channel();
        let serving = AbortOnDropHandle::new(tokio::spawn(serve(listener, daemon, sender)));
        Ok(Self { started: Some((ends, serving)), ..Self::at(socket) })
    }

    /// Nix with these words, which reaches the store.
    pub fn nix<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let nix = ENV.iter().fold(Command::new("nix").args(words), |nix, (name, value)| nix.env(name, value));
        Command { limits: Limits::HOST, memory: Some(MEMORY), ..nix.timeout(LIMIT) }
    }

    /// Why the daemon of a Nix that failed has ended, if it has, or the end of what it said.
    pub async fn last_words(&mut self) -> String {
        let Some((ends, _)) = &mut self.started else { return String::new() };
        let end = tokio::time::timeout(LAST_WORDS, ends.recv()).await.ok().flatten();
        end.map_or_else(String::new, |end| end.map_or_else(|error| error.to_string(), |output| output.stderr))
    }
}

async fn serve(listener: UnixListener, daemon: Box<Daemon>, ends: UnboundedSender<Result<Output, HostError>>) {
    let mut sessions = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(peer) = stream.into_std() else { continue };
        let (session, ends) = (daemon(Arc::new(peer)), ends.clone());
        sessions.spawn(async move { ends.send(session.await) });
    }
}
