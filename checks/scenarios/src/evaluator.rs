//! Evaluators on the deployer: which are there, how often they were called, and a job of theirs that waits or is killed.

use crate::{NETWORK, Site};

/// Steers the stand-in; see its first lines.
const STEER: &str = "/run/nix-eval-jobs";

/// Where calls of plain nix are noted.
const NIX_CALLS: &str = "/run/nix-calls";

impl Site {
    /// Puts the stand-in for nix-eval-jobs on the deployer's path.
    pub fn with_nix_eval_jobs(&self) {
        self.exec_must(
            "deployer",
            &format!(
                "ln -sf /src/checks/stand-ins/nix-eval-jobs /usr/local/bin/; mkdir -p {STEER}/hold {STEER}/kill {STEER}/pids"
            ),
        );
    }

    /// Notes every call of plain nix from now on.
    pub fn note_nix(&self) {
        let wrapper = format!("#!/bin/sh\nprintf '%s\\n' \"$*\" >>{NIX_CALLS}\nexec /usr/bin/nix \"$@\"\n");
        self.bed.host("deployer").write_file("/usr/local/bin/nix", wrapper).unwrap_or_else(|error| panic!("{error}"));
        self.exec_must("deployer", "chmod +x /usr/local/bin/nix");
    }

    /// Calls of both evaluators since the last time this was asked.
    pub fn evaluator_calls(&self) -> Vec<String> {
        let text = self.nix_calls();
        let is_evaluation = |line: &&str| line.contains(" eval ") || line.contains("--workers");
        text.lines().filter(is_evaluation).map(str::to_owned).collect()
    }

    /// All calls since the last time, also those that evaluate nothing.
    pub fn nix_calls(&self) -> String {
        self.exec_must(
            "deployer",
            &format!("for file in {NIX_CALLS} {STEER}/calls; do [ ! -e $file ] || cat $file; rm -f $file; done"),
        )
    }

    /// Makes the evaluation of a node by the stand-in wait.
    pub fn hold_evaluation(&self, node: &str) {
        self.exec_must("deployer", &format!("touch {STEER}/hold/{node}"));
    }

    /// Waits until the evaluation of a node by the stand-in waits.
    pub fn wait_for_evaluation(&self, node: &str) {
        let pid = format!("{STEER}/pids/{node}");
        self.wait_until("deployer", "the job waits", &format!("test -s {pid}"));
    }

    /// Lets an evaluation that waits go on.
    pub fn release_evaluation(&self, node: &str) {
        self.exec_must("deployer", &format!("rm {STEER}/hold/{node}"));
    }

    /// Kills the process that evaluates a node, which waits; the next one that does so will not wait.
    pub fn kill_evaluation(&self, node: &str) {
        self.wait_for_evaluation(node);
        let pid = format!("{STEER}/pids/{node}");
        self.exec_must("deployer", &format!("rm {STEER}/hold/{node}; kill -KILL $(cat {pid}); rm {pid}"));
    }

    /// Makes every process of the stand-in that evaluates a node kill itself.
    pub fn always_kill_evaluation(&self, node: &str) {
        self.exec_must("deployer", &format!("touch {STEER}/kill/{node}"));
    }

    /// What git says that changed in the network's folder.
    pub fn changes(&self) -> String {
        self.exec_must("deployer", &format!("cd {NETWORK} && git status --porcelain"))
    }
}
