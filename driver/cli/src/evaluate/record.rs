//! One line of nix-eval-jobs' output. Fields of newer versions are passed over.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use netlib_core::evaluation::{CacheStatus, Toplevel};
use netlib_core::nix::NixError;
use netlib_core::text::clean_text;

/// A record: a derivation, or an error.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Record {
    // Not `attr`, whose quoting depends on the version.
    attr_path: Vec<String>,
    drv_path: Option<String>,
    system: String,
    // A derivation whose output is not known beforehand has null here.
    outputs: BTreeMap<String, Option<String>>,
    error: Option<String>,
    // An error that plain Nix wrote in a format for programs.
    msg: Option<String>,
    #[serde(rename = "raw_msg")]
    raw_msg: Option<String>,
    fatal: bool,
    cache_status: Option<String>,
    needed_builds: Vec<Value>,
    needed_substitutes: Vec<Value>,
    meta: Value,
    warnings: Vec<Value>,
}

/// What a record says of its job.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Item {
    /// It evaluates.
    Derivation(Toplevel),
    /// It does not.
    Error(NixError),
    /// Its worker was killed, in this way; newer versions go on after that.
    Killed(String),
}

impl Record {
    /// Reads a line: the path of the attribute, and what came of it. None if it is no record.
    pub(super) fn parse(line: &str) -> Option<(Vec<String>, Item)> {
        let mut record: Self = serde_json::from_str(line).ok()?;
        let path = std::mem::take(&mut record.attr_path);
        (!path.is_empty()).then(|| (path, record.item()))
    }

    fn item(self) -> Item {
        if let (Some(text), Some(headline)) = (&self.msg, &self.raw_msg) {
            let (text, headline) = (clean_text(text), clean_text(headline));
            return Item::Error(NixError { headline, text, other: Vec::new() });
        }
        if let Some(error) = self.error {
            return match death(&error) {
                Some(how) if self.fatal => Item::Killed(how.to_owned()),
                _ => Item::Error(NixError::from_text(&error)),
            };
        }
        let (cache_status, warnings) = (self.status(), self.all_warnings());
        match (self.drv_path, self.outputs.get("out").cloned().flatten()) {
            (Some(drv_path), Some(out_path)) => {
                let access = self.meta.pointer("/netlib/access").and_then(|about| Deserialize::deserialize(about).ok());
                Item::Derivation(Toplevel { drv_path, out_path, system: self.system, access, cache_status, warnings })
            }
            _ => {
                Item::Error(NixError::from_text("the evaluator gave a derivation without the path of its output `out`"))
            }
        }
    }

    fn status(&self) -> CacheStatus {
        let (build, fetch) = (self.needed_builds.len(), self.needed_substitutes.len());
        match self.cache_status.as_deref() {
            Some("local") => CacheStatus::Local,
            Some("cached") => CacheStatus::Cached { fetch },
            // The derivation itself is not always among those that are needed for it.
            Some("notBuilt") => CacheStatus::NotBuilt { build: build.max(1), fetch },
            _ => CacheStatus::Unknown,
        }
    }

    /// What the library says in `meta`, and what newer versions collect themselves.
    fn all_warnings(&self) -> Vec<String> {
        let own = self.meta.pointer("/netlib/warnings");
        let own = own.and_then(Value::as_array).into_iter().flatten();
        let text = |warning: &Value| {
            let text = warning.as_str().or_else(|| warning["msg"].as_str())?;
            Some(text.trim_start_matches("evaluation warning:").trim().to_owned())
        };
        let mut known = BTreeSet::new();
        own.chain(&self.warnings).filter_map(text).filter(|text| known.insert(text.clone())).collect()
    }
}

/// How a worker ended, of a message that it ended before its time.
pub(super) fn death(message: &str) -> Option<&str> {
    let (_, how) = message.split_once("evaluation worker ")?;
    let is_death = how.starts_with("got killed by") || how.starts_with("exited with");
    is_death.then(|| how.lines().next().unwrap_or_default().trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_fields_are_understood_or_passed_over() {
        let line = r#"{"attr":"x","attrPath":["a"],"drvPath":"/d","outputs":{"out":"/o","dev":null},"traces":[1],
            "warnings":["evaluation warning: old",{"msg":"older"}],"meta":{"netlib":{"warnings":["old"]}},"new":{}}"#;
        let Some((path, Item::Derivation(toplevel))) = Record::parse(line) else {
            panic!("a derivation");
        };
        assert_eq!((path.join("."), toplevel.out_path.as_str()), ("a".to_owned(), "/o"));
        assert_eq!(toplevel.warnings, ["old", "older"]);
        assert_eq!(toplevel.cache_status, CacheStatus::Unknown);

        let killed = r#"{"attrPath":["a"],"fatal":true,"error":"while x, evaluation worker got killed by SIGKILL"}"#;
        let how = Item::Killed("got killed by SIGKILL".to_owned());
        assert_eq!(Record::parse(killed), Some((vec!["a".to_owned()], how)));
        let fatal = r#"{"attrPath":["a"],"fatal":true,"error":"boom"}"#;
        assert_eq!(Record::parse(fatal), Some((vec!["a".to_owned()], Item::Error(NixError::from_text("boom")))));
    }

    #[test]
    fn an_error_of_plain_nix_is_read_in_its_own_format() {
        let line = r#"{"attrPath":["toplevels","a"],"action":"msg","level":0,"line":null,"msg":"error:\n … while","raw_msg":"\u001b[1mboom"}"#;
        let (path, Item::Error(error)) = Record::parse(line).unwrap() else { panic!("an error") };
        assert_eq!(path, ["toplevels", "a"]);
        assert_eq!((error.headline.as_str(), error.text.as_str()), ("boom", "error:\n … while"));
    }

    #[test]
    fn what_is_no_record_of_a_job_is_none() {
        for line in ["", "{}", "oh", r#"{"attrPath":[]}"#] {
            assert_eq!(Record::parse(line), None, "{line}");
        }
        let deferred = r#"{"attrPath":["a"],"drvPath":"/d","outputs":{"out":null}}"#;
        assert!(matches!(Record::parse(deferred), Some((_, Item::Error(_)))));
    }
}
