//! Evaluates jobs by nix-eval-jobs, or by a small program that speaks its lines with plain `nix`.
//!
//! Knows how runs go wrong: a worker that is killed may end one, and what was left is evaluated by the next.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::record::{Item, Record, death};
use super::{Evaluation, nix_value};
use crate::diagnose::{Diagnosis, Kind, SourceMap, explain};
use crate::flake::Flake;
use netlib_core::evaluation::{EvaluateError, EvaluationResults, Job};
use netlib_core::nix::{Messages, NixError, TIMEOUT, with_heap};
use netlib_core::process::{Command, End, ProcessError, Stream, line_channel};

/// Name of the program.
pub(super) const PROGRAM: &str = "nix-eval-jobs";
/// What speaks its lines where there is none.
const OWN: &str = include_str!("nix-eval-jobs.sh");

/// How a run went on, or ended, before its time.
enum Ended {
    /// To its end; what is left has no derivation.
    Well,
    /// A worker was killed, and with it the run: at this job, in this way.
    Killed(Option<Job>, String),
    /// Otherwise; this is what it said.
    Failed(NixError),
}

/// Jobs of a run that have no record so far, and those whose workers were killed while it went on, and how.
#[derive(Default)]
struct Open {
    left: BTreeSet<Job>,
    killed: BTreeMap<Job, String>,
    /// First lines of warnings that records have.
    told: BTreeSet<String>,
}

impl Evaluation {
    /// Evaluates all of these. What was killed is tried once more, with nothing beside it. An error if nothing can be evaluated.
    pub(super) async fn evaluate(&self, jobs: BTreeSet<Job>, to: &EvaluationResults) -> Result<(), EvaluateError> {
        let killed = self.attempt(jobs, self.resources.workers, to).await?;
        for job in killed.into_keys() {
            let again = self.attempt(BTreeSet::from([job.clone()]), 1, to).await?;
            if let Some(how) = again.get(&job) {
                to.publish(&job, Err(worker_ended(&job, how)));
            }
        }
        Ok(())
    }

    /// Those whose workers were killed, and how; an error if no job can be evaluated.
    async fn attempt(
        &self,
        jobs: BTreeSet<Job>,
        mut workers: usize,
        to: &EvaluationResults,
    ) -> Result<BTreeMap<Job, String>, EvaluateError> {
        let mut open = Open { left: jobs, ..Open::default() };
        // Each round loses at least a job or a worker, so this ends.
        while let Some(first) = open.left.first().cloned() {
            let before = open.left.len();
            let ended = self.run(&mut open, workers, to).await?;
            let is_stuck = open.left.len() == before;
            match ended {
                Ended::Well => {
                    for job in std::mem::take(&mut open.left) {
                        let why =
                            "the evaluator gave no result for it: what the network has under its name is no derivation";
                        to.publish(&job, Err(EvaluateError::plain(&job, why)));
                    }
                }
                // It did not even get to a job, with nothing beside it.
                Ended::Killed(None, how) if workers == 1 && is_stuck => {
                    return Err(EvaluateError { of: None, ..worker_ended(&first, &how) });
                }
                // What is killed most likely did not fit into the memory.
                Ended::Killed(job, how) => {
                    workers = workers.saturating_sub(1).max(1);
                    if let Some(job) = job.and_then(|job| open.left.take(&job)) {
                        open.killed.insert(job, how);
                    }
                }
                Ended::Failed(error) if is_stuck => {
                    return Err(EvaluateError::of_all(self.flake.explain(&error, &first.attribute)));
                }
                // Some versions say so after all records; the rest is tried again.
                Ended::Failed(_) => {}
            }
        }
        Ok(open.killed)
    }

    async fn run(&self, open: &mut Open, workers: usize, to: &EvaluationResults) -> Result<Ended, EvaluateError> {
        let broken = |error| EvaluateError::of_all(Diagnosis::plain(&format!("cannot write {PROGRAM}: {error}")));
        let command = self.command(&open.left, workers).map_err(broken)?;
        tracing::debug!(command = netlib_core::process::quote_argv(&command.argv()), "calling {PROGRAM}");
        let (lines, mut coming) = line_channel();
        let running = async move { command.stream_to(Some(&lines)).await };
        let mut said = Messages::default();
        let reading = async {
            while let Some((stream, line)) = coming.recv().await {
                match stream {
                    Stream::Stdout => self.read(&line, open, to),
                    Stream::Stderr => said.read(&line),
                }
            }
        };
        let (ended, ()) = tokio::join!(running, reading);
        // What is on stderr belongs to no job; what a job's record says as well is told with its name.
        for warning in said.evaluation_warnings.iter().filter(|warning| !open.told.contains(*warning)) {
            to.warn(self.flake.sources.map(warning));
        }
        judge(ended.map(|_| ()), said, &open.left).map_err(EvaluateError::of_all)
    }

    /// Takes in a record.
    fn read(&self, line: &str, open: &mut Open, to: &EvaluationResults) {
        let Some((path, item)) = Record::parse(line) else {
            return tracing::warn!(line, "{PROGRAM} wrote something that is no record");
        };
        let Some(job) = Job::at(&path).filter(|job| open.left.remove(job)) else { return };
        match item {
            Item::Derivation(toplevel) => {
                let first = |warning: &String| warning.lines().next().unwrap_or_default().trim().to_owned();
                open.told.extend(toplevel.warnings.iter().map(first));
                self.cache.keep_derivation(&job, &toplevel);
                to.publish(&job, Ok(toplevel.seen()));
            }
            Item::Error(error) => {
                let diagnosis = self.flake.explain(&error, &job.to_string());
                to.publish(&job, Err(EvaluateError::explained(&job, diagnosis)));
            }
            Item::Killed(how) => drop(open.killed.insert(job, how)),
        }
    }

    fn command(&self, jobs: &BTreeSet<Job>, workers: usize) -> std::io::Result<Command> {
        let Self { flake, run_dir, resources, .. } = self;
        let roots = run_dir.join("roots");
        std::fs::create_dir_all(&roots)?;
        let workers = workers.to_string();
        let command = if self.has_jobs {
            let command = Command::new(PROGRAM)
                .args(["--workers", &workers, "--max-memory-size", &resources.memory.to_string(), "--gc-roots-dir"])
                .arg(&roots)
                .args(["--meta", "--check-cache-status", "--show-trace", "--select", &selection(jobs, flake)])
                .env("NIX_CONFIG", flake.nix.config());
            match flake.reference.is_file {
                true => command.args(&flake.nix.options).args(["--impure", &flake.root]),
                false => {
                    let network = format!("{}#{}", flake.root, flake.network());
                    command.args(flake.nix.flake_options()).args(["--flake", &network])
                }
            }
        } else {
            let (program, units) = (run_dir.join(PROGRAM), units(jobs));
            std::fs::write(&program, OWN)?;
            let heap = Some(resources.heap(units.lines().count()) << 20);
            let command = Command::new("sh").arg(program).args([workers, resources.set.to_string()]).arg(&roots);
            let command = command.arg("nix").args(flake.nix.argv(["eval"], flake.at(flake.network())));
            with_heap(command.stdin(units), heap)
        };
        Ok(command.timeout(TIMEOUT).cancel_on(&flake.nix.cancel))
    }
}

/// The function that leads from the network, or the file that has it, to these jobs.
fn selection(jobs: &BTreeSet<Job>, flake: &Flake) -> String {
    let mut sets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Job { node, attribute } in jobs {
        sets.entry(attribute).or_default().push(node);
    }
    let wanted = json!({ "evaluate": sets });
    // A file may be a function whose arguments all have defaults.
    let file = || format!("(if builtins.isFunction all then all {{ }} else all).{}", flake.network());
    let network = flake.reference.is_file.then(file);
    let network = network.as_deref().unwrap_or("all");
    format!("all: {network}.jobsFor {}", nix_value(&wanted))
}

/// One node a line: its jobs share most of their work.
fn units(jobs: &BTreeSet<Job>) -> String {
    let jobs: Vec<&Job> = jobs.iter().collect();
    let line = |unit: &[&Job]| unit.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ") + "\n";
    jobs.chunk_by(|one, other| one.node == other.node).map(line).collect()
}

/// How a run ended; an error if it did not run, or not to an end of its own.
fn judge(ended: Result<(), ProcessError>, said: Messages, left: &BTreeSet<Job>) -> Result<Ended, Diagnosis> {
    Ok(match ended {
        Ok(()) => Ended::Well,
        // Some versions end so after all records.
        Err(ProcessError { end: End::Status(_), .. }) if left.is_empty() => Ended::Well,
        Err(error @ ProcessError { end: End::Status(_), .. }) => match killed(&said) {
            Some((job, how)) if job.as_ref().is_none_or(|job| left.contains(job)) => Ended::Killed(job, how),
            _ => {
                let mut failure = said.failure();
                if failure.headline.is_empty() {
                    failure.headline = error.to_string();
                }
                Ended::Failed(failure)
            }
        },
        Err(error) => {
            let kind = if matches!(error.end, End::Cancelled) { Kind::Interrupted } else { Kind::Other };
            return Err(Diagnosis { kind, ..Diagnosis::plain(&error.to_string()) });
        }
    })
}

/// The error of a job whose worker ended in this way, and once more when nothing else ran.
fn worker_ended(job: &Job, how: &str) -> EvaluateError {
    let text = format!("evaluating it ended its worker ({how}), also when it was tried alone");
    EvaluateError::explained(job, explain(&NixError::from_text(&text), &SourceMap::default()))
}

/// The worker that was killed, by what the last line about one says: at which job, if it got to one, and how.
pub(super) fn killed(said: &Messages) -> Option<(Option<Job>, String)> {
    let (line, how) = said.other.iter().rev().find_map(|line| Some((line, death(line)?)))?;
    let named = line.split_once("attrPath '").and_then(|(_, rest)| rest.split_once('\'')).map(|(path, _)| path);
    let path: Vec<String> = named.into_iter().flat_map(|path| path.splitn(2, '.')).map(str::to_owned).collect();
    Some((Job::at(&path), how.to_owned()))
}

#[cfg(test)]
mod tests;
