//! All machines of a plan. Each is connected to when it is first asked for, once, and the answer is remembered.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};

use super::master::WAY;
use super::moving::Moving;
use super::password::SudoPassword;
use super::{AskPassword, Deployer, Host, HostError, SshHost, end_left};
use crate::plan::{Plan, Target};
use crate::private::{self, own_folder};
use crate::run_dir::{RunDir, each_socket, tidy};

/// ssh and the folder's own name add to it, and the system allows about a hundred bytes.
const LONGEST_PARENT: usize = 50;

/// All machines of a plan.
pub struct Hosts {
    entries: BTreeMap<String, Entry>,
    sockets: Arc<Sockets>,
    _kept: Vec<Arc<Sockets>>,
    password: Arc<SudoPassword>,
    configs: Mutex<usize>,
}

/// Where connections are shared.
struct Sockets(RunDir);

/// A run that leaves at once ends its connections.
impl Drop for Sockets {
    fn drop(&mut self) {
        each_socket(self.0.path(), end_left);
    }
}

struct Entry {
    number: usize,
    target: Target,
    connected: OnceCell<Result<Arc<dyn Host>, HostError>>,
}

impl Hosts {
    /// The machines of a plan; connects to none of them yet. Ends connections that killed runs left.
    pub fn new(plan: &Plan) -> Result<Self, HostError> {
        let parent = socket_parent();
        tidy(&parent, end_left);
        let sockets = RunDir::new_in(&parent).map_err(|error| HostError::at(&parent, error))?;
        private::write(&sockets.path().join("way"), WAY).map_err(|error| HostError::at(&parent, error))?;
        let entries = plan.nodes.iter().enumerate().map(|(number, (name, node))| {
            let entry = Entry { number, target: node.target.clone(), connected: OnceCell::new() };
            (name.clone(), entry)
        });
        let (entries, sockets) = (entries.collect(), Arc::new(Sockets(sockets)));
        Ok(Self { entries, sockets, _kept: Vec::new(), password: Arc::default(), configs: Mutex::default() })
    }

    /// Asks here for passwords where sudo wants one; without this, such a machine is an error. One password for several
    /// is one for these nodes.
    #[must_use]
    pub fn asking(mut self, source: impl AskPassword + 'static, nodes: &BTreeSet<String>) -> Self {
        let selected = nodes.iter().filter_map(|node| self.entries.get(node));
        self.password = SudoPassword::from(source, selected.map(|entry| entry.target.clone()).collect()).into();
        self
    }

    /// With what an earlier request of the same run knows of machines that are still reached alike: connections, those that do not
    /// answer, passwords.
    #[must_use]
    pub fn keeping(mut self, earlier: &Self) -> Self {
        for (name, entry) in &mut self.entries {
            let known = earlier.entries.get(name).filter(|known| known.target == entry.target);
            entry.connected = OnceCell::new_with(known.and_then(|known| known.connected.get().cloned()));
        }
        let kept = [earlier._kept.as_slice(), std::slice::from_ref(&earlier.sockets)].concat();
        Self { password: earlier.password.clone(), _kept: kept, ..self }
    }

    /// The machine of a node. The first call connects; a failure is remembered for the whole run.
    pub async fn get(&self, node: &str) -> Result<Arc<dyn Host>, HostError> {
        let entry =
            self.entries.get(node).ok_or_else(|| HostError::Because(format!("the plan has no node `{node}`")))?;
        entry.connected.get_or_init(|| self.connect(node, entry)).await.clone()
    }

    async fn connect(&self, node: &str, entry: &Entry) -> Result<Arc<dyn Host>, HostError> {
        if entry.target.local {
            return Ok(Arc::new(Deployer::as_node(node, &entry.target, &self.password).await?));
        }
        let socket = self.sockets.0.path().join(entry.number.to_string());
        if let Some(previous) = &entry.target.previous {
            return Ok(Arc::new(Moving::find(node, ([&entry.target, previous], &socket), &self.password).await?));
        }
        Ok(Arc::new(SshHost::connect(node, &entry.target, socket, &self.password).await?))
    }

    /// An ssh_config in which the names of the nodes that are connected now reach them as root.
    pub async fn ssh_config(&self) -> Result<PathBuf, HostError> {
        // One at a time: they share what is made for them.
        let mut number = self.configs.lock().await;
        let mut lines = String::new();
        for entry in self.entries.values() {
            if let Some(Ok(host)) = entry.connected.get()
                && let Some(ssh) = host.ssh()
            {
                lines += &ssh.reach().await?;
            }
        }
        // What a program reads stays as it is.
        *number += 1;
        let path = self.sockets.0.path().join(format!("config-{number}"));
        private::write(&path, &lines).map_err(|error| HostError::at(&path, error))?;
        Ok(path)
    }

    /// Ends every connection. Without it they end by themselves after two minutes.
    pub async fn close(&self) {
        let connected = self.entries.values().filter_map(|entry| entry.connected.get()?.as_ref().ok()?.ssh());
        futures::future::join_all(connected.map(SshHost::close)).await;
    }
}

/// Where sockets lie: a short path of which no character means anything to ssh or Nix, whatever TMPDIR is.
fn socket_parent() -> PathBuf {
    let of_user = format!("/run/user/{}", rustix::process::geteuid().as_raw());
    let known = [std::env::var_os("XDG_RUNTIME_DIR"), Some(of_user.into())];
    let mut ours = known.into_iter().flatten().filter_map(|folder| own_folder(Path::new(&folder)).ok());
    ours.find(|folder| is_plain(folder)).unwrap_or_else(|| "/tmp".into())
}

fn is_plain(folder: &Path) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
    let bytes = folder.as_os_str().as_bytes();
    folder.is_absolute() && bytes.len() <= LONGEST_PARENT && bytes.iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_lie_where_no_character_means_anything() {
        for folder in ["/run/user/0", "/tmp/a-b_c.d"] {
            assert!(is_plain(Path::new(folder)), "{folder}");
        }
        let long = format!("/{}", "x".repeat(LONGEST_PARENT));
        for folder in ["/tmp/a b", "/tmp/%h", "/tmp/a\"b", "/tmp/$HOME", "/tmp/~", "run", &long] {
            assert!(!is_plain(Path::new(folder)), "{folder}");
        }
    }
}
