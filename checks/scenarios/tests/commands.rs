//! The commands that look at nodes, compare them, run something on them and bring them back; and what deploy writes for
//! programs.

use netlib_scenarios::{Network, Site, assert_says};

const HOSTS: [&str; 2] = ["alpha", "beta"];

fn network(text: &str) -> Network {
    let line = format!("environment.etc.\"version\".text = \"{text}\";");
    Network::of(&HOSTS).configure("alpha", &line)
}

#[test]
fn a_node_is_looked_at_compared_and_brought_back() {
    let site = Site::deployed_on(&HOSTS, &network("one"));
    let one = site.systems("alpha").0;
    let two = site.deployed(&network("two"), "alpha");

    // Back to the generation before, and what that means is said by the commands that only look.
    let text = site.netlib_must("rollback alpha");
    assert_says(&text, &["generation 1", "1 of 1 nodes active"]);
    assert_eq!(site.systems("alpha"), (one.clone(), one.clone()));
    assert_says(
        &site.netlib_must("status"),
        &["alpha  not as planned  1           ", "beta   up to date      1           "],
    );
    let text = site.netlib_must("status -o wide");
    assert_says(&text, &["alpha: online: not as planned", "beta: online: up to date", &one, &two, "(generation 1)"]);
    let text = site.netlib_must("diff --on alpha");
    assert_says(&text, &[&one, &format!("-> {two}"), "only configuration differs"]);
    assert_eq!(site.systems("alpha"), (one.clone(), one.clone()));
    let json = site.must("netlib status --json --on alpha | tr -d ' \\n'");
    assert_says(&json, &["\"generation\":1,", "\"upToDate\":false", &format!("\"planned\":{{\"system\":\"{two}\"}}")]);

    // A system that the deployer no longer has is compared on the host's word, and not fetched for that.
    site.must(&format!("nix-store --delete {one}"));
    assert_eq!(site.sh(&format!("test -e {one}")).code(), 1);
    let text = site.netlib_must("diff --on alpha");
    assert_says(&text, &[&one, "only configuration differs"]);
    assert_eq!(site.sh(&format!("test -e {one}")).code(), 1);

    // A generation by its number; one that is not there changes nothing.
    let (status, text) = site.netlib("rollback alpha --to 41");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["no generation 41", "`netlib rollback NODE --list` shows"]);
    assert_eq!(site.systems("alpha"), (one.clone(), one));
    site.netlib_must("rollback alpha --to 2");
    assert_eq!(site.systems("alpha"), (two.clone(), two.clone()));
    site.assert_boots("alpha", &two);
    let events = site.must("netlib rollback alpha --json --log-dir /root/logs 2>/dev/null");
    assert_says(&events, &["\"command\":\"rollback\"", "\"event\":\"summary\"", "\"success\":true"]);
    assert_says(&site.must("cat /root/logs/nodes/alpha.log"), &["netlib: confirmed"]);
    site.netlib_must("rollback alpha --to 2");
    let (status, text) = site.netlib("rollback alpha beta --to 1");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["one node at a time"]);
}

#[test]
fn a_command_runs_on_all_nodes_and_tells_where_it_failed() {
    let site = Site::up(&HOSTS);
    site.write(&Network::of(&HOSTS));
    let out = site.must("netlib exec -- sh -c 'echo \"$0 $1\"; echo no >&2' 'a  b' '$HOME' 2>/dev/null");
    let mut lines: Vec<&str> = out.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["alpha | a  b $HOME", "beta  | a  b $HOME"]);

    site.exec_must("beta", "touch /root/here");
    let (status, text) = site.netlib("exec -- sh -c 'test -e /root/here || exit 3'");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["alpha: exit status: 3", "failed on 1 of 2 nodes"]);

    let events = site.sh("netlib exec --json --log-dir /root/logs -- sh -c 'echo out; echo err >&2; test -e /root/here || exit 3' 2>/dev/null");
    assert_eq!(events.code(), 1, "{}", events.stdout);
    let step = "\"step\":\"exec:alpha\"";
    assert_says(
        &events.stdout,
        &[
            "\"command\":\"exec\"",
            &format!("{step},\"stream\":\"stdout\",\"line\":\"out\""),
            &format!("{step},\"stream\":\"stderr\",\"line\":\"err\""),
            "\"result\":\"failed\",\"detail\":\"exit status: 3\"",
            "\"success\":false,\"nodes\":{\"alpha\":{\"result\":\"failed\",\"detail\":\"exit status: 3\"},\"beta\":{\"result\":\"done\"",
        ],
    );
    assert_says(&site.must("cat /root/logs/nodes/beta.log"), &["beta: exec | out"]);

    site.bed.host("beta").cut().expect("cut");
    let (status, text) = site.netlib("exec -- echo hello");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["alpha | hello", "beta: cannot connect"]);
    let (status, text) = site.netlib("status --no-eval");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["beta   offline", "1 of 2 nodes online"]);
}

#[test]
fn programs_and_logs_get_everything() {
    let site = Site::up(&HOSTS);
    site.write(&network("one"));
    site.bed.host("beta").cut().expect("cut");
    let events = site.sh("netlib deploy --json --log-dir /root/logs 2>/dev/null");
    assert_eq!(events.code(), 1, "{}", events.stdout);
    let lines: Vec<&str> = events.stdout.lines().collect();
    assert!(lines[0].starts_with("{\"event\":\"begin\"") && lines[0].contains("\"schema\":2"));
    let of = |event: &str, part: &str| {
        let start = format!("{{\"event\":\"{event}\"");
        lines.iter().any(|line| line.starts_with(&start) && line.contains(part))
    };
    assert!(of("offline", "\"node\":\"beta\""), "{lines:#?}");
    // Nothing is even evaluated for a node that does not answer.
    assert!(of("evaluated", "alpha") && !of("evaluated", "beta"), "{lines:#?}");
    let last = lines[lines.len() - 1];
    assert_says(
        last,
        &["\"summary\"", "\"success\":false", "\"alpha\":{\"result\":\"changed\"", "\"result\":\"offline\""],
    );

    assert_eq!(site.must("cat /root/logs/events.jsonl").lines().count(), lines.len());
    let log = site.must("cat /root/logs/nodes/alpha.log");
    assert_says(&log, &["alpha: build | ", "alpha: activate | netlib: confirmed", "alpha: activate: done"]);
    assert_says(&site.must("cat /root/logs/nodes/beta.log"), &["beta: offline"]);
}

#[test]
fn the_first_failure_can_end_the_run_and_goals_end_it_early() {
    let site = Site::deployed_on(&HOSTS, &network("one"));
    let built = site.systems("alpha").0;
    site.write(
        &network("two")
            .configure("beta", "environment.etc.\"never\".source = pkgs.runCommand \"never\" { } \"exit 3\";"),
    );
    // One step at a time, and beta fails before alpha's turn comes again.
    let (status, text) = site.netlib("deploy --fail-fast --max-parallel 1");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["not started after the failure of build:beta"]);
    assert_eq!(site.systems("alpha"), (built.clone(), built.clone()));

    site.write(&network("two"));
    let text = site.netlib_must("deploy --goal copy --on alpha");
    assert_says(&text, &["done", "the goal is copy"]);
    let two = site.toplevel("alpha");
    // Also when somebody tidies up there before the activation.
    site.exec_must("alpha", &format!("nix-store --gc && test -e {two}"));
    assert_eq!(site.systems("alpha"), (built.clone(), built.clone()));
    site.netlib_must("deploy --goal boot --on alpha");
    assert_eq!(site.systems("alpha"), (built, two.clone()));
    site.assert_boots("alpha", &two);
}
