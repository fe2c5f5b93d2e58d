//! A campaign: random changes, each met by one random fault at a random moment. After each round the network is healed,
//! looked at and deployed again, and what must always be true is checked. The same seed gives the same rounds.

mod change;
mod fault;
mod random;
mod truth;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use netlib_testbed::BedOptions;

use crate::{Network, Site};
use change::Change;
use fault::Fault;
use random::Random;
use truth::{Systems, check_outcome, check_tidy, settle};

/// The machines of a campaign.
const HOSTS: [&str; 2] = ["alpha", "beta"];
/// Rounds on one bed: records, generations and leftovers pile up as they would in months.
const ROUNDS_PER_BED: usize = 10;
/// Limits short enough that a round does not take minutes.
const LIMITS: &str = "\
    nodes.alpha.activation = { confirmTimeout = 15; timeout = 60; };\n\
    nodes.beta.activation = { confirmTimeout = 15; timeout = 60; };\n\
    nodes.alpha.checks.well.exec.script = \"test ! -e /etc/unhealthy\";\n\
    rollout.timing.minHealthyTime = 1;\n\
    rollout.timing.healthyDeadline = 6;\n";

/// Plays these rounds of a seed; says each on stdout, and returns what was found wrong.
pub fn run(rounds: Range<usize>, seed: u64) -> Vec<String> {
    let mut exceptions = Vec::new();
    let mut bed: Option<Place> = None;
    let count = rounds.len();
    for round in rounds {
        let mut random = Random::of(seed, round);
        let place = match bed.take() {
            Some(place) if place.rounds < ROUNDS_PER_BED => place,
            _ => Place::up(),
        };
        let began = Instant::now();
        let (said, wrong) = place.round(round, &mut random);
        println!("round {round}: {said} ({:.0} s)", began.elapsed().as_secs_f32());
        for exception in &wrong {
            println!("  EXCEPTION: {}", exception.replace('\n', "\n    "));
        }
        // A bed on which something went wrong would spoil the rounds after it.
        bed = wrong.is_empty().then(|| Place { rounds: place.rounds + 1, ..place });
        exceptions.extend(wrong.into_iter().map(|what| format!("round {round}: {what}")));
    }
    println!("campaign: {count} rounds, {} exceptions, seed {seed}", exceptions.len());
    exceptions
}

/// A bed with a network that has been deployed.
struct Place {
    site: Site,
    rounds: usize,
    /// How long a deploy of a small change takes here.
    usual: Duration,
}

impl Place {
    fn up() -> Self {
        let site = Site::with(BedOptions::new(HOSTS).disk_limit("alpha", "1G"));
        site.write(&network(&|_| String::new()));
        site.netlib_must("deploy");
        site.must("git clone -q /root/network /root/second");
        site.write(&network(&|_| "environment.etc.\"first\".text = \"first\";".to_owned()));
        let began = Instant::now();
        site.netlib_must("deploy");
        Self { site, rounds: 0, usual: began.elapsed() }
    }

    /// One round: what was done, and what was wrong.
    fn round(&self, round: usize, random: &mut Random) -> (String, Vec<String>) {
        let change = Change::random(random);
        let fault = Fault::random(random, &HOSTS);
        let longest = self.usual.as_millis() * 3 / 2 + change.adds_millis();
        let moment = Duration::from_millis(random.below(u64::try_from(longest).unwrap_or(10_000)));
        let said = format!("{change}, {fault} after {:.1} s", moment.as_secs_f32());
        let result = catch_unwind(AssertUnwindSafe(|| self.play(round, &change, &fault, moment)));
        match result {
            Ok((outcome, wrong)) => (format!("{said}: {outcome}"), wrong),
            Err(panic) => {
                let text = panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                (said, vec![text.unwrap_or_default()])
            }
        }
    }

    fn play(&self, round: usize, change: &Change, fault: &Fault, moment: Duration) -> (String, Vec<String>) {
        let site = &self.site;
        let before = Systems::of(site, &HOSTS);
        site.write(&network(&|host| change.lines(host, round)));
        let wanted = Systems::wanted(site, &HOSTS);
        let run = site.start("deploy --json");
        std::thread::sleep(moment);
        let second = fault.strike(site, &run, round);
        let (status, text) = run.wait();
        fault.heal(site);
        let mut wrong = settle(site, &HOSTS);
        wrong.extend(check_outcome(
            site,
            &truth::Outcome {
                change,
                fault,
                status,
                text: &text,
                before: &before,
                wanted: &wanted,
                second: second.as_ref(),
            },
        ));
        let looked = site.netlib("status --no-eval");
        if looked.0 != 0 || looked.1.contains("panicked") {
            wrong.push(format!("status after healing ended with {}:\n{}", looked.0, looked.1));
        }
        if !change.is_good() {
            site.write(&network(&|host| Change::File.lines(host, round)));
        }
        let (again, words) = site.netlib("deploy");
        if again == 0 {
            for host in HOSTS {
                site.assert_active(host);
            }
        } else {
            wrong.push(format!(
                "the next deploy did not succeed at the first try: status {again}\n{words}\nbefore that:\n{text}"
            ));
        }
        wrong.extend(check_tidy(site, &HOSTS));
        (format!("status {status}, deployed again"), wrong)
    }
}

/// The network whose nodes have these lines.
fn network(lines: &dyn Fn(&str) -> String) -> Network {
    let mut network = Network::of(&HOSTS).impatient(&HOSTS).with(LIMITS);
    for host in HOSTS {
        network = network.configure(host, &lines(host));
    }
    network
}
