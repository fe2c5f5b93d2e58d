//! netlib in the background: to be killed, interrupted, or waited for.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use netlib_testbed::{Host, Output, Result};

use crate::{NETWORK, Site};

/// How long netlib may take to print something, with retries of connections on a busy machine.
const DEADLINE: Duration = Duration::from_secs(240);

/// A netlib that runs on the deployer while the scenario does something else.
pub struct Run {
    deployer: Host,
    number: u32,
    process: JoinHandle<Result<Output>>,
}

impl Site {
    /// Starts netlib in the network's directory.
    pub fn start(&self, arguments: &str) -> Run {
        self.start_as(|_| format!("netlib {arguments}"))
    }

    /// Starts netlib there on a terminal of its own, whose keyboard is a named pipe.
    pub fn start_on_terminal(&self, arguments: &str) -> Run {
        self.start_as(|number| {
            let keys = keys(number);
            self.exec_must("deployer", &format!("mkfifo {keys}"));
            // Opened for both directions: somebody who stops typing does not hang up.
            format!("script -qefc \"netlib {arguments}\" /dev/null <> {keys}")
        })
    }

    /// What every netlib that was started has printed so far.
    pub(crate) fn run_logs(&self) -> String {
        self.exec("deployer", "tail -n +1 /root/run-*.log").stdout
    }

    fn start_as(&self, command: impl FnOnce(u32) -> String) -> Run {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let command = command(number);
        // A session of its own, as a terminal would give it: an interrupt reaches the whole process group.
        let line = format!(
            "cd {NETWORK} && exec setsid --wait sh -c 'echo $$ > /run/netlib-run-{number}.pid; exec {command}' > /root/run-{number}.log 2>&1"
        );
        let deployer = self.bed.deployer();
        let host = deployer.clone();
        let process = std::thread::spawn(move || host.exec(["sh", "-c", &line]));
        let run = Run { deployer, number, process };
        self.wait_until("deployer", "netlib runs", &format!("test -s /run/netlib-run-{number}.pid"));
        run
    }
}

impl Run {
    /// What it has printed so far.
    pub fn text(&self) -> String {
        self.deployer.read_file(&format!("/root/run-{}.log", self.number)).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Waits until it has printed this.
    pub fn wait_for(&self, words: &str) {
        let waited = self
            .deployer
            .wait_until(&format!("netlib prints {words:?}"), DEADLINE, |_| Ok(self.text().contains(words)));
        waited.unwrap_or_else(|error| panic!("{error}\n{}", self.text()));
    }

    /// Types a line on its terminal.
    pub fn type_line(&self, line: &str) {
        self.deployer.sh(&format!("echo '{line}' > {}", keys(self.number))).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Kills it alone, without any chance to tidy up; what it started goes on. Returns what it had printed.
    pub fn kill(self) -> String {
        self.signal("-KILL $pid");
        let (status, text) = self.wait();
        assert_eq!(status, 128 + 9, "{text}");
        text
    }

    /// Ctrl-C in its terminal.
    pub fn interrupt(&self) {
        self.signal("-INT -- -$pid");
    }

    /// Sends a signal as `kill` takes it (`$pid` is netlib's), unless the run has ended already.
    pub fn signal_if_running(&self, to: &str) {
        let line = format!("pid=$(cat /run/netlib-run-{}.pid); kill {to} 2>/dev/null || :", self.number);
        self.deployer.sh(&line).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Its terminal is closed.
    pub fn hang_up(&self) {
        self.signal("-HUP -- -$pid");
    }

    /// Waits for its end; its exit status and what it printed on both streams.
    pub fn wait(self) -> (i32, String) {
        let text = |host: &Host| host.read_file(&format!("/root/run-{}.log", self.number));
        let output = self
            .process
            .join()
            .unwrap_or_else(|_| panic!("the thread of run {} panicked", self.number))
            .and_then(|output| Ok((output.code(), text(&self.deployer)?)));
        output.unwrap_or_else(|error| panic!("{error}"))
    }

    fn signal(&self, to: &str) {
        let line = format!("pid=$(cat /run/netlib-run-{}.pid); kill {to}", self.number);
        self.deployer.sh(&line).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// The keyboard of a run on a terminal.
fn keys(number: u32) -> String {
    format!("/root/keys-{number}")
}
