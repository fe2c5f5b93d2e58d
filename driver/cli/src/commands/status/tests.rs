//! Tests of what `netlib status` shows.

use insta::{assert_json_snapshot, assert_snapshot};

use super::*;
use crate::report::document::shown;
use netlib_core::host::script::{Generation, HostStatus, Phase};
use netlib_core::host::{ConnectFailure, HostError, LockHolder, Probe, Record, Underway, Unfinished};
use netlib_core::plan::Target;
use netlib_core::status::document;

const OLD: &str = "/nix/store/1-nixos-system-alpha";
const NEW: &str = "/nix/store/2-nixos-system-alpha";

/// What a host says, and what its node should run.
type Asked = (&'static str, Result<HostStatus, HostError>, Option<Value>);

fn system(path: &str) -> Option<Value> {
    Some(json!({ "system": path }))
}

fn network(name: &str) -> Network {
    Network { name: name.to_owned(), id: format!("{name}-id") }
}

fn runs(node: &'static str, running: &str, planned: Option<Value>) -> Asked {
    let probe = Probe {
        current_system: Some(running.to_owned()),
        system_profile: Some(OLD.to_owned()),
        network: Some(network("home")),
        nix: Some("2.26.3".to_owned()),
        ..Probe::default()
    };
    (node, Ok(HostStatus { probe, generation: Some(12), ..HostStatus::default() }), planned)
}

fn offline(node: &'static str) -> Asked {
    let target =
        Target { host: node.to_owned(), user: None, port: None, ssh_options: Vec::new(), local: false, previous: None };
    let said = "ssh: connect to host delta port 22: Connection refused";
    let failure = Box::new(ConnectFailure::recognise(&target, said));
    let host = Err(HostError::NoConnection(failure));
    (node, host, Some(json!({ "error": "node `delta` does not evaluate: boom\n  at once" })))
}

fn all() -> Map<String, Value> {
    let mut busy = runs("beta", NEW, system(OLD));
    let probe = &mut busy.1.as_mut().unwrap().probe;
    probe.network = Some(network("office"));
    probe.lock = Some(LockHolder {
        deployer: "ann@desk".to_owned(),
        since: "2026-01-01T12:00:00Z".to_owned(),
        process: None,
        deployment: Some(Underway {
            nonce: "2-b".to_owned(),
            toplevel: OLD.to_owned(),
            goal: "switch".to_owned(),
            phase: Phase::Activating,
        }),
    });
    probe.unfinished =
        vec![Unfinished { nonce: "1-a".to_owned(), phase: Phase::Activating.to_string(), toplevel: NEW.to_owned() }];
    let empty = ("gamma", Ok(HostStatus::default()), None);
    let mut good = runs("alpha", OLD, system(OLD));
    let about = good.1.as_mut().unwrap();
    about.probe.state = Some("degraded".to_owned());
    about.restart = "kernel".to_owned();
    let of = |number: &str, by: &str| Generation {
        number: number.to_owned(),
        date: "2026-11-29 22:14:36".to_owned(),
        by: by.to_owned(),
        ..Generation::default()
    };
    about.generations = vec![of("11", "bob@desk"), of("12", "ann@desk")];
    let mut silent = offline("epsilon");
    silent.2 = system(NEW);
    let mut back = runs("zeta", OLD, system(NEW));
    let probe = &mut back.1.as_mut().unwrap().probe;
    probe.network = Some(Network { name: "work".to_owned(), id: "home-id".to_owned() });
    probe.last = Some(Record {
        nonce: "1-a".to_owned(),
        phase: Phase::RolledBack,
        toplevel: NEW.to_owned(),
        message: "nobody confirmed the new system".to_owned(),
        is_unacknowledged: true,
    });
    let all = [good, busy, empty, offline("delta"), silent, back];
    all.into_iter().map(|(node, host, planned)| (node.to_owned(), document(host, planned))).collect()
}

fn whole() -> Value {
    let mut document = super::document(&network("home"), &all());
    let waiting =
        json!({ "digest": "0123456789abcdef", "batch": 1, "deployer": "ann@desk", "since": "2026-11-29T22:14:36Z" });
    document["rollouts"] = json!({ "web": waiting });
    document["removed"] = json!({ "web3": "192.0.2.3" });
    document
}

#[test]
fn people_read_a_table_and_what_does_not_fit_it_below() {
    let plain = shown(&whole(), TABLE);
    assert_snapshot!(plain);
    // On a terminal too no line ends with blanks, and colours are all that is added.
    console::set_colors_enabled(true);
    let coloured = shown(&whole(), TABLE);
    console::set_colors_enabled(false);
    assert_ne!(coloured, plain);
    assert_eq!(console::strip_ansi_codes(&coloured), plain);
}

#[test]
fn a_host_that_says_too_much_does_not_widen_the_table() {
    let mut long = runs("alpha", OLD, system(OLD));
    let about = long.1.as_mut().unwrap();
    about.probe.state = Some("s".repeat(5000));
    about.restart = "r".repeat(5000);
    let generation =
        Generation { number: "12".to_owned(), by: "b".repeat(5000), date: "d".repeat(5000), ..Generation::default() };
    about.generations = vec![generation];
    let nodes = [(long.0.to_owned(), document(long.1, long.2))].into_iter().collect();
    let text = shown(&super::document(&network("home"), &nodes), TABLE);
    assert!(text.lines().all(|line| line.len() < 250), "{text}");
}

#[test]
fn people_who_want_all_read_a_block_a_node() {
    assert_snapshot!(shown(&whole(), WIDE));
}

#[test]
fn programs_read_one_document() {
    assert_json_snapshot!(super::document(&network("home"), &all()));
}

#[test]
fn a_system_that_runs_and_does_not_boot_is_not_as_planned() {
    let asked = |running, planned| {
        let (_, host, planned) = runs("alpha", running, planned);
        document(host, planned)["upToDate"].as_bool()
    };
    assert_eq!(asked(OLD, system(OLD)), Some(true));
    assert_eq!(asked(NEW, system(NEW)), Some(false));
    assert_eq!(asked(OLD, None), None);
}

/// As after a first deployment that failed: something runs, the profile names nothing, and there are generations.
#[test]
fn a_machine_without_a_profile_has_a_line_too() {
    let mut first = runs("alpha", OLD, system(OLD));
    let about = first.1.as_mut().unwrap();
    about.generation = None;
    about.generations = vec![Generation { number: "1".to_owned(), ..Generation::default() }];
    let nodes = [(first.0.to_owned(), document(first.1, first.2))].into_iter().collect();
    let text = shown(&super::document(&network("home"), &nodes), TABLE);
    assert!(text.starts_with("NODE") && text.contains("alpha  up to date") && !text.contains("undefined"), "{text}");
}
