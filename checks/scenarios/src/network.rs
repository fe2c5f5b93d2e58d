//! Writes the flake of a network, the way a user would.

use std::fmt::Write as _;

/// What every network's flake takes in.
const INPUTS: &str = r#"  inputs.nixpkgs.url = "nixpkgs";
  inputs.netlib.url = "netlib";
  inputs.netlib.inputs.nixpkgs.follows = "nixpkgs";
"#;

/// The files of a network directory: a flake whose network is the given module, and whatever else a scenario adds.
#[derive(Clone, Debug)]
pub struct Network {
    imports: Vec<String>,
    modules: Vec<String>,
    files: Vec<(String, String)>,
}

impl Network {
    /// A network of these nodes: each has a small configuration and is reached under its own name.
    pub fn of(nodes: &[&str]) -> Self {
        let mut body = String::from("network.name = lib.mkDefault \"test\";\n");
        for node in nodes {
            let _ = writeln!(
                body,
                "nodes.{node} = {{ target.host = \"{node}\"; addresses = lib.mkDefault [ \"{node}\" ]; nixos = ./{node}.nix; }};"
            );
        }
        let files = nodes.iter().map(|node| (format!("{node}.nix"), configuration(""))).collect();
        Self { imports: vec!["wireguard-mesh".to_owned()], modules: vec![body], files }
    }

    /// Imports one of netlib's network modules.
    #[must_use]
    pub fn importing(mut self, module: &str) -> Self {
        self.imports.push(module.to_owned());
        self.brisk()
    }

    /// Lets nodes whose checks are content for a second count as healthy; the usual time is ten.
    #[must_use]
    fn brisk(self) -> Self {
        self.with("rollout.timing.minHealthyTime = lib.mkDefault 1;")
    }

    /// Adds a module with these lines to the network.
    #[must_use]
    pub fn with(mut self, lines: &str) -> Self {
        self.modules.push(format!("{lines}\n"));
        self
    }

    /// Lets ssh notice in a few seconds that these nodes are gone; its own answer takes a quarter of a minute.
    #[must_use]
    pub fn impatient(mut self, nodes: &[&str]) -> Self {
        for node in nodes {
            self = self.with(&format!(
                "nodes.{node}.target.sshOptions = [ \"-o\" \"ServerAliveInterval=3\" \"-o\" \"ConnectTimeout=3\" ];"
            ));
        }
        self
    }

    /// Adds the mesh `wg0` of these nodes.
    #[must_use]
    pub fn with_mesh(self, subnet: &str, members: &[&str]) -> Self {
        let members: String = members.iter().map(|member| format!("{member} = {{ }}; ")).collect();
        self.brisk().with(&format!("wireguard-mesh.wg0 = {{ subnet = {subnet}; members = {{ {members}}}; }};"))
    }

    /// Replaces a node's configuration by one with these lines.
    #[must_use]
    pub fn configure(self, node: &str, lines: &str) -> Self {
        self.file(&format!("{node}.nix"), &configuration(lines))
    }

    /// Writes a file beside the flake, or replaces one.
    #[must_use]
    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.retain(|(existing, _)| existing != path);
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    /// Every file with its text, the flake first.
    pub fn files(&self) -> Vec<(String, String)> {
        let mut files = vec![("flake.nix".to_owned(), self.flake())];
        files.extend(self.files.iter().cloned());
        files
    }

    /// Whether its flake is locked as every other one.
    pub(crate) fn has_usual_inputs(&self) -> bool {
        // A file of this name that a scenario adds is written last.
        self.files().iter().rfind(|(path, _)| path == "flake.nix").is_some_and(|(_, text)| text.contains(INPUTS))
    }

    fn flake(&self) -> String {
        let imports: String = self.imports.iter().map(|module| format!("        netlib.modules.{module}\n")).collect();
        let modules: String =
            self.modules.iter().map(|lines| format!("        ({{ lib, ... }}: {{\n{lines}        }})\n")).collect();
        format!(
            r#"{{
{INPUTS}
  outputs = {{ self, netlib, ... }}@inputs:
    netlib.lib.mkFlake {{ inherit self inputs; }} {{
      imports = [
{imports}{modules}      ];
    }};
}}
"#
        )
    }
}

/// A NixOS configuration with what every node needs and these lines.
fn configuration(lines: &str) -> String {
    format!(
        r#"{{ lib, pkgs, ... }}:
{{
  boot.loader.grub.enable = false;
  fileSystems."/" = {{ device = "/dev/vda"; fsType = "ext4"; }};
  services.openssh = {{ enable = true; hostKeys = [ {{ type = "ed25519"; path = "/etc/ssh/ssh_host_ed25519_key"; }} ]; }};
  system.stateVersion = "26.05";
{lines}
}}
"#
    )
}
