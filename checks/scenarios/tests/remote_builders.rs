//! Builds that only another host can do: sent there over SSH with keys that were made where they are used.

use netlib_scenarios::{Network, Site, assert_says};

const POOL: &str = r#"
    nodes.gamma.target.port = 22;
    remote-builders.main = {
      builders.gamma = { supportedFeatures = [ "only-gamma" ]; maxJobs = 2; };
      clients = [ "alpha" "beta" ];
    };
"#;
const BUILDER: &str = r#"nix.settings.system-features = [ "only-gamma" ];"#;

/// Builds on `alpha` what only `gamma` can, with an input that was built on `alpha`; prints where it was built.
fn build(name: &str) -> String {
    format!(
        r#"cat > /root/{name}.nix <<'END'
let
  make = name: more: derivation ({{ inherit name; system = builtins.currentSystem; builder = "/bin/sh"; }} // more);
  local = make "{name}-input" {{ args = [ "-c" "hostname > $out" ]; PATH = "/usr/bin"; }};
in
make "{name}" {{ requiredSystemFeatures = [ "only-gamma" ]; PATH = "/usr/bin"; args = [ "-c" "cat ${{local}} > $out; hostname >> $out" ]; }}
END
cat $(nix-build --no-out-link /root/{name}.nix)"#
    )
}

#[test]
fn what_a_client_cannot_build_is_built_where_it_can_be() {
    let site = Site::up(&["alpha", "beta", "gamma"]);
    let network = Network::of(&["alpha", "beta", "gamma"])
        .importing("remote-builders")
        .configure("gamma", BUILDER)
        .with(POOL);
    site.write(&network);
    site.gather();
    let text = site.netlib_must("deploy");
    assert_says(&text, &["check:gamma"]);
    for host in ["alpha", "beta", "gamma"] {
        site.assert_active(host);
    }

    // The input was built and signed here, the rest there; the log comes back too.
    assert_eq!(site.exec_must("alpha", &build("one")), "alpha\ngamma");
    assert_eq!(site.exec_must("beta", &build("two")), "beta\ngamma");

    // The key opens the daemon of the builder and nothing else, for an account that the daemon does not trust.
    let key = "/var/lib/netlib/remote-builders/main/ssh-key";
    let ssh = format!("ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=no -i {key}");
    let output = site.exec(
        "alpha",
        &format!("{ssh} nix-builder-main@gamma id -un </dev/null"),
    );
    assert!(
        !output.stdout.contains("nix-builder-main"),
        "{}",
        output.stdout
    );
    assert_eq!(
        site.exec("alpha", &format!("{ssh} root@gamma true")).code(),
        255
    );
    let info = site.exec_must(
        "alpha",
        &format!("NIX_SSHOPTS='-F none -o StrictHostKeyChecking=no' nix store info --json --store 'ssh-ng://nix-builder-main@gamma?ssh-key={key}'"),
    );
    assert!(
        info.contains("\"trusted\":false") || info.contains("\"trusted\":0"),
        "{info}"
    );

    // A path that nobody signed is not taken in.
    site.exec_must(
        "alpha",
        "echo unsigned > /root/unsigned && nix-store --add-fixed sha256 /root/unsigned > /dev/null",
    );
    let unsigned = site.exec(
        "alpha",
        &format!("path=$(nix-build --no-out-link --option secret-key-files '' -E 'derivation {{ name = \"unsigned\"; system = builtins.currentSystem; builder = \"/bin/sh\"; args = [ \"-c\" \"echo > $out\" ]; }}') && \
            NIX_SSHOPTS='-F none -o StrictHostKeyChecking=no' nix copy --no-check-sigs --to 'ssh-ng://nix-builder-main@gamma?ssh-key={key}' $path"),
    );
    assert!(!unsigned.success());
    assert_says(&unsigned.stderr, &["signature"]);

    // The private halves are where they were made, for root only.
    assert_eq!(
        site.exec_must("alpha", &format!("stat -c '%a %U' {key}")),
        "400 root"
    );
    let private = site.exec_must("alpha", &format!("sed -n 3p {key}"));
    let found = site.exec(
        "deployer",
        &format!("grep -rlF -- '{private}' /root/network /nix/store 2>/dev/null"),
    );
    assert_eq!(found.stdout, "");

    // A host that is no longer a client is let in no more.
    site.write(&network.with(r#"remote-builders.main.clients = lib.mkForce [ "beta" ];"#));
    site.netlib_must("deploy");
    assert_eq!(
        site.exec("alpha", &format!("{ssh} nix-builder-main@gamma"))
            .code(),
        255
    );
    assert_eq!(site.exec_must("beta", &build("three")), "beta\ngamma");
}
