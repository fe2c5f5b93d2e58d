//! What the systems of a bed do when they are switched to.

use std::path::PathBuf;

use super::Bed;

/// How `switch-to-configuration` of a fake toplevel behaves.
pub enum Switch {
    Works,
    Fails(u8),
    /// Ends as NixOS does where units failed, and says this of them.
    Units(&'static str),
    FailsAtBoot,
    /// Needs the lock of NixOS for this.
    Locks(&'static str),
    Lies,
    Hangs,
    WaitsFor(PathBuf),
    LeavesDaemon,
    /// Is confirmed as soon as it runs, by this file.
    Confirms(PathBuf),
    /// Makes a file.
    LeavesFile(PathBuf),
    /// Changes what runs only when that is asked for.
    BootOnly,
    /// Never ends making the boot entry.
    HangsAtBoot,
    /// Ignores being asked to end, with all its children.
    HangsInChildren,
    /// Ends when it is asked to, and leaves a child that does not.
    HangsAndLeavesChild,
    /// From then on the state of the deployment 1-a cannot be written.
    BreaksState,
}

impl Switch {
    /// The lines of the script that make the difference.
    pub(super) fn body(self, bed: &Bed, toplevel: &str) -> String {
        let running = bed.path("run/current-system");
        let go = format!("ln -sfn {toplevel} {}\n", running.display());
        match self {
            Self::Works => go,
            Self::Fails(status) => format!("[ \"$1\" = test ] && {go}exit {status}\n"),
            Self::Units(said) => format!(
                "[ -z \"$NIXOS_NO_CHECK\" ] || echo forced\n{go}[ \"$1\" = boot ] && exit 0\ncat <<'END'\n{said}\nEND\nexit 4\n"
            ),
            Self::Locks(when) => format!(
                "if [ \"$1\" = {when} ]; then\nmkdir -p {0}\nexec 8>>{0}/switch-to-configuration.lock\nflock -n 8 || {{ echo 'Could not acquire lock'; exit 11; }}\nfi\n{go}",
                bed.path("run/nixos").display()
            ),
            Self::FailsAtBoot => format!("[ \"$1\" = boot ] && exit 1\n{go}"),
            Self::HangsAtBoot => {
                format!("cp /bin/sleep {toplevel}/sleep\n[ \"$1\" = boot ] && {toplevel}/sleep 300\n{go}")
            }
            Self::Lies => String::new(),
            Self::Hangs => format!("cp /bin/sleep {toplevel}/sleep\n{toplevel}/sleep 300\n"),
            Self::WaitsFor(file) => format!("while [ ! -e {} ]; do sleep 0.1; done\n{go}", file.display()),
            Self::Confirms(file) => format!("{go}: >{}\n", file.display()),
            Self::LeavesFile(file) => format!("echo >{}\n{go}", file.display()),
            Self::LeavesDaemon => format!("sleep 20 &\n{go}"),
            Self::BootOnly => format!("[ \"$1\" = test ] && {go}"),
            Self::HangsInChildren => {
                format!("cp /bin/sleep {toplevel}/sleep\ntrap '' TERM\n{toplevel}/sleep 300 &\n{toplevel}/sleep 300\n")
            }
            Self::HangsAndLeavesChild => format!(
                "cp /bin/sleep {toplevel}/sleep\n(trap '' TERM; exec {toplevel}/sleep 300) &\n{toplevel}/sleep 300\n"
            ),
            Self::BreaksState => {
                format!("mkdir -p {}\n{go}", bed.path("var/lib/netlib/deploys/1-a/state.new").display())
            }
        }
    }
}
