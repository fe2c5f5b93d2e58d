//! A binary cache: filled by the node that builds, asked by the others, believed for its signature only.

use netlib_scenarios::{Network, Site, assert_says};

/// Debian lets only a group talk to the daemon; on NixOS everybody may.
const SERVER: &str = r#"users.users.nix-cache-main.extraGroups = [ "nix-users" ];"#;

fn network(settings: &str) -> Network {
    Network::of(&["alpha", "beta", "gamma"])
        .importing("nix-cache")
        .configure("gamma", SERVER)
        .with(&format!(r#"nix-cache.main = {{ servers.gamma = {{ }}; uploaders = [ "alpha" ]; }}; {settings}"#))
}

/// Builds something on a host; returns its path, and what else was printed.
fn build(site: &Site, host: &str, name: &str) -> (String, String) {
    let expression = format!(
        r#"derivation {{ name = "{name}"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo {name} > $out" ]; }}"#
    );
    site.bed.host(host).write_file(&format!("/root/{name}.nix"), expression).unwrap_or_else(|error| panic!("{error}"));
    let output = site.exec(host, &format!("nix-build --no-out-link /root/{name}.nix"));
    assert!(output.success(), "{}", output.stderr);
    (output.stdout.trim().to_owned(), output.stderr)
}

#[test]
fn what_one_node_builds_the_others_fetch() {
    let site = Site::up(&["alpha", "beta", "gamma"]);
    site.write(&network(""));
    site.gather();
    let text = site.netlib_must("deploy");
    assert_says(&text, &["healthy: nix-cache-main-from-client"]);

    let (path, _) = build(&site, "alpha", "built-once");
    site.exec_must("gamma", &format!("test -e {path}"));

    // Without the server's key its word counts for nothing; with it the path comes, and nothing is built.
    let distrust = format!("nix-store --realise --option trusted-public-keys '' {path}");
    let refused = site.exec("beta", &distrust);
    assert!(!refused.success());
    assert_says(&refused.stderr, &["not signed by any of the keys"]);
    let text = site.exec_must("beta", &format!("nix-store --realise {path} 2>&1"));
    assert_says(&text, &["copying path", "from 'http://gamma:5000"]);
    assert_eq!(site.exec_must("beta", &format!("cat {path}")), "built-once");
    let signatures = site.exec_must("beta", &format!("nix path-info --sigs {path}"));
    assert_says(&signatures, &["gamma.main.test-1:"]);
    // Sent as a derivation: the server built it itself.
    assert!(!signatures.contains("upload"), "{signatures}");

    // The other program serves the same, with the same key; an uploader that is trusted sends what it built.
    site.write(&network(r#"nix-cache.main = { servers.gamma.software = "nix-serve"; trustUploaders = true; };"#));
    site.gather();
    let text = site.netlib_must("deploy");
    assert_says(&text, &["root of alpha is as good as root of the servers"]);
    let (path, _) = build(&site, "alpha", "built-twice");
    site.exec_must("beta", &format!("nix-store --realise {path}"));
    let signatures = site.exec_must("beta", &format!("nix path-info --sigs {path}"));
    assert_says(&signatures, &["alpha.main.upload.test-1:"]);

    // A cache that is down stops nobody's build.
    let gamma = site.bed.host("gamma");
    gamma.cut().unwrap_or_else(|error| panic!("{error}"));
    let (_, said) = build(&site, "alpha", "alone");
    assert_says(&said, &["could not upload to gamma"]);
    build(&site, "beta", "alone-as-well");
}
