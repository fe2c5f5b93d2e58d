//! A root directory that looks like a host to the script.

mod contents;
mod switch;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use rustix::process::{Pid, Signal, kill_process};

use super::super::{Activation, Health, Identity, Phase, SCRIPT_ID, Status, System, activate, confirm, status};
use crate::host::{Host, HostCommand, HostError};
use crate::plan::{Goal, Network};
use crate::process::{Command, LineSink, Output};
pub use switch::Switch;

/// How often something is looked for until it counts as not happening, 50 ms and a run of the script apart.
const LOOKS: usize = 1000;

/// Starts what comes after the options: a unit again until it ends well, as systemd does, and at once for the first time.
const SYSTEMD_RUN: &str = r#"#!/bin/sh
while case $1 in -p) shift 2 ;; -*) shift ;; *) false ;; esac; do :; done
begin='unit() { /bin/sh -c "$1" sh work "$2"; }; unit "$@" || unit "$@" || while sleep 3; do ! unit "$@" || exit; done'
if [ "$1" = /bin/sh ]; then set -- /bin/sh -c "$begin" watch "$3" "$6"; fi
setsid "$@" </dev/null >/dev/null 2>&1 &
"#;

/// Of a network, whatever the node.
pub fn identity(network: &str) -> Identity {
    Identity { network: Network { id: format!("id-{network}"), name: network.to_owned() }, ..Identity::default() }
}

pub struct Bed {
    root: tempfile::TempDir,
    limit: Mutex<Duration>,
    confirm_limit: Mutex<Duration>,
}

impl Bed {
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let bed = Self {
            root,
            limit: Mutex::new(Duration::from_secs(60)),
            confirm_limit: Mutex::new(Duration::from_secs(60)),
        };
        bed.program("nix/var/nix/profiles/default/bin/nix", "#!/bin/sh\necho 'nix (Nix) 2.26.3'\n");
        bed.program(
            "nix/var/nix/profiles/default/bin/nix-store",
            "#!/bin/sh\n[ \"$1\" = --check-validity ] && [ -e \"$2\" ]\n",
        );
        bed.program("nix/var/nix/profiles/default/bin/systemctl", "#!/bin/sh\n");
        bed.program("nix/var/nix/profiles/default/bin/systemd-run", SYSTEMD_RUN);
        bed.sync_no_machine();
        fs::create_dir_all(bed.path("run")).unwrap();
        bed
    }

    /// What the whole machine has written meanwhile is not waited for.
    pub fn sync_no_machine(&self) {
        let text = "#!/bin/sh\n[ \"$1\" = -f ] || exec /usr/bin/sync \"$@\"\n";
        self.program("nix/var/nix/profiles/default/bin/sync", text);
    }

    pub fn confirm_limit(&self, limit: Duration) {
        *self.confirm_limit.lock().unwrap() = limit;
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    pub fn limit(&self, limit: Duration) {
        *self.limit.lock().unwrap() = limit;
    }

    /// A probe of a health check; the path of its program.
    pub fn probe(&self, name: &str, body: &str) -> String {
        let path = format!("nix/store/programs/bin/{name}");
        self.program(&path, &format!("#!/bin/sh\n{body}\n"));
        self.path(&path).display().to_string()
    }

    /// Whether a probe is still there.
    pub fn is_probing(&self) -> bool {
        self.processes().any(|(_, words)| words.contains("/programs/bin/") && !words.contains("\0check\0"))
    }

    pub fn program(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // A new file each time: the old one may be running.
        let new = path.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(new, path).unwrap();
    }

    pub fn toplevel(&self, name: &str, switch: Switch) -> String {
        let path = self.path(&format!("nix/store/{name}"));
        self.change(&path.display().to_string(), switch);
        path.display().to_string()
    }

    /// Gives a toplevel another behaviour.
    pub fn change(&self, toplevel: &str, switch: Switch) {
        let body = switch.body(self, toplevel);
        let name = Path::new(toplevel).file_name().unwrap().to_string_lossy();
        let text = format!("#!/bin/sh\necho \"switch $1 {name}\"\n{body}exit 0\n");
        let path = Path::new(toplevel).strip_prefix(self.root.path()).unwrap();
        self.program(&format!("{}/bin/switch-to-configuration", path.display()), &text);
        let judges = [
            ("judge-units", include_str!("../../../../../../lib/programs/judge-units.sh")),
            ("judge-switch", include_str!("../../../../../../lib/programs/judge-switch.sh")),
        ];
        for (name, judge) in judges {
            self.program(&format!("{}/netlib/{name}", path.display()), &format!("#!/bin/sh\n{judge}"));
        }
    }

    /// Makes a toplevel the running one and that of the profile.
    pub fn run_system(&self, toplevel: &str) {
        symlink(toplevel, self.path("run/current-system")).unwrap();
        symlink(toplevel, self.path("nix/var/nix/profiles/system-1-link")).unwrap();
        symlink("system-1-link", self.path("nix/var/nix/profiles/system")).unwrap();
    }

    /// The systems of the profile's generations, and after them the present one, if that is not the last.
    pub fn profile_history(&self) -> Vec<String> {
        let read = |link: String| fs::read_link(self.path(&format!("nix/var/nix/profiles/{link}"))).ok();
        let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        let links: Vec<_> = (1..)
            .map(|number| format!("system-{number}-link"))
            .take_while(|link| read(link.clone()).is_some())
            .collect();
        let present = read("system".to_owned()).map(name).unwrap();
        let again = (links.last() != Some(&present)).then_some(present);
        links.into_iter().chain(again).filter_map(read).map(name).collect()
    }

    pub fn activation(&self, nonce: &str, toplevel: &str) -> Activation {
        Activation {
            nonce: nonce.to_owned(),
            system: System::Toplevel(toplevel.to_owned()),
            goal: Goal::Switch,
            deployer: "ann@desk".to_owned(),
            identity: Identity { names: "alpha".to_owned(), ..identity("home") },
            limit: *self.limit.lock().unwrap(),
            restart_limit: None,
            confirm_limit: *self.confirm_limit.lock().unwrap(),
            seen: None,
            health: Health::default(),
            hooks: Vec::new(),
            lease: None,
        }
    }

    pub async fn deploy(&self, nonce: &str, toplevel: &str) -> Status {
        activate(self, &self.activation(nonce, toplevel)).await.unwrap();
        self.end(nonce).await
    }

    /// Confirms when that is waited for, until nothing more happens.
    pub async fn end(&self, nonce: &str) -> Status {
        for _ in 0..LOOKS {
            let status = self.look(nonce).await;
            if status.phase == Phase::AwaitingConfirmation && status.is_running {
                let _ = confirm(self, nonce, 0).await;
            }
            if status.phase.is_final() && !status.is_running {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{nonce} did not end");
    }

    pub async fn look(&self, nonce: &str) -> Status {
        status(self, nonce, 0).await.unwrap()
    }

    /// Waits without confirming.
    pub async fn end_alone(&self, nonce: &str) -> Status {
        for _ in 0..LOOKS {
            let status = self.look(nonce).await;
            if status.phase.is_final() && !status.is_running {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{nonce} did not end");
    }

    pub async fn wait_for_phase(&self, nonce: &str, phase: Phase) {
        for _ in 0..LOOKS {
            let status = status(self, nonce, 0).await.unwrap();
            if status.phase == phase && status.is_running {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{nonce} did not reach {phase:?}");
    }

    /// Kills an activation and all that it started, as a power loss would.
    pub fn kill(&self, nonce: &str) {
        let script = format!("host-{nonce}.sh");
        let toplevels = self.path("nix/store").display().to_string();
        // What was killed holds the lock until it is really gone.
        while self.kill_where(|words| words.contains(&script) || words.contains(&toplevels)) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Kills only the shell that runs the activation.
    pub fn kill_run(&self, nonce: &str) {
        let script = self.path(&format!("run/netlib/host-{nonce}.sh"));
        let words = format!("/bin/sh\0-c\0test ! -e {0} || . {0}\0sh\0work\0{nonce}\0", script.display());
        self.kill_where(|found| found == words);
    }

    /// Kills the shell that runs the activation, and the one that would bring it to an end.
    pub fn kill_run_and_recovery(&self, nonce: &str) {
        let script = format!("host-{nonce}.sh\0");
        while self.kill_where(|words| words.contains(&script) && !words.contains("watch")) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether a request of this deployment runs.
    pub fn is_asked(&self, nonce: &str) -> bool {
        let (nonce, id) = (format!("\0{nonce}\0"), format!("\0{}\0", *SCRIPT_ID));
        let root = format!("NETLIB_HOST_ROOT={}\0", self.root.path().display());
        fs::read_dir("/proc").unwrap().flatten().any(|entry| {
            let read = |name| fs::read_to_string(entry.path().join(name)).unwrap_or_default();
            let words = read("cmdline");
            words.contains(&id) && words.contains(&nonce) && read("environ").contains(&root)
        })
    }

    /// Whether anything that a switch started is still there.
    pub fn is_switching(&self) -> bool {
        let sleep = self.path("nix/store").display().to_string();
        self.processes().any(|(_, words)| words.starts_with(&sleep) && words.contains("/sleep\0"))
    }

    fn prepared(&self, command: HostCommand) -> Command {
        let command = command.on_deployer();
        command.env("NETLIB_HOST_ROOT", self.root.path())
    }

    /// Whether there was any. All of them are stopped first: no parent may do anything more because a child of it was killed.
    pub fn kill_where(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        let found = self.processes().filter(|(_, words)| is_meant(words));
        let send = |id: Pid, signal| kill_process(id, signal).is_ok();
        let meant: Vec<Pid> =
            found.map(|(id, _)| Pid::from_raw(id).unwrap()).filter(|id| send(*id, Signal::STOP)).collect();
        meant.iter().for_each(|id| _ = send(*id, Signal::KILL));
        !meant.is_empty()
    }

    /// Processes whose command line names this root.
    pub fn processes(&self) -> impl Iterator<Item = (i32, String)> {
        let root = self.root.path().to_string_lossy().into_owned();
        let entries = fs::read_dir("/proc").unwrap().flatten();
        entries.filter_map(move |entry| {
            let words = fs::read_to_string(entry.path().join("cmdline")).ok()?;
            let id = entry.file_name().to_string_lossy().parse().ok()?;
            words.contains(&root).then_some((id, words))
        })
    }
}

impl Host for Bed {
    fn node(&self) -> &str {
        "bed"
    }

    fn names_store_paths(&self) -> bool {
        false
    }

    fn address(&self) -> String {
        "a bed".to_owned()
    }

    fn execute(&self, command: HostCommand, lines: Option<LineSink>) -> BoxFuture<'_, Result<Output, HostError>> {
        async move {
            let argv = command.argv.clone();
            let output = self.prepared(command).stream_to(lines.as_ref()).await;
            output.map_err(|error| HostError::of_command(&self.address(), &argv, error))
        }
        .boxed()
    }
}
