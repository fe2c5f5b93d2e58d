//! A network that is described by a plain file instead of a flake.

use netlib_scenarios::{Site, assert_says};

const FILE: &str = r#"
let
  nixpkgs = /src/checks/nixpkgs-stub;
  netlib = import /src { inherit nixpkgs; };
in
netlib.lib.mkNetwork { root = ./.; } {
  imports = [ netlib.modules.wireguard-mesh ];
  network.name = "plain";
  nodes.alpha = { addresses = [ "alpha" ]; nixos = ./alpha.nix; };
  nodes.beta = { addresses = [ "beta" ]; nixos = ./beta.nix; };
  wireguard-mesh.wg0 = { subnet = "10.60.0.0/24"; members = { alpha = { }; beta = { }; }; };
}
"#;

const NODE: &str = r#"{ ... }: {
  boot.loader.grub.enable = false;
  fileSystems."/" = { device = "/dev/vda"; fsType = "ext4"; };
  services.openssh = { enable = true; hostKeys = [ { type = "ed25519"; path = "/etc/ssh/ssh_host_ed25519_key"; } ]; };
  system.stateVersion = "26.05";
}
"#;

#[test]
fn a_plain_file_is_deployed_like_a_flake() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    site.with_nix_eval_jobs();
    let deployer = site.bed.deployer();
    let write = |name: &str, text: &str| {
        deployer.write_file(&format!("/root/plain/{name}"), text).unwrap_or_else(|error| panic!("{error}"));
    };
    write("network.nix", FILE);
    write("alpha.nix", NODE);
    write("beta.nix", NODE);
    let netlib = |arguments: &str| {
        let output = site.exec("deployer", &format!("cd /root/plain && netlib {arguments} 2>&1"));
        (output.code(), output.stdout)
    };
    let must = |arguments: &str| {
        let (status, text) = netlib(arguments);
        assert_eq!(status, 0, "{arguments}: {text}");
        text
    };
    // A fact that is missing, a network that is missing, and what one gets from each.
    let (status, text) = netlib("deploy --file network.nix --evaluator nix");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["beta: wireguard-mesh-wg0", "help: netlib facts gather"]);
    let (status, text) = netlib("plan --file network.nix#office");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["has no network `office`", "--file network.nix#default"]);

    must("facts gather --file network.nix");
    for evaluator in ["nix", "nix-eval-jobs"] {
        let text = must(&format!("deploy --file network.nix --evaluator {evaluator}"));
        assert_says(&text, &["2 of 2 nodes active"]);
        site.assert_mesh(&hosts, "wg0", "-4");
        // What changed is seen, because nothing of a plain file is remembered.
        let line = format!("environment.etc.by.text = \"{evaluator}\";");
        write("beta.nix", &NODE.replace("services", &format!("{line} services")));
    }
    let text = must("deploy --file network.nix --on beta");
    assert_says(&text, &["switched"]);
    assert_eq!(site.exec("beta", "cat /etc/by").stdout, "nix-eval-jobs");

    // Its mistakes are shown with its own files and lines.
    write("beta.nix", "{\n  services.openssh.enabel = true;\n}\n");
    for evaluator in ["nix", "nix-eval-jobs"] {
        let (status, text) = netlib(&format!("deploy --file network.nix --evaluator {evaluator}"));
        assert_eq!(status, 1, "{text}");
        assert_says(&text, &["/root/plain/beta.nix", "services.openssh.enabel", "1 failed"]);
    }
    let (status, text) = netlib("plan --file nowhere.nix");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["cannot read the file nowhere.nix"]);
}
