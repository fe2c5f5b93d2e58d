//! Whatever a host answers, its readers end with a value or an error, and what they say of it is clean.

use std::path::Path;

use proptest::prelude::*;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::answer::{self, document};
use super::super::{Phase, Probe, Refusal, Status, Verdict};
use crate::fuzz;
use crate::host::{Deployer, HostError};
use crate::process::Output;
use crate::store_path::is_store_path;
use crate::text::{clean, is_clean};

fn read<T: DeserializeOwned>(bytes: &[u8], stderr: &[u8]) -> Result<T, HostError> {
    let output = Output {
        stdout: bytes.to_vec(),
        // Lines of stderr are clean when they are handed out.
        stderr: clean(stderr),
    };
    answer::read(&Deployer::new(Path::new("/tmp")), "probe", &output).map(|(answer, _)| answer)
}

proptest! {
    #![proptest_config(fuzz::config())]

    #[test]
    fn fuzz_answers_and_refusals_are_read(bytes in fuzz::bytes(), stderr in fuzz::bytes()) {
        if let Err(error) = read::<Probe>(&bytes, &stderr) {
            prop_assert!(is_clean(&error.to_string()));
        }
    }

    #[test]
    fn fuzz_every_refusal_is_explained(code in fuzz::refusal(), bytes in fuzz::bytes(), said in fuzz::bytes()) {
        let mut answer = document(&clean(&bytes));
        answer.insert("refused".to_owned(), code.into());
        answer.insert("stderr".to_owned(), clean(&said).into());
        if let Ok(refusal) = Refusal::deserialize(serde_json::Value::Object(answer)) {
            prop_assert!(is_clean(&refusal.to_string()));
        }
    }

    #[test]
    fn fuzz_a_probe_names_systems_by_store_paths(bytes in fuzz::bytes()) {
        if let Ok(probe) = read::<Probe>(&bytes, b"") {
            let systems = [probe.current_system, probe.system_profile, probe.booted_system];
            prop_assert!(systems.iter().flatten().all(|path| is_store_path(path)));
            let unfinished = probe.unfinished.iter().map(|left| &left.toplevel);
            let named = unfinished.chain(probe.last.iter().map(|last| &last.toplevel));
            let underway = probe.lock.and_then(|lock| lock.deployment);
            let mut named = named.chain(underway.iter().map(|deployment| &deployment.toplevel));
            prop_assert!(named.all(|path| path.is_empty() || is_store_path(path)));
        }
    }

    #[test]
    fn fuzz_a_status_is_read(bytes in fuzz::bytes()) {
        if let Ok(status) = read::<Status>(&bytes, b"") {
            prop_assert!(is_clean(&status.message));
            prop_assert!(status.toplevel.iter().chain(&status.previous).all(|path| is_store_path(path)));
        }
    }

    #[test]
    fn fuzz_a_verdict_is_read(bytes in fuzz::bytes()) {
        if let Ok(verdict) = read::<Verdict>(&bytes, b"") {
            prop_assert!(is_clean(&verdict.why));
            prop_assert!(verdict.checks.iter().all(|check| is_clean(&check.name) && is_clean(&check.reason)));
        }
    }

    #[test]
    fn fuzz_a_phase_is_one_of_its_words(bytes in fuzz::bytes()) {
        let word = clean(&bytes);
        if let Ok(phase) = serde_json::from_value::<Phase>(word.clone().into()) {
            prop_assert_eq!(phase.to_string(), word);
        }
    }
}
