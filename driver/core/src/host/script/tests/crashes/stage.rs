//! A bed whose every command says that it is about to run, and waits if the crash is to come there.

use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::process::{ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use super::super::super::SCRIPT;
use super::super::bed::{Bed, Switch};

/// What the script runs that is not its own shell's.
const COMMANDS: [&str; 24] = [
    "cat", "cut", "date", "dd", "df", "find", "flock", "grep", "head", "id", "ln", "ls", "mkdir", "mv", "readlink",
    "rm", "setsid", "sleep", "sort", "stat", "sync", "tail", "timeout", "tr",
];

/// Counts, and stops at the command of the number that was asked for.
const SHIM: &str = r#"#!/bin/sh
# What nobody waits for does not count.
{ printf '' >&5; } 2>/dev/null || exec "$REAL" "$@"
printf '\n' >>"$STAGE/count" || exec "$REAL" "$@"
n=0
while read -r _; do n=$((n + 1)); done <"$STAGE/count"
if [ "$n" -ge "$STAGE_AT" ] && [ ! -e "$STAGE/stopped" ] && /usr/bin/mkdir "$STAGE/stopped" 2>/dev/null; then
  echo "${0##*/} $*" >&5
  until [ -e "$STAGE/go-on" ]; do /usr/bin/sleep 0.01; done
fi
exec "$REAL" "$@"
"#;

/// Whether the crash came.
pub enum Crash {
    /// At this command.
    Came(String),
    /// There are not so many commands.
    Never,
}

pub struct Stage {
    bed: Bed,
    old: String,
    new: String,
    /// Open as long as anything lives that was started.
    alive: Mutex<Option<ChildStdout>>,
    place: Mutex<String>,
}

impl Stage {
    pub fn new() -> Self {
        let bed = Bed::new();
        let old = bed.toplevel("old", Switch::Works);
        bed.run_system(&old);
        let new = bed.toplevel("new", Switch::Confirms(bed.path("run/netlib/confirm-1-a")));
        fs::create_dir_all(bed.path("run/netlib")).unwrap();
        fs::create_dir_all(bed.path("stage")).unwrap();
        fs::write(bed.path("run/netlib/script-x.sh"), SCRIPT).unwrap();
        Self { bed, old, new, alive: Mutex::new(None), place: Mutex::new(String::new()) }
    }

    /// Names the point for what is asserted from now on.
    pub fn at(&self, point: usize, command: &str) {
        *self.place.lock().unwrap() = format!("at {point}, {command}");
    }

    fn told(&self) -> String {
        let mut told = self.place.lock().unwrap().clone();
        for (name, path) in [("state", "state"), ("log", "log")] {
            let path = self.bed.path(&format!("var/lib/netlib/deploys/1-a/{path}"));
            let text = fs::read_to_string(path).unwrap_or_default();
            let _ = write!(told, "\n--- {name}\n{text}");
        }
        let _ = write!(told, "\n--- left\n{}", self.bed.left());
        told
    }

    /// Puts the shims before every command.
    fn set_shims(&self) {
        for command in COMMANDS {
            let real = if command == "sync" { "true" } else { command };
            let text = SHIM.replace("$REAL", &format!("/usr/bin/{real}"));
            self.bed.program(&format!("nix/var/nix/profiles/default/bin/{command}"), &text);
        }
    }

    fn remove_shims(&self) {
        let bin = self.bed.path("nix/var/nix/profiles/default/bin");
        for command in COMMANDS {
            let _ = fs::remove_file(bin.join(command));
        }
        self.bed.sync_no_machine();
    }

    fn script(&self, words: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.arg(self.bed.path("run/netlib/script-x.sh")).args(words).env("NETLIB_HOST_ROOT", self.bed.path(""));
        command
    }

    fn ask(&self, words: &[&str]) -> String {
        let output = self.script(words).stdin(Stdio::null()).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }

    /// Starts the script with the shims, until the crash comes or all has ended.
    fn run_until(&self, point: usize, is_ignored: &str, words: &[&str]) -> Crash {
        self.set_shims();
        let line = if is_ignored.is_empty() {
            "exec 5>&1 >/dev/null 2>&1; exec sh \"$@\"".to_owned()
        } else {
            format!("trap '' {is_ignored}; exec 5>&1 >/dev/null 2>&1; exec sh \"$@\"")
        };
        let mut child = Command::new("sh")
            .args(["-c", &line, "sh"])
            .arg(self.bed.path("run/netlib/script-x.sh"))
            .args(words)
            .env("NETLIB_HOST_ROOT", self.bed.path(""))
            .env("STAGE", self.bed.path("stage"))
            .env("STAGE_AT", point.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut alive = child.stdout.take().unwrap();
        // Nobody waits for its end: it may be what is killed.
        std::thread::spawn(move || child.wait());
        let (mut said, mut byte) = (Vec::new(), [0]);
        while alive.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
            said.push(byte[0]);
        }
        *self.alive.lock().unwrap() = Some(alive);
        if said.is_empty() { Crash::Never } else { Crash::Came(String::from_utf8_lossy(&said).into_owned()) }
    }

    /// Activates the new system.
    pub fn activate_until(&self, point: usize, is_ignored: &str) -> Crash {
        let toplevel = format!("toplevel={}", self.new);
        let words =
            ["activate", "1-a", &toplevel, "goal=switch", "timeout=60", "confirm=60", "healthy=0", "health_deadline=0"];
        self.run_until(point, is_ignored, &words)
    }

    /// Leaves the new system running, with nobody at work who would have it confirmed.
    pub fn leave_unconfirmed(&self) {
        self.bed.change(&self.new, Switch::Works);
        self.deploy("1-a", &self.new);
        while !self.ask(&["status", "1-a", "0"]).contains("phase=awaitingConfirmation") {
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill_where(|_| true);
    }

    pub fn recover_until(&self, point: usize) -> Crash {
        self.run_until(point, "", &["work", "1-a"])
    }

    /// Kills those whose command line is meant, and whatever stands at the crash.
    pub fn kill_where(&self, is_meant: impl Fn(&str) -> bool) {
        let shims = self.bed.path("nix/var/nix/profiles/default/bin").display().to_string();
        while self.bed.kill_where(|words| is_meant(words) || words.contains(&shims)) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Kills the unit, and what stands at the crash: once, as it is started again.
    pub fn kill_unit(&self) {
        let shims = self.bed.path("nix/var/nix/profiles/default/bin").display().to_string();
        self.bed.kill_where(|words| words.contains("\0work\x001-a\0") || words.contains(&shims));
    }

    /// From now on a write of whatever runs fails, or ends it.
    pub fn let_no_write_through(&self) {
        for (id, _) in self.bed.processes() {
            let limited = Command::new("prlimit").args(["--fsize=0:0", "--pid"]).arg(id.to_string()).output();
            limited.unwrap();
        }
    }

    /// Lets whatever stands at the crash go on.
    pub fn go_on(&self) {
        fs::write(self.bed.path("stage/go-on"), "").unwrap();
    }

    /// Waits for the end of all that was started, but for what only watches.
    pub fn until_all_ended(&self) {
        let alive = self.alive.lock().unwrap().take();
        alive.unwrap().read_to_end(&mut Vec::new()).unwrap();
    }

    /// What systemd does.
    pub fn watch(&self) {
        self.remove_shims();
        self.kill_where(|_| true);
        if !self.bed.path("var/lib/netlib/deploys/1-a/state").exists() {
            return;
        }
        // Long enough ago that it is not about to begin.
        if self.bed.state_value("1-a", "phase") == "prepared" {
            self.bed.change_state("1-a", &[("started_uptime", "-100")]);
        }
        // It comes again and again: what was killed may hold the lock for a moment longer.
        for _ in 0..200 {
            self.ask(&["work", "1-a"]);
            if !self.bed.path("run/netlib/host-1-a.sh").exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The host loses its power and boots what the profile names.
    pub fn boot(&self) {
        self.remove_shims();
        fs::remove_dir_all(self.bed.path("run")).unwrap();
        fs::create_dir_all(self.bed.path("run/netlib")).unwrap();
        fs::write(self.bed.path("run/netlib/script-x.sh"), SCRIPT).unwrap();
        std::os::unix::fs::symlink(self.profile(), self.bed.path("run/current-system")).unwrap();
        if self.bed.path("var/lib/netlib/deploys/1-a/state").exists() {
            self.bed.change_state("1-a", &[("boot", "before")]);
        }
    }

    fn profile(&self) -> String {
        let profile = fs::canonicalize(self.bed.path("nix/var/nix/profiles/system")).unwrap();
        profile.display().to_string()
    }

    fn running(&self) -> String {
        let running = fs::canonicalize(self.bed.path("run/current-system")).unwrap();
        running.display().to_string()
    }

    /// The old system runs and boots, or the new one does, which was confirmed.
    pub fn assert_at_rest(&self) {
        self.remove_shims();
        let (running, profile) = (self.running(), self.profile());
        assert_eq!(running, profile, "{}", self.told());
        if running != self.old {
            assert_eq!(running, self.new, "{}", self.told());
            // It is not set before.
            let phase = self.bed.state_value("1-a", "phase");
            assert!(["confirmed", "committing", "rollingBack"].contains(&phase.as_str()), "{}", self.told());
        }
    }

    fn deploy(&self, nonce: &str, toplevel: &str) {
        let toplevel = format!("toplevel={toplevel}");
        let words =
            ["activate", nonce, &toplevel, "goal=switch", "timeout=60", "confirm=60", "healthy=0", "health_deadline=0"];
        let mut said = String::new();
        for _ in 0..200 {
            said = self.ask(&words);
            if said.contains("phase=") {
                return;
            }
            // What was killed before it could begin is waited for.
            if self.bed.path("var/lib/netlib/deploys/1-a/state").exists() {
                self.bed.change_state("1-a", &[("started_uptime", "-100")]);
            }
        }
        panic!("{said}\n{}", self.told());
    }

    fn until_over(&self, nonce: &str) -> String {
        loop {
            let said = self.ask(&["status", nonce, "0"]);
            let value = |key: &str| {
                let line = said.lines().find_map(|line| line.strip_prefix(key));
                line.unwrap_or_default().to_owned()
            };
            let phase = value("phase=");
            if value("running=") != "yes"
                && ["confirmed", "rolledBack", "failed", "rollbackFailed"].contains(&phase.as_str())
            {
                return phase;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A deployment that fails rolls back to a confirmed system.
    pub fn assert_next_failure(&self) {
        self.remove_shims();
        let profile = self.profile();
        let broken = self.bed.toplevel("broken", Switch::Fails(4));
        self.deploy("2-b", &broken);
        assert_eq!(self.until_over("2-b"), "rolledBack", "{}", self.told());
        assert_eq!(self.running(), profile, "{}", self.told());
        self.assert_at_rest_after_failure();
    }

    fn assert_at_rest_after_failure(&self) {
        let running = self.running();
        assert!(running == self.old || running == self.new, "{}", self.told());
    }

    /// The next deployment goes well, and nothing of the earlier ones stays.
    pub fn assert_next_deployment(&self) {
        let newer = self.bed.toplevel("newer", Switch::Confirms(self.bed.path("run/netlib/confirm-3-c")));
        self.deploy("3-c", &newer);
        assert_eq!(self.until_over("3-c"), "confirmed", "{}", self.told());
        assert_eq!((self.running(), self.profile()), (newer.clone(), newer), "{}", self.told());
        for _ in 0..500 {
            if self.bed.left().is_empty() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{}", self.told());
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.kill_where(|_| true);
    }
}
