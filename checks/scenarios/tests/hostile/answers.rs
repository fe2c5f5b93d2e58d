//! What a hostile node says: its text, its floods, its store paths, its facts.

use netlib_scenarios::{NETWORK, Network, Site};

/// The harness itself: an attacker's answer arrives, and the rest of the host works.
#[test]
fn a_hostile_host_answers_what_its_rules_say() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]));
    site.hostile(
        "alpha",
        "probe",
        "*probe*",
        "eval \"$SSH_ORIGINAL_COMMAND\" | sed 's/^network.id=.*/network.id=elsewhere/'",
    );
    let (_, text) = site.netlib("deploy");
    assert!(site.answered("alpha", "probe") > 0, "{text}");
    site.honest("alpha", "probe");
    site.netlib_must("deploy");
    site.assert_active("alpha");
}

/// For printf of sh: title, clipboard and clearing of a terminal, the same with C1 bytes, text that runs backwards, text
/// that nobody sees.
const EVIL: &str =
    r"EVIL\033]0;pwned\007\033]52;c;ZXZpbA==\033\\\033[2J\302\2332J\302\235\0330;x\033c\342\200\256\342\200\213\007END";

/// Nothing but what it says, as it is and as JSON.
pub(super) fn assert_clean(what: &str, text: &str) {
    assert!(text.contains("EVIL"), "{what} does not show the attacker's text: {text:?}");
    let bad = |c: char| c.is_control() && !"\n\t".contains(c) || "\u{202e}\u{200b}".contains(c);
    let found = text.chars().find(|c| bad(*c));
    assert_eq!(found, None, "{what}: {text:?}");
    for code in ["\\u001b", "\\u0007", "\\u009b", "\\u009d", "\\u202e", "\\u200b"] {
        assert!(!text.to_lowercase().contains(code), "{what}: {text}");
    }
}

#[test]
fn attack_10_text_of_a_host_does_not_reach_terminals_and_logs_as_it_is() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]));
    let evil = |line: &str| format!("evil=$(printf '{EVIL}')\n{line}");
    let asked = "eval \"$SSH_ORIGINAL_COMMAND\"";
    let logs = "--log-dir /root/logs";
    let cases = [
        // What it says of itself.
        (
            "probe",
            "*probe*",
            evil(&format!("{asked}; printf 'network.id=x\\nnetwork.name=%s\\n' \"$evil\"")),
            vec!["status --no-eval".to_owned(), "status --no-eval --json".to_owned()],
        ),
        // An answer that is none, and one with an error of its own.
        ("none", "*probe*", evil("printf '%s\\n' \"$evil\""), vec!["status --no-eval".to_owned()]),
        (
            "broken",
            "*probe*",
            evil("printf '%s\\n' \"$evil\" >&2; exit 3"),
            vec!["status --no-eval".to_owned(), format!("deploy --json {logs}")],
        ),
        // A refusal.
        (
            "busy",
            "*activate*",
            evil("printf 'refused=busy\\nlock.deployer=%s\\n' \"$evil\""),
            vec![format!("deploy {logs}"), format!("deploy --json {logs}")],
        ),
        // The log of an activation.
        (
            "log",
            "*activate*",
            // Once: the log goes on where this ends.
            evil(&format!("{asked}; mkdir /hostile/said && printf '%s\\n' \"$evil\"")),
            vec![format!("deploy {logs}")],
        ),
        // A command of the user's own.
        (
            "command",
            "*marker*",
            evil("printf '%s\\n' \"$evil\"; printf '%s\\n' \"$evil\" >&2; exit 3"),
            vec!["exec -- echo marker".to_owned(), format!("exec --json {logs} -- echo marker")],
        ),
    ];
    for (name, pattern, program, commands) in cases {
        site.hostile("alpha", name, pattern, &program);
        for command in commands {
            let (_, text) = site.netlib(&command);
            assert_clean(&format!("{name}: netlib {command}"), &text);
        }
        assert!(site.answered("alpha", name) > 0, "{name}");
        site.honest("alpha", name);
    }
    let kept = site.exec_must("deployer", "cat /root/logs/events.jsonl /root/logs/nodes/*");
    assert_clean("the log folder", &kept);

    // What a host says before anybody logged in: ssh passes none of it on.
    site.exec_must(
        "alpha",
        &format!(
            "printf '{EVIL}\\n' >/etc/ssh/banner; \
             printf 'Banner /etc/ssh/banner\\nDenyUsers root\\n' >/etc/ssh/sshd_config.d/00-banner.conf; systemctl restart ssh"
        ),
    );
    let (status, text) = site.netlib("status --no-eval");
    assert_ne!(status, 0, "{text}");
    assert!(!text.contains("EVIL"), "{text}");
}

/// A network whose host runs what was deployed to it, and then says of itself what the attacker likes.
fn with_current(site: &Site, current: &str) {
    let program = format!(
        "eval \"$SSH_ORIGINAL_COMMAND\" | sed 's|^current=.*|current={current}|; s|^profile=.*|profile={current}|'"
    );
    site.hostile("alpha", "current", "*probe*", &program);
}

#[test]
fn attack_03_diff_brings_nothing_unsigned_into_the_deployers_store() {
    let site = Site::deployed_on(&["alpha"], &Network::of(&["alpha"]));
    // A path with a name that says nothing of its content, as of something that another node will get.
    let evil = site.exec_must(
        "alpha",
        "cat >/root/evil.nix <<'END'\n\
         derivation { name = \"evil-1.0\"; system = builtins.currentSystem; builder = \"/bin/sh\"; \
         args = [ \"-c\" \"echo evil >$out\" ]; }\nEND\n\
         nix-build --no-out-link /root/evil.nix",
    );
    with_current(&site, &evil);
    let (_, text) = site.netlib("diff");
    assert!(site.answered("alpha", "current") > 0, "{text}");
    let check = format!("nix-store --check-validity {evil}");
    assert!(!site.exec("deployer", &check).success(), "{evil} is in the deployer's store:\n{text}");
    // It is compared all the same: by the names of what the host has.
    assert!(text.contains("evil: 1.0 → ∅"), "{text}");
}

#[test]
fn attack_04_what_a_host_names_is_not_evaluated_or_built() {
    let site = Site::deployed_on(&["alpha"], &Network::of(&["alpha"]));
    site.exec_must(
        "deployer",
        "mkdir /root/evil && cd /root/evil && cat >flake.nix <<'END'\n\
         { outputs = _: { packages.x86_64-linux.default = derivation { name = \"evil\"; system = \"x86_64-linux\"; \
         builder = \"/bin/sh\"; args = [ \"-c\" \"echo >/tmp/owned; echo >$out\" ]; }; \
         packages.aarch64-linux.default = derivation { name = \"evil\"; system = \"aarch64-linux\"; \
         builder = \"/bin/sh\"; args = [ \"-c\" \"echo >/tmp/owned; echo >$out\" ]; }; }; }\nEND",
    );
    let copy = site.exec_must("deployer", "nix-store --add /root/evil");
    let named = [
        "/root/evil".to_owned(),
        "path:/root/evil".to_owned(),
        copy.clone(),
        format!("{copy}/../../../root/evil"),
        format!("{copy}#default"),
        format!("path:{copy}"),
        "--help".to_owned(),
        "nixpkgs#hello".to_owned(),
    ];
    for current in named {
        with_current(&site, &current);
        let (status, text) = site.netlib("diff");
        assert!(site.answered("alpha", "current") > 0, "{text}");
        assert_eq!(status, 1, "{current}:\n{text}");
        let owned = site.exec("deployer", "test -e /tmp/owned");
        assert!(!owned.success(), "the deployer built {current}:\n{text}");
    }
    site.honest("alpha", "current");
    site.netlib_must("diff");
}

/// Two nodes in a mesh with keys of their own.
fn mesh() -> Site {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    site.write(&Network::of(&hosts).with_mesh("\"10.10.0.0/24\"", &hosts));
    site.gather();
    site
}

#[test]
fn finding_a_bad_fact_is_not_written_and_stops_nobody_else() {
    let site = mesh();
    let fact = |node: &str| site.must(&format!("cat facts/{node}.json"));
    let (alpha, beta) = (fact("alpha"), fact("beta"));
    let key = "A".repeat(43) + "=";
    for value in [
        format!("{key}\\n[Peer]\\nAllowedIPs=0.0.0.0/0"),
        format!("{key} # x"),
        format!("{key}\\342\\200\\256"),
        "A".repeat(44),
        "pending".to_owned(),
        "#".to_owned(),
        key[1..].to_owned(),
    ] {
        let record = format!(r#"{{"fact":{{"wireguard-mesh-wg0":"{value}"}}}}"#);
        let mark = r#"mark=$(printf '%s' "$SSH_ORIGINAL_COMMAND" | grep -o 'netlib-record-[0-9a-f-]*' | tail -n 1)"#;
        site.hostile("beta", "fact", "*bin/gather*", &format!("{mark}; printf '%s ' \"$mark\"; printf '{record}\\n'"));
        let (status, text) = site.netlib("facts gather");
        assert_eq!(status, 1, "{value}: {text}");
        assert!(text.contains("wireguard-mesh-wg0") && text.contains("beta"), "{text}");
        assert_eq!((fact("alpha"), fact("beta")), (alpha.clone(), beta.clone()), "{value}");
    }
    assert!(site.answered("beta", "fact") > 0);
    site.honest("beta", "fact");
    site.netlib_must("deploy");
    site.assert_active("alpha");
}

#[test]
fn finding_a_node_that_says_the_key_of_another_one_stops_nobody() {
    let site = mesh();
    let fact = |node: &str| site.must(&format!("cat facts/{node}.json"));
    let (alpha, beta) = (fact("alpha"), fact("beta"));
    // Everybody in the network knows it.
    let key = alpha.split('"').find(|word| word.ends_with('=')).expect("a key").to_owned();
    let mark = r#"mark=$(printf '%s' "$SSH_ORIGINAL_COMMAND" | grep -o 'netlib-record-[0-9a-f-]*' | tail -n 1)"#;
    let record = format!(r#"{{"fact":{{"wireguard-mesh-wg0":"{key}"}}}}"#);
    site.hostile("beta", "fact", "*bin/gather*", &format!("{mark}; printf '%s %s\\n' \"$mark\" '{record}'"));
    for selected in ["", " --on beta"] {
        let (status, text) = site.netlib(&format!("facts gather{selected}"));
        assert_eq!(status, 1, "{text}");
        assert!(text.contains("wireguard-mesh-wg0 of `beta` is that of `alpha`") && text.contains("help: "), "{text}");
        assert_eq!((fact("alpha"), fact("beta")), (alpha.clone(), beta.clone()), "{text}");
    }
    assert!(site.answered("beta", "fact") > 0);
    site.netlib_must("deploy");
    site.assert_active("alpha");
}

#[test]
fn finding_a_bad_fact_in_a_file_stops_only_who_needs_it_and_names_the_file() {
    let hosts = ["alpha", "beta", "gamma"];
    let site = Site::up(&hosts);
    // Beta is activated, and waits for a peer that is not.
    let network = Network::of(&hosts).with_mesh("\"10.10.0.0/24\"", &["alpha", "beta"]);
    site.write(&network.with("rollout.timing.healthyDeadline = 5;"));
    site.gather();
    for (file, said) in
        [(r#"{ "wireguard-mesh-wg0": "x\n[Peer]" }"#, "wireguard-mesh-wg0"), (r#"[ "rubbish" ]"#, "JSON object")]
    {
        let write = site.bed.host("deployer").write_file(&format!("{NETWORK}/facts/beta.json"), file);
        write.unwrap_or_else(|error| panic!("{error}"));
        site.must("git commit -qam 'A bad fact'");
        let (status, text) = site.netlib("deploy");
        assert_eq!(status, 1, "{text}");
        assert!(text.contains("facts/beta.json") && text.contains(said), "{text}");
        site.assert_active("gamma");
        assert_eq!(site.systems("alpha"), (String::new(), String::new()), "{text}");
    }
}
