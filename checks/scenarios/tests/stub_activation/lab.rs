//! A bed on which systems of the stub are built and switched to.

use std::time::Duration;

use netlib_scenarios::Site;
use netlib_testbed::{Bed, BedOptions, Output};

/// A bed whose deployer builds systems with the stub and whose hosts switch to them.
pub struct Lab {
    /// The hosts.
    pub bed: Bed,
}

impl Lab {
    /// Starts a bed.
    pub fn up(options: BedOptions) -> Self {
        Self { bed: Site::with(options).bed }
    }

    /// Builds the system of a module and copies it to the host; returns its store path.
    pub fn build(&self, host: &str, module: &str) -> String {
        let expression = format!(
            "(import /src/checks/nixpkgs-stub/nixos/lib/eval-config.nix {{ system = null; modules = [ \
             {{ nixpkgs.hostPlatform = builtins.currentSystem; networking.hostName = \"{host}\"; }} \
             ({module}) ]; }}).config.system.build.toplevel"
        );
        let path = self.must("deployer", &format!("nix-build --no-out-link -E '{expression}'"));
        let path = path.lines().last().unwrap_or_default().to_owned();
        self.must("deployer", &format!("nix copy --no-check-sigs --to ssh-ng://{host} {path} 2>&1"));
        path
    }

    /// Runs the system's own switch-to-configuration on the host.
    pub fn switch(&self, host: &str, system: &str, action: &str) -> (i32, String) {
        let output = self.exec(host, &format!("{system}/bin/switch-to-configuration {action} 2>&1"));
        (output.code(), output.stdout)
    }

    /// The same, which must end well; returns what it said.
    pub fn switch_must(&self, host: &str, system: &str, action: &str) -> String {
        let (status, text) = self.switch(host, system, action);
        assert_eq!(status, 0, "{text}");
        text
    }

    /// Runs a line of shell on the host, whatever comes of it.
    pub fn exec(&self, host: &str, line: &str) -> Output {
        let command = self.bed.host(host).command(["bash", "-c", line]);
        command.timeout(Duration::from_secs(300)).output().unwrap_or_else(|error| panic!("{host}: {line}: {error}"))
    }

    /// A line of shell that must succeed; returns its stdout.
    pub fn must(&self, host: &str, line: &str) -> String {
        let output = self.exec(host, line);
        assert!(output.success(), "{host}: {line}:\n{}{}", output.stdout, output.stderr);
        output.stdout.trim_end().to_owned()
    }

    /// The running system, or nothing on a plain Debian.
    pub fn current(&self, host: &str) -> String {
        self.must(host, "readlink /run/current-system || true")
    }

    /// Switches the power off and on, without warning.
    pub fn lose_power(&self, host: &str) {
        let host = self.bed.host(host);
        host.crash().unwrap_or_else(|error| panic!("crash: {error}"));
        host.boot().unwrap_or_else(|error| panic!("boot: {error}"));
        host.wait_until("every unit has settled", Duration::from_secs(240), |host| {
            Ok(host.sh("systemctl is-system-running || true")? == "running")
        })
        .unwrap_or_else(|error| panic!("{error}"));
    }
}
