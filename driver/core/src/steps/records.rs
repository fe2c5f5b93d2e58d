//! What programs of steps say for those that run later: records, one JSON object a line, behind the mark of this run.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{StepFailure, Tried};
use crate::lock::locked;
use crate::plan::{RunsOn, Step};
use crate::text::{clean_text, is_clean};
use crate::value::check;

/// Most bytes that the records of one step have.
const MOST: usize = 65536;

/// Something that a program says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Record {
    /// Values that the step declares, by name.
    Fact(BTreeMap<String, String>),
    /// For people.
    Note(String),
    /// Why the step failed.
    Problem(String),
    /// The flake that is evaluated from now on.
    Flake(String),
}

/// All that was said in a run.
#[derive(Debug, Default)]
pub struct Records(Mutex<RunRecords>);

#[derive(Debug, Default)]
struct RunRecords {
    /// By node and step.
    nodes: BTreeMap<String, BTreeMap<String, Vec<Record>>>,
    results: BTreeMap<String, Value>,
    flake: Option<String>,
}

/// What one step says.
pub(super) struct StepRecords<'a> {
    /// The step, and its id.
    pub step: (&'a str, &'a Step),
    /// What lines of records begin with.
    pub mark: &'a str,
    /// Bytes so far.
    bytes: usize,
    records: Vec<Record>,
    /// For people.
    pub notes: Vec<String>,
    problem: Option<String>,
}

impl Records {
    /// The flake that some program wants evaluated from now on.
    pub fn flake(&self) -> Option<String> {
        locked(&self.0).flake.clone()
    }

    /// How a step ended, in the word of events, or what was approved.
    pub(super) fn ended(&self, step: &str, result: impl Serialize) {
        let result = json!(result);
        locked(&self.0).results.insert(step.to_owned(), result.get("result").unwrap_or(&result).clone());
    }

    /// Keeps what a step said. What a host says is for later steps to judge; only the deployer chooses the flake.
    pub(super) fn keep(&self, report: StepRecords<'_>) -> Tried<()> {
        let (id, step) = report.step;
        if let Some(problem) = report.problem {
            return Err(StepFailure::Because(problem));
        }
        let mut kept = locked(&self.0);
        for record in &report.records {
            if let Record::Flake(flake) = record {
                kept.flake = Some(flake.clone());
            }
        }
        let place = step.node.as_deref().unwrap_or("deployer").to_owned();
        kept.nodes.entry(place).or_default().insert(id.to_owned(), report.records);
        Ok(())
    }

    /// Adds it to what a program is told.
    pub(super) fn add_to(&self, context: &mut Value) {
        let kept = locked(&self.0);
        context["results"] = json!(kept.results);
        for (place, records) in &kept.nodes {
            match context["nodes"].get_mut(place) {
                Some(node) => node["records"] = json!(records),
                None => context["records"][place] = json!(records),
            }
        }
    }
}

impl<'a> StepRecords<'a> {
    pub(super) const fn of(step: (&'a str, &'a Step), mark: &'a str) -> Self {
        Self { step, mark, bytes: 0, records: Vec::new(), notes: Vec::new(), problem: None }
    }

    /// Takes a line of output; what is left of it is for people.
    pub(super) fn take(&mut self, line: String) -> Option<String> {
        let Some(text) = line.strip_prefix(self.mark).and_then(|rest| rest.strip_prefix(' ')) else {
            return Some(line);
        };
        self.bytes += text.len() + 1;
        match self.read(text) {
            Ok(Record::Note(note)) => {
                self.notes.push(note.clone());
                return Some(note);
            }
            Ok(Record::Problem(problem)) | Err(problem) => drop(self.problem.get_or_insert(problem)),
            Ok(record) => self.records.push(record),
        }
        None
    }

    fn read(&self, text: &str) -> Result<Record, String> {
        if self.bytes > MOST {
            return Err(format!("it has more than {MOST} bytes of records"));
        }
        let shown = |why: String| clean_text(&format!("{why:.200}: {text:.80}")).replace('\n', " ");
        let none = |error: serde_json::Error| format!("it said a record that is none: {}", shown(error.to_string()));
        let record = serde_json::from_str(text).map_err(none)?;
        match &record {
            Record::Fact(facts) => {
                for (name, value) in facts {
                    let unknown = || format!("it said the fact {name:?}, which the step does not declare");
                    let pattern = self.step.1.facts.get(name).ok_or_else(unknown)?;
                    check(value, pattern).map_err(|bad| format!("the fact {name:?} is none: {bad}"))?;
                }
            }
            Record::Flake(_) if self.step.1.on != Some(RunsOn::Deployer) => {
                return Err("only a program of the deployer chooses the flake".to_owned());
            }
            Record::Note(text) | Record::Problem(text) | Record::Flake(text)
                if text.contains(['\n', '\t']) || !is_clean(text) =>
            {
                return Err("it said a record with control characters".to_owned());
            }
            _ => {}
        }
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::StepKind;

    fn said(place: RunsOn, lines: &[&str]) -> (Records, Result<(), StepFailure>, Vec<String>) {
        let facts = BTreeMap::from([("key".to_owned(), "[a-z]+".to_owned())]);
        let node = (place != RunsOn::Deployer).then(|| "alpha".to_owned());
        let step = Step { on: Some(place), node, facts, ..Step::bare(StepKind::Command) };
        let records = Records::default();
        let mut report = StepRecords::of(("ask", &step), "mark");
        let shown = lines.iter().filter_map(|line| report.take((*line).to_owned())).collect();
        let kept = records.keep(report);
        (records, kept, shown)
    }

    fn node() -> RunsOn {
        RunsOn::Node("alpha".to_owned())
    }

    #[test]
    fn facts_reach_later_steps_and_notes_people() {
        let lines = ["hello", "mark {\"fact\":{\"key\":\"abc\"}}", "mark {\"note\":\"ready\"}", "marked"];
        let (records, kept, shown) = said(node(), &lines);
        kept.unwrap();
        assert_eq!(shown, ["hello", "ready", "marked"]);
        let mut context = json!({ "nodes": { "alpha": {} } });
        records.add_to(&mut context);
        assert_eq!(context["nodes"]["alpha"]["records"], json!({ "ask": [{ "fact": { "key": "abc" } }] }));
    }

    #[test]
    fn what_a_host_says_is_bounded_and_checked() {
        let long = format!("mark {{\"fact\":{{\"key\":\"{}\"}}}}", "x".repeat(MOST));
        // What the wrapper cuts off: it lets one byte more through, line ends included.
        let many = vec!["mark {\"note\":\"a\"}"; MOST / 13 + 1];
        assert!(said(node(), &many).1.is_err());
        for bad in [
            "mark {\"fact\":{\"key\":\"ABC\"}}",
            "mark {\"fact\":{\"other\":\"abc\"}}",
            "mark {\"fact\":{\"key\":\"a\\u001bc\"}}",
            "mark {\"note\":\"a\\u001b[2J\"}",
            "mark {\"note\":\"a\\nbeta: done\"}",
            "mark {\"flake\":\"github:evil/flake\"}",
            "mark {\"wish\":1}",
            "mark {\"\\u001b[2J\\u009b\\nbeta: done\":1}",
            "mark nonsense",
            "mark {\"problem\":\"no disk\"}",
            &long,
        ] {
            let (records, kept, shown) = said(node(), &[bad]);
            let why = kept.expect_err(bad).to_string();
            assert!(shown.is_empty() && is_clean(&why) && !why.contains('\n') && why.len() < 1000, "{bad}: {why:?}");
            assert_eq!(records.flake(), None);
        }
    }

    #[test]
    fn the_deployer_chooses_the_flake() {
        let (records, kept, _) = said(RunsOn::Deployer, &["mark {\"flake\":\".?ref=main\"}"]);
        kept.unwrap();
        assert_eq!(records.flake().as_deref(), Some(".?ref=main"));
    }
}
