//! Real NixOS systems, evaluated by the driver up to their derivations. Needs a checkout of nixpkgs.

use netlib_scenarios::{Site, assert_says};

/// The linter of shell scripts needs Haskell, which not every tree has.
const FLAKE: &str = r#"{
  inputs.nixpkgs.url = "NIXPKGS";
  inputs.netlib.url = "netlib";
  inputs.netlib.inputs.nixpkgs.follows = "nixpkgs";

  outputs = { self, nixpkgs, netlib }@inputs:
    netlib.lib.mkFlake { inherit self inputs; } {
      network.name = "real";
      nodes.alpha.nixpkgs = pin;
      nodes.beta = { nixpkgs = pin; nixos.services.openssh.enable = true; };
      nodes.gamma = { nixpkgs = pin; nixos.services.openssh.enabel = true; };
      defaults.nixos = {
        boot.loader.grub.enable = false;
        fileSystems."/" = { device = "/dev/vda"; fsType = "ext4"; };
        system.stateVersion = "26.05";
      };
    };
}
"#;

const PIN: &str = r#"(nixpkgs // {
  legacyPackages.x86_64-linux = nixpkgs.legacyPackages.x86_64-linux.extend (_: pkgs: {
    shellcheck-minimal = pkgs.writeText "no-linter" "" // { compiler.bootstrapAvailable = false; };
  });
})"#;

#[test]
fn real_systems_evaluate_and_one_with_a_mistake_fails_alone() {
    let Some(nixpkgs) = std::env::var_os("NETLIB_NIXPKGS").filter(|path| !path.is_empty()) else {
        eprintln!("skipped: NETLIB_NIXPKGS names no nixpkgs");
        return;
    };
    let nixpkgs = nixpkgs.to_string_lossy().into_owned();
    let site = Site::up(&[]);
    let revision = site.exec_must(
        "deployer",
        &format!("git config --global --add safe.directory '*'; git -C {nixpkgs} rev-parse HEAD"),
    );
    let flake = FLAKE
        .replace("NIXPKGS", &format!("git+file://{nixpkgs}?rev={revision}"))
        .replace("nixpkgs = pin", &format!("nixpkgs = {PIN}"));
    site.bed.deployer().write_file("/root/network/flake.nix", flake).expect("the flake");
    // No such hosts: what they should run is known all the same.
    let (status, text) = site.netlib("status --json");
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &[
            "-nixos-system-alpha-26",
            "-nixos-system-beta-26",
            "node `gamma` does not evaluate: /root/network/flake.nix: The option `nodes.gamma.nixos.services.openssh.enabel' does not exist",
        ],
    );
    let derivations = site.exec_must("deployer", "ls -d /nix/store/*-nixos-system-*.drv | wc -l");
    assert_eq!(derivations, "2");
}
