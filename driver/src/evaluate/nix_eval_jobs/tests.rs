//! Runs of the real nix-eval-jobs, recorded in `tests/fixtures/nix-eval-jobs`: what people are told for each record, and
//! how each run is judged to have ended.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use super::record::{Record, Said};
use super::said::StdErr;
use crate::diagnose::explain;
use crate::evaluate::{EvaluateError, NixError};
use crate::flake::SourceMap;

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
        let (node, said) = Record::parse(line).unwrap();
        let said = match said {
            Said::Derivation(found) => {
                format!("{}\n{}\n{:?} {:?}", found.drv_path, found.out_path, found.cache_status, found.warnings)
            }
            Said::Error(error) => {
                let diagnosis = explain(&NixError::from_text(&error), &sources(&error));
                let kind = diagnosis.kind;
                format!("[{kind:?}] {}", EvaluateError::explained(&node, diagnosis))
            }
            other => format!("{other:?}"),
        };
        text.push_str(&format!("{node}: {said}\n"));
    }
    let mut said = StdErr::default();
    recorded(&format!("{name}.stderr")).lines().for_each(|line| said.read(line));
    if runs()[name] != 0 {
        let error = said.error();
        let diagnosis = explain(&error, &sources(&error.text));
        let killed = said.killed().map(|death| (&death.node, &death.how));
        text.push_str(&format!("the run failed, killed {killed:?}: [{:?}] {diagnosis}\n", diagnosis.kind));
    }
    text
}

#[test]
fn every_recorded_run_is_understood() {
    let files = std::fs::read_dir(folder()).unwrap();
    let recordings = files
        .filter(|file| {
            let name = file.as_ref().unwrap().file_name();
            name.to_string_lossy().ends_with(".jsonl")
        })
        .count();
    assert_eq!(recordings, runs().len());
    for name in runs().keys() {
        assert_snapshot!(name.as_str(), told(name));
    }
}

#[test]
fn a_name_with_quotes_is_told_by_its_path() {
    let line = recorded("toplevels.jsonl");
    let line = line.lines().last().unwrap();
    assert!(line.contains(r#""attr":"\"n1"#));
    assert_eq!(Record::parse(line).unwrap().0, "n1.example.org");
}

#[test]
fn a_worker_may_be_killed_before_it_gets_to_a_node() {
    let mut said = StdErr::default();
    said.read(
        "error: while checking worker process, evaluation worker got killed by SIGKILL, maybe memory limit reached?",
    );
    let death = said.killed().unwrap();
    assert_eq!(death.node, None);
    assert_eq!(death.how, "got killed by SIGKILL, maybe memory limit reached?");
}
