//! Evaluates jobs by nix-eval-jobs, or by a small program that speaks its lines with plain `nix`.
//!
//! Knows how runs go wrong: a worker that is killed may end one, and what was left is evaluated by the next.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::evaluation::{Parts, Program};
use super::record::{Record, Said, death};
use super::results::Board;
use super::{Attribute, Cache, EvaluateError, Job, Scope, Toplevel};
use crate::diagnose::{Diagnosis, Kind};
use crate::flake::Flake;
use crate::nix::{Messages, NixError, TIMEOUT, with_heap};
use crate::process::{Command, ProcessError, Stream, line_channel};

/// Name of the program.
pub(super) const PROGRAM: &str = "nix-eval-jobs";
/// What speaks its lines where there is none.
const OWN: &str = include_str!("nix-eval-jobs.sh");

/// Evaluates jobs, and publishes what comes of them.
pub(super) struct Jobs<'a> {
    pub parts: &'a Parts,
    pub program: &'a mut Program,
    pub cache: &'a Cache,
    pub board: &'a Board,
}

/// How a run went on, or ended, before its time.
enum Ended {
    /// To its end; what is left has no derivation.
    Well,
    /// A worker was killed, and with it the run: at this job, in this way.
    Killed(Option<Job>, String),
    /// Otherwise; this is what it said.
    Failed(NixError),
    /// It did not run, or not to an end of its own.
    NotRun(Diagnosis),
}

/// Jobs of a run that have no record so far, and those whose workers were killed while it went on, and how.
#[derive(Default)]
struct Open {
    left: BTreeSet<Job>,
    killed: BTreeMap<Job, String>,
}

impl Jobs<'_> {
    /// Evaluates all of these. What was killed is tried once more, with nothing beside it. False if nothing can be evaluated.
    pub(super) async fn evaluate(&mut self, jobs: BTreeSet<Job>) -> Result<(), EvaluateError> {
        let killed = self.attempt(jobs, self.parts.resources.workers).await?;
        for job in killed.into_keys() {
            let again = self.attempt(BTreeSet::from([job.clone()]), 1).await?;
            if let Some(how) = again.get(&job) {
                self.publish(&job, Err(EvaluateError::killed(&job, &format!("ended its worker ({how})"))));
            }
        }
        Ok(())
    }

    /// Those whose workers were killed, and how; an error if no job can be evaluated.
    async fn attempt(
        &mut self,
        jobs: BTreeSet<Job>,
        mut workers: usize,
    ) -> Result<BTreeMap<Job, String>, EvaluateError> {
        let mut open = Open { left: jobs, ..Open::default() };
        // Each round loses at least a job or a worker, so this ends.
        while let Some(first) = open.left.first().cloned() {
            let before = open.left.len();
            match self.run(&mut open, workers).await {
                Ended::Well => {
                    for job in std::mem::take(&mut open.left) {
                        let why =
                            "the evaluator gave no result for it: what the network has under its name is no derivation";
                        self.publish(&job, Err(EvaluateError::plain(&job, why)));
                    }
                }
                Ended::Killed(Some(job), how) => {
                    open.left.remove(&job);
                    open.killed.insert(job, how);
                    workers = workers.saturating_sub(1).max(1);
                }
                // It did not even get to a job, with nothing beside it.
                Ended::Killed(None, how) if workers == 1 && open.left.len() == before => {
                    let error = EvaluateError::killed(&first, &format!("ended its worker ({how})"));
                    return Err(EvaluateError { scope: Scope::All, ..error });
                }
                // What is killed most likely did not fit into the memory.
                Ended::Killed(None, _) => workers = workers.saturating_sub(1).max(1),
                Ended::Failed(error) if open.left.len() == before => {
                    if let Err(refused) = self.program.refuse(&error) {
                        let diagnosis =
                            refused.unwrap_or_else(|| self.parts.flake.explain_message(&error, first.attribute.name()));
                        return Err(EvaluateError { scope: Scope::All, diagnosis, same_as: None });
                    }
                }
                // Some versions say so after all records; the rest is tried again.
                Ended::Failed(_) => {}
                Ended::NotRun(diagnosis) => {
                    return Err(EvaluateError { scope: Scope::All, diagnosis, same_as: None });
                }
            }
        }
        Ok(open.killed)
    }

    async fn run(&self, open: &mut Open, workers: usize) -> Ended {
        let command = match self.command(&open.left, workers) {
            Ok(command) => command,
            Err(error) => return Ended::NotRun(Diagnosis::plain(&format!("cannot write {PROGRAM}: {error}"))),
        };
        tracing::debug!(command = crate::process::quote_argv(&command.argv()), "calling {PROGRAM}");
        let (lines, mut coming) = line_channel();
        let running = async move {
            let ended = command.stream_to(Some(&lines)).await;
            drop(lines);
            ended
        };
        let (mut said, mut told) = (Messages::default(), BTreeSet::new());
        let reading = async {
            while let Some((stream, line)) = coming.recv().await {
                match stream {
                    Stream::Stdout => told.extend(self.read(&line, open)),
                    Stream::Stderr => said.read(&line),
                }
            }
        };
        let (ended, ()) = tokio::join!(running, reading);
        // What is on stderr belongs to no job; what a job's record says as well is told with its name.
        for warning in said.evaluation_warnings.iter().filter(|warning| !told.contains(*warning)) {
            self.board.warn(self.parts.flake.sources.map(warning));
        }
        judge(ended.map(|_| ()), said, &open.left)
    }

    /// Takes in a record; the first lines of its warnings.
    fn read(&self, line: &str, open: &mut Open) -> Vec<String> {
        let Some((path, said)) = Record::parse(line) else {
            tracing::warn!(line, "{PROGRAM} wrote something that is no record");
            return Vec::new();
        };
        let Some(job) = Job::at(&path).filter(|job| open.left.remove(job)) else {
            return Vec::new();
        };
        match said {
            Said::Derivation(toplevel) => {
                let first = |warning: &String| warning.lines().next().unwrap_or_default().trim().to_owned();
                let told = toplevel.warnings.iter().map(first).collect();
                self.cache.keep_derivation(&job, &toplevel);
                self.publish(&job, Ok(toplevel.seen()));
                return told;
            }
            Said::Error(error) => {
                let diagnosis = self.parts.flake.explain_message(&error, &job.to_string());
                self.publish(&job, Err(EvaluateError::explained(&job, diagnosis)));
            }
            Said::Killed(how) => {
                open.killed.insert(job, how);
            }
        }
        Vec::new()
    }

    fn publish(&self, job: &Job, result: Result<Toplevel, EvaluateError>) {
        self.board.publish(job, result);
    }

    fn command(&self, jobs: &BTreeSet<Job>, workers: usize) -> std::io::Result<Command> {
        let Parts { flake, run_dir, resources, .. } = self.parts;
        let roots = run_dir.join("roots");
        std::fs::create_dir_all(&roots)?;
        let command = match self.program {
            Program::NixEvalJobs { .. } => {
                let (workers, memory) = (workers.to_string(), resources.memory.to_string());
                let command = Command::new(PROGRAM)
                    .args(["--workers", &workers, "--max-memory-size", &memory, "--gc-roots-dir"])
                    .arg(&roots)
                    .args(["--meta", "--check-cache-status", "--show-trace", "--select", &selection(jobs, flake)])
                    .env("NIX_CONFIG", flake.nix.config());
                if flake.reference.is_file {
                    command.args(["--impure", &flake.root])
                } else {
                    let network = format!("{}#{}", flake.root, flake.network());
                    command.args(flake.nix.flake_options()).args(["--flake", &network])
                }
            }
            Program::Nix => {
                let units = units(jobs);
                let heap = resources.heap(units.lines().count()) << 20;
                let command = Command::new("sh")
                    .arg(own(run_dir)?)
                    .args([workers.to_string(), resources.set.to_string()])
                    .arg(&roots)
                    .arg("nix")
                    .args(flake.nix.argv(["eval"], flake.attribute("")));
                with_heap(command.stdin(units), heap)
            }
        };
        Ok(command.timeout(TIMEOUT).cancel_on(flake.nix.cancel()))
    }
}

/// The program of ours, in a file.
fn own(run_dir: &Path) -> std::io::Result<std::path::PathBuf> {
    let file = run_dir.join(PROGRAM);
    std::fs::write(&file, OWN)?;
    Ok(file)
}

/// The function that leads from the network, or the file that has it, to these jobs. Names are words that Nix strings need no
/// escapes for.
fn selection(jobs: &BTreeSet<Job>, flake: &Flake) -> String {
    let named = |attribute: Attribute| {
        let of_it = jobs.iter().filter(move |job| job.attribute == attribute);
        of_it.map(|job| format!("\"{}\" ", job.node)).collect::<String>()
    };
    let [toplevels, gatherers, programs, system] = Attribute::ALL.map(named);
    let (of_deployer, system) = if system.is_empty() { (false, "null ") } else { (true, system.as_str()) };
    // A file may be a function whose arguments all have defaults.
    let file = || format!("(if builtins.isFunction all then all {{ }} else all).{}", flake.network());
    let network = flake.reference.is_file.then(file);
    format!(
        "all: {}.jobsFor {{ system = {system}; evaluate = {{ toplevels = [ {toplevels}]; gatherers = [ {gatherers}]; \
         programs = [ {programs}]; deployerPrograms = {of_deployer}; }}; }}",
        network.as_deref().unwrap_or("all")
    )
}

/// One node a line: its jobs share most of their work.
fn units(jobs: &BTreeSet<Job>) -> String {
    let (mut text, mut last) = (String::new(), None);
    for job in jobs {
        match last.replace(&job.node) {
            None => {}
            Some(node) => text.push(if *node == job.node { ' ' } else { '\n' }),
        }
        text.push_str(&job.to_string());
    }
    text + "\n"
}

fn judge(ended: Result<(), ProcessError>, said: Messages, left: &BTreeSet<Job>) -> Ended {
    match ended {
        Ok(()) => Ended::Well,
        // Some versions end so after all records.
        Err(ProcessError::Failed { .. }) if left.is_empty() => Ended::Well,
        Err(error @ ProcessError::Failed { .. }) => match killed(&said) {
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
            let kind = if matches!(error, ProcessError::Cancelled { .. }) { Kind::Interrupted } else { Kind::Other };
            Ended::NotRun(Diagnosis { kind, ..Diagnosis::plain(&error.to_string()) })
        }
    }
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
