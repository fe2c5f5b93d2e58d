//! Reads the `key=value` lines that the host script prints.

use super::inspect::generations;
use super::{LockHolder, Phase, Probe, Record, Refusal, Status, Underway, Unfinished};
use crate::host::{Host, HostError};
use crate::plan::Network;
use crate::process::Output;
use crate::store_path::is_store_path;
use crate::text::clean;

/// What the script answered: lines, and after an empty line the bytes of a log.
#[derive(Debug)]
pub(super) struct Answer {
    address: String,
    subcommand: String,
    head: String,
    lines: Vec<(String, String)>,
    rest: Vec<u8>,
}

impl Answer {
    /// Takes an answer apart. A refusal is an error.
    pub(super) fn read(host: &dyn Host, subcommand: &str, output: &Output) -> Result<Self, HostError> {
        let (head, rest) = split(&output.stdout);
        let head = clean(head);
        let lines = head
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let answer =
            Self { address: host.address(), subcommand: subcommand.to_owned(), head, lines, rest: rest.to_vec() };
        if host.names_store_paths()
            && let Some(line) = answer.bad_path()
        {
            return Err(HostError::answer(host.address(), subcommand, &line));
        }
        match answer.get("refused") {
            Some(code) => Err(answer.refused(code, &output.stderr)),
            None => Ok(answer),
        }
    }

    fn refused(&self, code: &str, stderr: &str) -> HostError {
        match Refusal::of(code, self, stderr) {
            Some(refusal) => HostError::Refused { address: self.address.clone(), refusal: Box::new(refusal) },
            None => self.unexpected(),
        }
    }

    /// A line that should name a system by its store path and names something else.
    fn bad_path(&self) -> Option<String> {
        let named = |key: &str, value: &str| match key {
            "current" | "booted" | "profile" | "toplevel" | "previous" | "profile_before" | "lock.toplevel"
            | "changed.running" => Some(value.to_owned()),
            "last" | "unfinished" | "generation" => value.split(' ').nth(2).map(str::to_owned),
            _ => None,
        };
        let bad = self
            .lines
            .iter()
            .find(|(key, value)| named(key, value).is_some_and(|path| !path.is_empty() && !is_store_path(&path)));
        bad.map(|(key, value)| format!("{key}={value}"))
    }

    /// The value of a key; empty values count as absent.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.lines.iter().find(|(name, value)| name == key && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All values of a key that may occur several times.
    pub(super) fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Who is deploying to the host, in a refusal as well as in a probe.
    pub(super) fn lock(&self) -> Option<LockHolder> {
        (self.get("lock") == Some("held")).then(|| LockHolder {
            deployer: self.get("lock.deployer").unwrap_or("somebody").to_owned(),
            since: self.get("lock.since").unwrap_or("a moment ago").to_owned(),
            deployment: self.underway(),
            process: self.owned("lock.process"),
        })
    }

    fn underway(&self) -> Option<Underway> {
        Some(Underway {
            nonce: self.owned("lock.nonce")?,
            toplevel: self.owned("lock.toplevel")?,
            goal: self.owned("lock.goal")?,
            phase: self.get("lock.phase").and_then(Phase::parse)?,
        })
    }

    /// The generations of the system profile that it names.
    pub(super) fn generations(&self) -> Vec<u64> {
        let found = generations(self);
        found.iter().map(|generation| generation.number).collect()
    }

    /// Takes lines apart that were read one by one.
    pub(super) fn of_lines(host: &dyn Host, subcommand: &str, lines: &[String]) -> Result<Self, HostError> {
        let output = Output { stdout: lines.join("\n").into_bytes(), stderr: String::new() };
        Self::read(host, subcommand, &output)
    }

    fn owned(&self, key: &str) -> Option<String> {
        self.get(key).map(str::to_owned)
    }

    /// Fails unless the key has this value: whatever answered is not our script.
    pub(super) fn require(&self, key: &str, value: &str) -> Result<(), HostError> {
        if self.get(key) == Some(value) {
            return Ok(());
        }
        Err(self.unexpected())
    }

    /// Fails unless the script said that it did what it was asked for.
    pub(super) fn accepted(&self, key: &str) -> Result<(), HostError> {
        self.get(key).map(|_| ()).ok_or_else(|| self.unexpected())
    }

    fn unexpected(&self) -> HostError {
        HostError::answer(self.address.clone(), &self.subcommand, &self.head)
    }

    fn last(&self) -> Option<Record> {
        let mut words = self.get("last")?.splitn(4, ' ').map(str::to_owned);
        Some(Record {
            nonce: words.next()?,
            phase: Phase::parse(&words.next()?)?,
            toplevel: words.next()?,
            message: words.next().unwrap_or_default(),
            is_unseen: self.get("last.unseen") == Some("yes"),
        })
    }

    pub(super) fn into_probe(self) -> Probe {
        let network = self
            .get("network.id")
            .map(|id| Network { id: id.to_owned(), name: self.owned("network.name").unwrap_or_default() });
        Probe {
            current_system: self.owned("current"),
            system_profile: self.owned("profile"),
            network,
            nix: self.owned("nix"),
            lock: self.lock(),
            unfinished: self.all("unfinished").filter_map(unfinished).collect(),
            last: self.last(),
            booted_system: self.owned("booted"),
            boot_id: self.owned("boot"),
            state: self.owned("state"),
        }
    }

    pub(super) fn into_status(self) -> Result<Status, HostError> {
        let phase = self.get("phase").and_then(Phase::parse).ok_or_else(|| self.unexpected())?;
        Ok(Status {
            phase,
            is_running: self.get("running") == Some("yes"),
            was_restarted: self.get("boot").is_some() && self.get("boot") != self.get("boot.now"),
            toplevel: self.owned("toplevel"),
            previous: self.owned("previous"),
            generation_before: self.get("generation_before").and_then(|number| number.parse().ok()),
            message: self.owned("message").unwrap_or_default(),
            is_unhealthy: self.get("cause") == Some("unhealthy"),
            current: self.owned("current"),
            profile: self.owned("profile"),
            log: self.rest,
        })
    }
}

fn unfinished(value: &str) -> Option<Unfinished> {
    let mut words = value.split(' ').map(str::to_owned);
    Some(Unfinished { nonce: words.next()?, phase: words.next()?, toplevel: words.next()? })
}

/// The part before the first empty line, and what follows it.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.windows(2).position(|pair| pair == b"\n\n") {
        Some(at) => (&bytes[..at], &bytes[at + 2..]),
        None => (bytes, &[]),
    }
}
