//! Facts: gathered on the host, only the public half comes back.

use netlib_scenarios::{Network, Site};

#[test]
fn keys_are_made_on_the_host_and_stay_there() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    site.write(&Network::of(&hosts).with_mesh("\"10.10.0.0/24\"", &hosts));

    let text = site.netlib_must("facts gather");
    let written = "wrote /root/network/facts/alpha.json and those of beta. New files must be tracked by git";
    assert!(text.contains(written) && text.contains("git -C /root/network add facts"), "{text}");
    let fact = |host: &str| site.must(&format!("cat facts/{host}.json"));
    let (alpha, beta) = (fact("alpha"), fact("beta"));
    assert!(alpha.contains("\"wireguard-mesh-wg0\": \""), "{alpha}");
    assert_ne!(alpha, beta);

    // The public half in the file is that of the private key on the host, which only root can read.
    let keys = site.exec("alpha", "find /var/lib/netlib -type f -size 45c").stdout;
    let key = keys.lines().next().unwrap_or_else(|| panic!("no key: {keys}")).to_owned();
    assert_eq!(site.exec("alpha", &format!("stat -c '%a %U' {key}")).stdout, "400 root\n");
    let public = site.exec("alpha", &format!("wg pubkey < {key}")).stdout;
    assert!(alpha.contains(public.trim()), "{alpha} {public}");

    // The private half is nowhere on the deployer: neither in the network nor in its store.
    let private = site.exec("alpha", &format!("cat {key}")).stdout.trim().to_owned();
    let found =
        site.exec("deployer", &format!("grep -rlF -- '{private}' /root /tmp /nix/store /run/netlib 2>/dev/null"));
    assert_eq!(found.stdout, "");

    // Again: the same keys, the files untouched.
    let text = site.netlib_must("facts gather");
    assert!(text.contains("unchanged"), "{text}");
    assert_eq!(fact("alpha"), alpha);

    // One host is down: the other's facts are still gathered, and the exit status says that one failed. What a run that was killed
    // left beside them goes.
    site.must("rm -r facts/*; echo '{' >facts/alpha.json.999999999");
    site.bed.host("beta").cut().expect("cut");
    let (status, text) = site.netlib("facts gather");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("beta"), "{text}");
    assert_eq!(fact("alpha"), alpha);
    assert_eq!(site.must("ls facts").trim(), "alpha.json");
}

#[test]
fn a_missing_fact_stops_only_the_nodes_that_need_it() {
    let hosts = ["alpha", "beta", "gamma"];
    let site = Site::up(&hosts);
    site.write(&Network::of(&hosts).with_mesh("\"10.10.0.0/24\"", &["alpha", "beta"]));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("help: netlib facts gather"), "{text}");
    assert!(text.contains("wireguard-mesh-wg0"), "{text}");
    site.assert_active("gamma");
    assert_eq!(site.systems("alpha"), (String::new(), String::new()));
}

#[test]
fn a_host_that_moves_to_this_network_is_asked_with_adopt_before_its_first_deployment() {
    let site = Site::up(&["alpha"]);
    let fact = r#"facts.alpha.word = { description = "A word"; script = "echo hello"; pattern = "[a-z]+"; };"#;
    let network = Network::of(&["alpha"]).with(fact);
    site.write(&network.clone().with("network.id = \"one\";"));
    site.netlib_must("deploy");

    // What is deployed needs the fact, so a deployment cannot come first.
    let needs = r#"imports = [ ({ netlib, ... }: { configure.alpha.environment.etc.word.text = netlib.fact "alpha" "word"; }) ];"#;
    site.write(&network.with("network.id = \"two\";").with(needs));
    for refused in ["facts gather", "deploy --adopt"] {
        assert_eq!(site.netlib(refused).0, 1, "{refused}");
    }
    let (_, text) = site.netlib("facts gather");
    assert!(text.contains("`netlib facts gather`") && text.contains("--adopt"), "{text}");
    site.netlib_must("facts gather --adopt");
    site.must("git add facts");
    site.netlib_must("deploy --adopt");
    assert_eq!(site.exec_must("alpha", "cat /etc/word"), "hello");
}
