//! A bed with a network directory on its deployer.

use netlib_testbed::{Bed, BedOptions, Output};

use crate::{Network, start};

/// Where the network's flake lies on the deployer.
pub const NETWORK: &str = "/root/network";

/// The lock of a network's flake on a deployer that has its inputs already.
pub(crate) const LOCK: &str = "/root/flake.lock";

/// Prints the toplevel of the node $1. All of a commit are evaluated at once, and only once: Nix itself keeps nothing of a flake
/// whose inputs are folders. Where they cannot be, because another one is wrong or the flake is no commit, that node's is.
const TOPLEVEL: &str = r#"
of=.#netlibConfigurations.default.toplevels
lines='all: builtins.concatStringsSep "" (map (name: "${name} ${all.${name}.outPath}\n") (builtins.attrNames all))'
if known=/root/.toplevels/$(git rev-parse 'HEAD^{tree}') && [ -z "$(git status --porcelain)" ] && mkdir -p "${known%/*}" &&
  { [ -e "$known" ] || { nix eval --raw "$of" --apply "$lines" >"$known.new" && mv "$known.new" "$known"; }; } 2>/dev/null; then
  sed -n "s/^$1 //p" "$known" | tr -d '\n'
else
  nix eval --raw "$of.$1.outPath"
fi
"#;

/// A running bed and the network that is deployed to it. Panics where a test could not go on.
pub struct Site {
    /// The hosts.
    pub bed: Bed,
}

impl Site {
    /// Starts a bed with these hosts.
    pub fn up(hosts: &[&str]) -> Self {
        Self::with(BedOptions::new(hosts.iter().copied()))
    }

    /// Starts a bed with options of its own.
    pub fn with(options: BedOptions) -> Self {
        Self::on(match start::deployer() {
            Some(disk) => options.deployer_on(disk),
            None => options,
        })
    }

    /// Starts a bed with nothing but these options.
    pub(crate) fn on(options: BedOptions) -> Self {
        let bed = Bed::up(options).unwrap_or_else(|error| panic!("no bed: {error}"));
        Self { bed }
    }

    /// Writes the network, locks its flake and puts it into git.
    pub fn write(&self, network: &Network) {
        // One shell for all of it: each process costs more than what it does here.
        let mut script = format!("mkdir -p {NETWORK} && cd {NETWORK}\n");
        for (path, text) in network.files() {
            if let Some((folder, _)) = path.rsplit_once('/') {
                script += &format!("mkdir -p {folder}\n");
            }
            script += &format!("printf %s {} > {path}\n", quote(&text));
        }
        if network.has_usual_inputs() {
            script += &format!("test -e flake.lock || cp {LOCK} flake.lock 2>/dev/null || true\n");
        }
        script += "test -e flake.lock || nix flake lock\n";
        script += "test -e .git || git init -q\ngit add -A\ngit commit -qm 'The network' || true\n";
        let shell = self.bed.deployer().command(["sh", "-eu", "-s"]).stdin(script);
        shell.run().unwrap_or_else(|error| panic!("the network: {error}"));
    }

    /// Runs a line of shell in the network's directory on the deployer.
    pub fn sh(&self, line: &str) -> Output {
        self.exec("deployer", &format!("cd {NETWORK} && {line}"))
    }

    /// The same, which must succeed; returns its stdout.
    pub fn must(&self, line: &str) -> String {
        let output = self.sh(line);
        assert!(output.success(), "{line}:\n{}", both(&output));
        output.stdout
    }

    /// Runs a line of shell on a host.
    pub fn exec(&self, host: &str, line: &str) -> Output {
        self.bed.host(host).exec(["sh", "-c", line]).unwrap_or_else(|error| panic!("{host}: {line}: {error}"))
    }

    /// The same, which must succeed; returns its stdout without the last line break.
    pub fn exec_must(&self, host: &str, line: &str) -> String {
        let output = self.exec(host, line);
        assert!(output.success(), "{host}: {line}:\n{}", both(&output));
        output.stdout.trim_end().to_owned()
    }

    /// Runs netlib and returns what it printed on both streams with its exit status.
    pub fn netlib(&self, arguments: &str) -> (i32, String) {
        // Without a terminal, also where the tests themselves have one.
        let output = self.sh(&format!("setsid --wait netlib {arguments}"));
        (output.code(), both(&output))
    }

    /// Runs netlib, which must end with status 0; returns what it printed.
    pub fn netlib_must(&self, arguments: &str) -> String {
        let (status, text) = self.netlib(arguments);
        assert_eq!(status, 0, "netlib {arguments}:\n{text}");
        text
    }

    /// Gathers the facts and commits them.
    pub fn gather(&self) {
        self.netlib_must("facts gather");
        self.must("git add facts && git commit -qm 'Facts'");
    }

    /// The system that runs on a host and the one its profile names; empty where there is none.
    pub fn systems(&self, host: &str) -> (String, String) {
        let read = |path: &str| {
            let output = self.exec(host, &format!("readlink -f {path} 2>/dev/null || true"));
            let path = output.stdout.trim().to_owned();
            if path.starts_with("/nix/store/") { path } else { String::new() }
        };
        (read("/run/current-system"), read("/nix/var/nix/profiles/system"))
    }

    /// The toplevel that the flake has for a node.
    pub fn toplevel(&self, node: &str) -> String {
        self.must(&format!("sh -euc {} sh {node}", quote(TOPLEVEL)))
    }

    /// Asserts that a host runs what the flake says, and boots it too.
    pub fn assert_active(&self, node: &str) {
        let toplevel = self.toplevel(node);
        assert_eq!(self.systems(node), (toplevel.clone(), toplevel), "{node}");
    }

    /// Deploys a network that must come up well; returns the system of this node.
    pub fn deployed(&self, network: &Network, node: &str) -> String {
        self.write(network);
        self.netlib_must("deploy");
        self.assert_active(node);
        self.systems(node).0
    }

    /// Asserts which system a host comes up with after it lost its power.
    pub fn assert_boots(&self, host: &str, toplevel: &str) {
        let machine = self.bed.host(host);
        if machine.is_running().unwrap_or_else(|error| panic!("{error}")) {
            machine.crash().unwrap_or_else(|error| panic!("{error}"));
        }
        machine.boot().unwrap_or_else(|error| panic!("{error}"));
        let boots = (toplevel.to_owned(), toplevel.to_owned());
        assert_eq!(self.systems(host), boots, "{host} after a boot");
    }

    /// Asserts that every one of these hosts reaches every other under its name in the mesh.
    pub fn assert_mesh(&self, hosts: &[&str], instance: &str, family: &str) {
        for from in hosts {
            for to in hosts.iter().filter(|to| *to != from) {
                // A handshake whose first packet is lost is tried again after seconds.
                let ping = format!("ping {family} -q -c 1 -W 5 {to}.{instance}");
                self.wait_until(from, &format!("{to} answers in {instance}"), &ping);
            }
        }
    }
}

/// A text as one word of the shell.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Both streams, stderr last.
fn both(output: &Output) -> String {
    format!("{}{}", output.stdout, output.stderr)
}
