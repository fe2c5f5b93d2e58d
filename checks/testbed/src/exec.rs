//! Commands inside a running host.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::cgroup::Cgroup;
use crate::error::{Error, Result};
use crate::machine::Machine;
use crate::tool::{Output, Tool, exit_code};

/// What a login as root would have, and nothing of the machine outside.
pub(crate) const CLEAN_ENVIRONMENT: [&str; 3] =
    ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"];

/// How long a command may take if nothing else is said: less than a test, so that a test can still tell what it printed.
const TIMEOUT: Duration = Duration::from_secs(480);

/// Moves itself into the control group `$1` before it becomes the command.
const IN_GROUP: &str = r#"echo $$ > "$1/cgroup.procs" && shift && exec "$@""#;

/// A command inside a host, about to be run.
#[derive(Debug)]
pub struct HostCommand {
    machine: Result<Machine>,
    argv: Vec<OsString>,
    env: Vec<OsString>,
    directory: OsString,
    stdin: Vec<u8>,
    timeout: Duration,
}

impl HostCommand {
    pub(crate) fn new(machine: Result<Machine>, argv: Vec<OsString>) -> Self {
        Self { machine, argv, env: Vec::new(), directory: "/root".into(), stdin: Vec::new(), timeout: TIMEOUT }
    }

    /// Sets a variable of the command's otherwise clean environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        let mut assignment = OsString::from(name);
        assignment.push("=");
        assignment.push(value);
        self.env.push(assignment);
        self
    }

    /// Runs it in another directory than `/root`.
    #[must_use]
    pub fn current_dir(mut self, directory: impl AsRef<OsStr>) -> Self {
        self.directory = directory.as_ref().to_owned();
        self
    }

    /// What it reads from stdin.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Kills it, and everything it started, when it takes longer than this (eight minutes if not set).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Runs it to its end and hands out what it did, whatever its status.
    pub fn output(self) -> Result<Output> {
        let running = self.start(|command| {
            command.stdin(Stdio::piped());
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        })?;
        running.finish(self.stdin, self.timeout)
    }

    /// Runs it to its end; a status other than 0 is an error.
    pub fn run(self) -> Result<Output> {
        let running = self.start(|command| {
            command.stdin(Stdio::piped());
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        })?;
        let tool = running.shown.clone();
        let output = running.finish(self.stdin, self.timeout)?;
        if output.success() {
            return Ok(output);
        }
        Err(tool.failed(&output))
    }

    /// Runs it on this process's own stdin, stdout and stderr, and returns its exit status.
    pub fn pass_through(self) -> Result<i32> {
        let mut running = self.start(|_| {})?;
        let status = running.child.wait().map_err(running.shown.spawn_error())?;
        Ok(exit_code(status))
    }

    fn start(&self, pipes: impl FnOnce(&mut Command)) -> Result<Running> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let machine = match &self.machine {
            Ok(machine) => machine,
            Err(error) => return Err(Error::Usage(error.to_string())),
        };
        if self.argv.is_empty() {
            return Err(Error::Usage("no command given".into()));
        }
        let shown = Tool::new(format!("on host \"{}\"", machine.name()), &self.argv[0]).args(&self.argv[1..]);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let (machine, argv) = machine.entry(self.inside());
        let group = machine.cgroup().child(&format!("exec-{}-{number}", std::process::id()));
        let tool = Tool::new(format!("on host \"{}\"", machine.name()), "sh")
            .args(["-c", IN_GROUP, "sh"])
            .arg(group.path())
            .args(["nsenter", "--mount", "--root", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--target"])
            .arg(machine.pid()?.to_string())
            .arg("--")
            .args(argv);
        group.create()?;
        let mut command = tool.command();
        pipes(&mut command);
        let child = command.spawn().map_err(tool.spawn_error())?;
        Ok(Running { child, group, shown })
    }

    /// The command with its directory and its variables.
    fn inside(&self) -> Vec<OsString> {
        let mut directory = OsString::from("--chdir=");
        directory.push(&self.directory);
        let terminal = format!("TERM={}", std::env::var("TERM").unwrap_or_else(|_| "dumb".into()));
        let mut line = vec!["/usr/bin/env".into(), "--ignore-environment".into(), directory];
        line.extend(CLEAN_ENVIRONMENT.map(OsString::from));
        line.push(terminal.into());
        line.extend(self.env.iter().chain(&self.argv).cloned());
        line
    }
}

/// A command that has been started.
struct Running {
    child: Child,
    group: Cgroup,
    /// The command line as the caller gave it, for messages.
    shown: Tool,
}

impl Running {
    fn finish(mut self, input: Vec<u8>, timeout: Duration) -> Result<Output> {
        let stdin = self.child.stdin.take();
        let stdout = self.child.stdout.take();
        let stderr = self.child.stderr.take();
        let (done, deadline) = channel::<()>();
        let group = self.group.clone();
        let (status, out, err, late) = thread::scope(|scope| {
            scope.spawn(|| {
                // A command that exits without reading its input is not an error of the bed.
                stdin.map(|mut pipe| pipe.write_all(&input))
            });
            let out = scope.spawn(|| read_all(stdout));
            let err = scope.spawn(|| read_all(stderr));
            let watchdog = scope.spawn(move || match deadline.recv_timeout(timeout) {
                Err(RecvTimeoutError::Timeout) => group.kill().map(|()| true),
                _ => Ok(false),
            });
            // Read to the end before waiting: a full pipe would keep the command from ending.
            let out = out.join().unwrap_or_default();
            let err = err.join().unwrap_or_default();
            let status = self.child.wait();
            drop(done);
            (status, out, err, watchdog.join().unwrap_or(Ok(false)))
        });
        let output = Output { status: status.map_err(self.shown.spawn_error())?, stdout: out, stderr: err };
        if late? {
            return Err(Error::Timeout {
                what: format!("end of `{}`", self.shown.shown()),
                after: timeout,
                last: format!("{}{}", output.stdout, output.stderr),
            });
        }
        Ok(output)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It stays while something that the command left in the background is running.
        let _ = std::fs::remove_dir(self.group.path());
    }
}

fn read_all(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // What came before an error is worth showing.
        let _ = pipe.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
