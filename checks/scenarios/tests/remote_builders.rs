//! Builds that only another host can do: sent there over SSH with keys that were made where they are used.

use netlib_scenarios::{Network, Site, assert_says};

const POOL: &str = r#"
    nodes.gamma.target.port = 22;
    remote-builders.main = {
      builders.gamma = { supportedFeatures = [ "only-gamma" ]; maxJobs = 2; };
      clients = [ "alpha" "beta" ];
    };
"#;
/// Debian lets only a group talk to the daemon; on NixOS everybody may.
const BUILDER: &str = r#"
  nix.settings.system-features = [ "only-gamma" ];
  users.users.nix-builder-main.extraGroups = [ "nix-users" ];
"#;

/// Writes an expression of what only `gamma` can build: `all` has an input that was built on the client, `alone` has none.
fn expression(name: &str) -> String {
    format!(
        r#"cat > /root/{name}.nix <<'END'
let
  make = name: more: derivation ({{ inherit name; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/usr/bin"; }} // more);
  there = name: script: make name {{ requiredSystemFeatures = [ "only-gamma" ]; args = [ "-c" script ]; }};
in
rec {{
  input = make "{name}-input" {{ preferLocalBuild = true; args = [ "-c" "hostname > $out" ]; }};
  alone = there "{name}-alone" "hostname > $out";
  all = there "{name}" "cat ${{input}} > $out; hostname >> $out";
}}
END
"#
    )
}

/// Builds by Nix's own way what has no input from here; prints where it was built.
fn build(name: &str) -> String {
    format!("{}path=$(nix-build --no-out-link /root/{name}.nix -A alone) && cat $path", expression(name))
}

#[test]
fn what_a_client_cannot_build_is_built_where_it_can_be() {
    let site = Site::up(&["alpha", "beta", "gamma"]);
    let network =
        Network::of(&["alpha", "beta", "gamma"]).importing("remote-builders").configure("gamma", BUILDER).with(POOL);
    site.write(&network);
    site.gather();
    let text = site.netlib_must("deploy");
    assert_says(&text, &["healthy: remote-builders-main"]);
    for host in ["alpha", "beta", "gamma"] {
        site.assert_active(host);
    }

    // Sent there by Nix itself; the log comes back too.
    assert_eq!(site.exec_must("alpha", &build("one")), "gamma");
    assert_eq!(site.exec_must("beta", &build("two")), "gamma");

    // With an input that was built here, everything is built there instead: the builder takes no result of a client.
    site.exec_must("alpha", "nix-build --no-out-link /root/one.nix -A input");
    let refused = site.exec("alpha", "nix-build --no-out-link /root/one.nix -A all");
    assert!(!refused.success());
    assert_says(&refused.stderr, &["lacks a signature by a trusted key"]);
    let program = "/run/current-system/sw/bin/remote-build-main";
    let built = format!("path=$({program} gamma -f /root/one.nix all) && cat $path");
    assert_eq!(site.exec_must("alpha", &built), "gamma\ngamma");
    let unknown = site.exec("alpha", &format!("{program} delta -f /root/one.nix all"));
    assert_says(&unknown.stderr, &["\"delta\" is not a builder of main; builders: gamma"]);

    // The key opens the daemon of the builder and nothing else, for an account that the daemon does not trust.
    let key = "/var/lib/netlib/remote-builders/main/ssh-key";
    let ssh = format!("ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=no -i {key}");
    let output = site.exec("alpha", &format!("{ssh} nix-builder-main@gamma id -un </dev/null"));
    assert!(!output.stdout.contains("nix-builder-main"), "{}", output.stdout);
    assert_eq!(site.exec("alpha", &format!("{ssh} root@gamma true")).code(), 255);
    let info = site.exec_must(
        "alpha",
        &format!("NIX_SSHOPTS='-F none -o StrictHostKeyChecking=no' nix store info --json --store 'ssh-ng://nix-builder-main@gamma?ssh-key={key}'"),
    );
    assert!(info.contains("\"trusted\":false") || info.contains("\"trusted\":0"), "{info}");

    // A path that nobody signed is not taken in.
    let unsigned = r#"derivation { name = "unsigned"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo > $out" ]; }"#;
    site.bed.host("alpha").write_file("/root/unsigned.nix", unsigned).unwrap_or_else(|error| panic!("{error}"));
    let unsigned = site.exec(
        "alpha",
        &format!(
            "path=$(nix-build --no-out-link --option secret-key-files '' --option builders '' /root/unsigned.nix) && \
             NIX_SSHOPTS='-F none -o StrictHostKeyChecking=no' nix copy --no-check-sigs --to 'ssh-ng://nix-builder-main@gamma?ssh-key={key}' $path"
        ),
    );
    assert!(!unsigned.success());
    assert_says(&unsigned.stderr, &["signature"]);

    // The private halves are where they were made, for root only.
    assert_eq!(site.exec_must("alpha", &format!("stat -c '%a %U' {key}")), "400 root");
    let private = site.exec_must("alpha", &format!("sed -n 3p {key}"));
    let found = site.exec("deployer", &format!("grep -rlF -- '{private}' /root/network /nix/store 2>/dev/null"));
    assert_eq!(found.stdout, "");

    // A host that is no longer a client is let in no more.
    site.write(&network.with(r#"remote-builders.main.clients = lib.mkForce [ "beta" ];"#));
    site.netlib_must("deploy");
    assert_eq!(site.exec("alpha", &format!("{ssh} nix-builder-main@gamma")).code(), 255);
    assert_eq!(site.exec_must("beta", &build("three")), "gamma");
}
