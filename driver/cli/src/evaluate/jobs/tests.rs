//! Runs of the real nix-eval-jobs, recorded in `tests/fixtures/nix-eval-jobs`: what people are told for each record, and
//! how each run is judged to have ended. And what the evaluators are told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use serde_json::Value;

use super::*;
use crate::flake::Reference;

/// Every recorded run: its name and its exit status.
fn runs() -> BTreeMap<String, i32> {
    let codes = std::fs::read_to_string(folder().join("exit-codes.txt")).unwrap();
    let run = |line: &str| {
        let (name, code) = line.split_once(" rc=").unwrap();
        (name.to_owned(), code.parse().unwrap())
    };
    codes.lines().map(run).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/nix-eval-jobs")
}

fn recorded(file: &str) -> String {
    std::fs::read_to_string(folder().join(file)).unwrap()
}

fn job(attribute: &str, node: &str) -> Job {
    Job { node: node.to_owned(), attribute: attribute.to_owned() }
}

/// What a run said, for reading.
fn told(name: &str) -> String {
    // The flake lay at /net and was evaluated from its copies in the store.
    let sources = |text: &str| {
        let copy = text.split_once("at /nix/store/").map(|(_, rest)| {
            let end = rest.find('/').unwrap_or(rest.len());
            format!("/nix/store/{}", &rest[..end])
        });
        SourceMap::known(copy, Some("/net".into()), None)
    };
    let mut text = String::new();
    for line in recorded(&format!("{name}.jsonl")).lines() {
        let (path, item) = Record::parse(line).unwrap();
        let node = path.join(".");
        let said = match item {
            Item::Derivation(found) => {
                format!("{}\n{}\n{:?} {:?}", found.drv_path, found.out_path, found.cache_status, found.warnings)
            }
            Item::Error(error) => {
                let diagnosis = explain(&error, &sources(&error.text));
                let kind = diagnosis.kind;
                format!("[{kind:?}] {}", EvaluateError::explained(&job("toplevels", &node), diagnosis))
            }
            other => format!("{other:?}"),
        };
        text.push_str(&format!("{node}: {said}\n"));
    }
    let mut said = Messages::default();
    recorded(&format!("{name}.stderr")).lines().for_each(|line| said.read(line));
    if runs()[name] != 0 {
        let killed = said.other.iter().rev().find_map(|line| death(line));
        let error = said.clone().failure();
        let diagnosis = explain(&error, &sources(&error.text));
        text.push_str(&format!("the run failed, killed {killed:?}: [{:?}] {diagnosis}\n", diagnosis.kind));
    }
    text
}

#[test]
fn every_recorded_run_is_understood() {
    let files = std::fs::read_dir(folder()).unwrap();
    let recordings = files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|of| of == "jsonl"));
    assert_eq!(recordings.count(), runs().len());
    for name in runs().keys() {
        assert_snapshot!(name.as_str(), told(name));
    }
}

#[test]
fn a_killed_worker_is_told_with_its_job_if_it_got_to_one() {
    let reading = |at: &str| {
        let mut said = Messages::default();
        said.read(&format!("error: while {at}, evaluation worker got killed by SIGKILL, maybe memory limit reached?"));
        killed(&said).unwrap()
    };
    let (at, how) = reading("reading result for attrPath 'toplevels.a'");
    assert_eq!((at, how.as_str()), (Some(job("toplevels", "a")), "got killed by SIGKILL, maybe memory limit reached?"));
    assert_eq!(reading("checking worker process").0, None);
}

#[tokio::test]
async fn what_belongs_to_a_node_is_evaluated_together() {
    let jobs = BTreeSet::from([
        job("programs", "b"),
        job("toplevels", "a"),
        job("toplevels", "b"),
        job("deployerPrograms", "x86_64-linux"),
    ]);
    assert_eq!(units(&jobs), "toplevels.a\nprograms.b toplevels.b\ndeployerPrograms.x86_64-linux\n");
    let flake = tempfile::tempdir().unwrap();
    let file = flake.path().join("n.nix");
    std::fs::write(&file, "").unwrap();
    let file = Reference::file(&format!("{}#x", file.display())).unwrap();
    let nix = netlib_core::nix::Nix::default();
    let (file, _) = Flake::load(file, nix, flake.path(), None).await.unwrap();
    let mut flake = file.clone();
    flake.reference.is_file = false;
    let wanted = |evaluate: Value| nix_value(&json!({ "evaluate": evaluate }));
    let all = wanted(json!({ "deployerPrograms": ["x86_64-linux"], "programs": ["b"], "toplevels": ["a", "b"] }));
    assert_eq!(selection(&jobs, &flake), format!("all: all.jobsFor {all}"));
    let none = wanted(json!({}));
    let network = "(if builtins.isFunction all then all { } else all).netlibConfigurations.x";
    assert_eq!(selection(&BTreeSet::new(), &file), format!("all: {network}.jobsFor {none}"));
}

#[test]
fn who_was_killed_reads_what_most_likely_killed_it() {
    let text = |how: &str| worker_ended(&job("toplevels", "alpha"), how).to_string();
    assert_snapshot!(text("got killed by SIGKILL"), @r"
    node `alpha` does not evaluate: evaluating it ended its worker (got killed by SIGKILL), also when it was tried alone
      most likely this machine has too little memory for it
      help: free some memory, or allow the evaluator more with --eval-memory
    ");
    assert_snapshot!(text("exited with exit code 1, (possible infinite recursion)"), @r"
    node `alpha` does not evaluate: evaluating it ended its worker (exited with exit code 1, (possible infinite recursion)), also when it was tried alone
      most likely a value of it needs itself
      help: look at what was changed last, or run again with --show-trace --evaluator nix
    ");
    assert!(text("got killed by signal 11").contains("a value of it needs itself"));
}
