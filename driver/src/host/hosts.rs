//! All machines of a plan. Each is connected to when it is first asked for, once, and the answer is remembered.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::local::LocalHost;
use super::password::{Nobody, SudoPassword};
use super::ssh::SshHost;
use super::{AskPassword, Host, HostError};
use crate::plan::{Plan, Target};

/// ssh adds a suffix of its own to the path, and the system allows about a hundred bytes.
const LONGEST_DIRECTORY: usize = 70;

/// All machines of a plan.
pub struct Hosts {
    entries: BTreeMap<String, Entry>,
    sockets: PathBuf,
    password: SudoPassword,
    // Removed with the value.
    _directory: TempDir,
}

struct Entry {
    number: usize,
    target: Target,
    connected: OnceCell<Result<Connected, HostError>>,
}

#[derive(Clone)]
enum Connected {
    Ssh(Arc<SshHost>),
    Local(Arc<LocalHost>),
}

impl Hosts {
    /// The machines of a plan; connects to none of them yet. Sockets are kept in a private directory below `run_dir`,
    /// or in `/tmp` where that path is too long for a socket.
    pub fn new(plan: &Plan, run_dir: &Path) -> Result<Self, HostError> {
        let directory = private_directory(run_dir)?;
        let entries = plan.nodes.iter().enumerate().map(|(number, (name, node))| {
            let entry = Entry {
                number,
                target: node.target.clone(),
                connected: OnceCell::new(),
            };
            (name.clone(), entry)
        });
        Ok(Self {
            entries: entries.collect(),
            sockets: directory.path().to_owned(),
            password: SudoPassword::from(Nobody),
            _directory: directory,
        })
    }

    /// Asks here for a password where sudo wants one; without this, such a machine is an error.
    #[must_use]
    pub fn asking(self, source: impl AskPassword + 'static) -> Self {
        Self {
            password: SudoPassword::from(source),
            ..self
        }
    }

    /// The machine of a node. The first call connects; a failure is remembered for the whole run.
    pub async fn get(&self, node: &str) -> Result<Arc<dyn Host>, HostError> {
        let entry = self
            .entries
            .get(node)
            .ok_or_else(|| HostError::UnknownNode {
                node: node.to_owned(),
            })?;
        let connected = entry
            .connected
            .get_or_init(|| self.connect(node, entry))
            .await
            .clone()?;
        Ok(match connected {
            Connected::Ssh(host) => host,
            Connected::Local(host) => host,
        })
    }

    async fn connect(&self, node: &str, entry: &Entry) -> Result<Connected, HostError> {
        if entry.target.local {
            let host = LocalHost::connect(node.to_owned(), &self.password).await?;
            return Ok(Connected::Local(Arc::new(host)));
        }
        let socket = self.sockets.join(entry.number.to_string());
        let (node, target) = (node.to_owned(), entry.target.clone());
        let host = SshHost::connect(node, target, socket, &self.password).await?;
        Ok(Connected::Ssh(Arc::new(host)))
    }

    /// Ends every connection. Without it they end by themselves after two minutes.
    pub async fn close(&self) {
        let open = self
            .entries
            .values()
            .filter_map(|entry| match entry.connected.get() {
                Some(Ok(Connected::Ssh(host))) => Some(host.close()),
                _ => None,
            });
        futures::future::join_all(open).await;
    }
}

fn private_directory(run_dir: &Path) -> Result<TempDir, HostError> {
    let parent = if run_dir.as_os_str().len() > LONGEST_DIRECTORY {
        Path::new("/tmp")
    } else {
        run_dir
    };
    // tempfile makes directories that only their owner can enter.
    tempfile::Builder::new()
        .prefix("ssh-")
        .tempdir_in(parent)
        .map_err(|source| HostError::ControlDirectory {
            directory: parent.display().to_string(),
            source: Arc::new(source),
        })
}
