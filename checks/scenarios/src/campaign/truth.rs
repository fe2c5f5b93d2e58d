//! What must be true after every round.

use std::collections::BTreeMap;
use std::time::Duration;

use super::change::Change;
use super::fault::Fault;
use crate::Site;

/// A system for each host.
#[derive(Clone, Debug, Default)]
pub(super) struct Systems(BTreeMap<String, String>);

impl Systems {
    /// Those that run.
    pub(super) fn of(site: &Site, hosts: &[&str]) -> Self {
        Self(hosts.iter().map(|host| ((*host).to_owned(), site.systems(host).0)).collect())
    }

    /// Those that the network has for them.
    pub(super) fn wanted(site: &Site, hosts: &[&str]) -> Self {
        Self::wanted_in(site, crate::NETWORK, hosts)
    }

    /// Those that the network in this folder of the deployer has for them.
    pub(super) fn wanted_in(site: &Site, folder: &str, hosts: &[&str]) -> Self {
        let of = |host: &str| {
            let attribute = format!("{folder}#netlibConfigurations.default.toplevels.{host}.outPath");
            site.exec_must("deployer", &format!("nix eval --raw '{attribute}'"))
        };
        Self(hosts.iter().map(|host| ((*host).to_owned(), of(host))).collect())
    }

    fn get(&self, host: &str) -> &str {
        self.0.get(host).map_or("", String::as_str)
    }
}

/// What happened in a round.
pub(super) struct Outcome<'a> {
    pub(super) change: &'a Change,
    pub(super) fault: &'a Fault,
    pub(super) status: i32,
    pub(super) text: &'a str,
    pub(super) before: &'a Systems,
    pub(super) wanted: &'a Systems,
    pub(super) second: Option<&'a Systems>,
}

/// Ends when nobody is at work on any host any more.
const IDLE: &str =
    "! systemctl list-units --no-legend --plain --all 'netlib-*.service' | grep -qv -e netlib-stub -e not-found";
/// A host that nobody confirms rolls back after `confirmTimeout`; a killed unit is looked after within a minute or two.
const PATIENCE: Duration = Duration::from_secs(240);

/// Waits until no activation goes on.
pub(super) fn settle(site: &Site, hosts: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    for host in hosts {
        let waited = site
            .bed
            .host(host)
            .wait_until("no activation goes on", PATIENCE, |host| Ok(host.exec(["sh", "-c", IDLE])?.success()));
        if let Err(error) = waited {
            wrong.push(format!("{host} never settled: {error}"));
        }
    }
    wrong
}

/// Whether each host runs a confirmed system, old or new, boots it, and netlib told the truth.
pub(super) fn check_outcome(site: &Site, outcome: &Outcome<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    if outcome.text.contains("panicked") {
        wrong.push(format!("netlib panicked:\n{}", outcome.text));
    }
    let results = results(outcome.text);
    for host in super::HOSTS {
        check_host(site, outcome, host, results.get(host), &mut wrong);
    }
    let said = |what: &str| format!("{what}, and exited with status {}:\n{}", outcome.status, outcome.text);
    let all_good = !results.is_empty() && results.values().all(|result| is_active(result));
    match outcome.status {
        0 if !all_good => wrong.push(said("netlib did not report every node as active")),
        1 if all_good => wrong.push(said("netlib reported every node as active")),
        0 | 1 | 130 => {}
        137 if *outcome.fault == Fault::Kill => {}
        _ => wrong.push(said("netlib ended in an unexpected way")),
    }
    wrong
}

fn check_host(site: &Site, outcome: &Outcome<'_>, host: &str, result: Option<&String>, wrong: &mut Vec<String>) {
    let (running, profile) = site.systems(host);
    let second = outcome.second.map_or("", |systems| systems.get(host));
    let known = [outcome.before.get(host), outcome.wanted.get(host), second];
    if !known.contains(&running.as_str()) {
        wrong.push(format!("{host} runs {running}, which is neither the old system nor a new one ({known:?})"));
    }
    if running != profile {
        wrong.push(format!("{host} runs {running} and boots {profile}\nnetlib said:\n{}", outcome.text));
    }
    let confirmed = site.phases(host, &running).iter().any(|phase| phase == "confirmed");
    if !confirmed {
        wrong.push(format!("{host} runs {running}, which nobody confirmed"));
    }
    let wanted = outcome.wanted.get(host);
    let is_told_active = result.is_some_and(|result| is_active(result));
    let was_confirmed = site.phases(host, wanted).iter().any(|phase| phase == "confirmed");
    if is_told_active && !was_confirmed {
        wrong.push(format!(
            "netlib reported {host} as active, but its record says {:?}:\n{}",
            site.phases(host, wanted),
            outcome.text
        ));
    }
    if is_told_active && outcome.second.is_none() && running != wanted {
        wrong.push(format!("netlib reported {host} as active, but it runs {running}:\n{}", outcome.text));
    }
    let is_good_there = outcome.change.is_good() || host != super::HOSTS[0];
    if is_good_there && !outcome.fault.may_harm(host) && !outcome.fault.ends_the_run() && !is_told_active {
        wrong.push(format!("nothing happened to {host}, and it is not active but {result:?}:\n{}", outcome.text));
    }
}

fn is_active(result: &str) -> bool {
    matches!(result, "active" | "changed" | "up to date" | "upToDate")
}

/// The result of each node in the summary of `deploy --json`; nothing where the run did not come to it.
fn results(text: &str) -> BTreeMap<String, String> {
    let summary = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find(|event| event["event"] == "summary");
    let nodes = summary.as_ref().and_then(|event| event["nodes"].as_object());
    nodes
        .into_iter()
        .flatten()
        .map(|(node, told)| (node.clone(), told["result"].as_str().unwrap_or_default().to_owned()))
        .collect()
}

/// What must not be left on a host: each line that this prints is one thing.
const HOST_LEFTOVERS: &str = r#"
for lock in /run/netlib/lock /run/netlib/gate; do
  [ ! -e "$lock" ] || flock -n "$lock" true || echo "the lock $lock is held"
done
systemctl list-units --no-legend --plain --all 'netlib-*' | grep -v -e netlib-stub -e not-found
ps -eo pid=,args= | grep -E '/run/netlib|netlib-host|sh -s -- ' | grep -v grep
find /run/netlib -mindepth 1 \( -name 'host-*.sh*' -o -name 'session-*' -o -name 'confirm-*' -o -name 'state-*' -o -name holder -o -name '*.new' \)
find /var/lib/netlib -name reserve -o -name '*.new'
find /nix/var/nix/gcroots/netlib -name '*-next' -o -name '*-previous'
find /tmp /var/tmp /dev/shm -mindepth 1 -maxdepth 1 -name '*netlib*'
"#;

/// The same on the deployer, where no netlib runs any more.
const DEPLOYER_LEFTOVERS: &str = r#"
ps -eo pid=,comm=,args= | grep -E ' (netlib|ssh|nix|nix-build) ' | grep -v grep
find /tmp /var/tmp /dev/shm /run -xdev -mindepth 1 \( -path '*netlib*' -a \( -type s -o -type f -o -type p \) \) ! -name 'netlib-run-*' ! -name '*lock'
for root in /nix/var/nix/gcroots/auto/*; do
  case $(readlink -f "$root") in /tmp/* | /run/* | /var/tmp/* | /dev/shm/*) echo "the root $root" ;; esac
done
"#;

/// What was left behind.
pub(super) fn check_tidy(site: &Site, hosts: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    let all = hosts.iter().map(|host| (*host, HOST_LEFTOVERS));
    for (host, look) in all.chain([("deployer", DEPLOYER_LEFTOVERS)]) {
        // Masters close and units are collected within seconds of a run's end.
        let mut left = String::new();
        for _ in 0..100 {
            left = site.exec(host, look).stdout;
            if left.trim().is_empty() {
                break;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        if !left.trim().is_empty() {
            wrong.push(format!("left on {host}:\n{left}"));
        }
    }
    wrong
}
