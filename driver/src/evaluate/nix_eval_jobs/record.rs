//! One line of nix-eval-jobs' output. Fields of newer versions are passed over.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::evaluate::{CacheStatus, Toplevel};

/// A record: a derivation, or an error.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    // Not `attr`, whose quoting depends on the version.
    attr_path: Vec<String>,
    drv_path: Option<String>,
    // A derivation whose output is not known beforehand has null here.
    #[serde(default)]
    outputs: BTreeMap<String, Option<String>>,
    error: Option<String>,
    #[serde(default)]
    fatal: bool,
    cache_status: Option<String>,
    #[serde(default)]
    needed_builds: Vec<Value>,
    #[serde(default)]
    needed_substitutes: Vec<Value>,
    #[serde(default)]
    meta: Value,
    #[serde(default)]
    warnings: Vec<Value>,
}

/// What a record says of its node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Said {
    /// It evaluates.
    Derivation(Toplevel),
    /// It does not; the whole message.
    Error(String),
    /// Its worker was killed, in this way; newer versions go on after that.
    Killed(String),
    /// Something that netlib does not understand.
    Odd(String),
}

impl Record {
    /// Reads a line; none if it is no record.
    pub(super) fn parse(line: &str) -> Option<(String, Said)> {
        let record: Self = serde_json::from_str(line).ok()?;
        let [node] = record.attr_path.as_slice() else {
            return None;
        };
        Some((node.clone(), record.said()))
    }

    fn said(self) -> Said {
        if let Some(error) = self.error {
            return match death(&error) {
                Some(how) if self.fatal => Said::Killed(how.to_owned()),
                _ => Said::Error(error),
            };
        }
        let out = self.outputs.get("out").cloned().flatten();
        let (Some(drv_path), Some(out_path)) = (self.drv_path.clone(), out) else {
            return Said::Odd("nix-eval-jobs gave a derivation without the path of its output `out`".to_owned());
        };
        Said::Derivation(Toplevel { drv_path, out_path, cache_status: self.status(), warnings: self.all_warnings() })
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
        let mut all: Vec<String> = Vec::new();
        for warning in own.chain(&self.warnings) {
            let text = warning.as_str().or_else(|| warning.get("msg").and_then(Value::as_str));
            let text = text.map(|text| text.trim_start_matches("evaluation warning:").trim());
            if let Some(text) = text
                && !all.iter().any(|known| known.trim() == text)
            {
                all.push(text.to_owned());
            }
        }
        all
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
        let Some((node, Said::Derivation(toplevel))) = Record::parse(line) else {
            panic!("a derivation");
        };
        assert_eq!((node.as_str(), toplevel.out_path.as_str()), ("a", "/o"));
        assert_eq!(toplevel.warnings, ["old", "older"]);
        assert_eq!(toplevel.cache_status, CacheStatus::Unknown);

        let killed = r#"{"attrPath":["a"],"fatal":true,"error":"while x, evaluation worker got killed by SIGKILL"}"#;
        let how = Said::Killed("got killed by SIGKILL".to_owned());
        assert_eq!(Record::parse(killed), Some(("a".to_owned(), how)));
        let fatal = r#"{"attrPath":["a"],"fatal":true,"error":"boom"}"#;
        assert_eq!(Record::parse(fatal), Some(("a".to_owned(), Said::Error("boom".to_owned()))));
    }

    #[test]
    fn what_is_no_record_of_a_node_is_none() {
        for line in ["", "{}", "oh", r#"{"attrPath":[]}"#, r#"{"attrPath":["a","b"],"error":""}"#] {
            assert_eq!(Record::parse(line), None, "{line}");
        }
        let deferred = r#"{"attrPath":["a"],"drvPath":"/d","outputs":{"out":null}}"#;
        assert!(matches!(Record::parse(deferred), Some((_, Said::Odd(_)))));
    }
}
