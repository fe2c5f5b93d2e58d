//! Whatever a host answers, its readers end with a value or an error, and what they say of it is clean.

use std::path::Path;

use proptest::prelude::*;

use super::super::answer::Answer;
use super::super::inspect::generations;
use super::super::{Phase, Refusal};
use crate::fuzz;
use crate::host::{Deployer, HostError};
use crate::process::Output;
use crate::store_path::is_store_path;
use crate::text::{clean, is_clean};

fn read(bytes: &[u8], stderr: &[u8]) -> Result<Answer, HostError> {
    let output = Output {
        stdout: bytes.to_vec(),
        // Lines of stderr are clean when they are handed out.
        stderr: clean(stderr),
    };
    Answer::read(&Deployer::new(Path::new("/tmp")), "probe", &output)
}

proptest! {
    #![proptest_config(fuzz::config())]

    #[test]
    fn fuzz_answers_and_refusals_are_read(bytes in fuzz::bytes(), stderr in fuzz::bytes()) {
        if let Err(error) = read(&bytes, &stderr) {
            prop_assert!(is_clean(&error.to_string()));
        }
    }

    #[test]
    fn fuzz_every_refusal_is_explained(code in fuzz::refusal(), bytes in fuzz::bytes(), said in fuzz::bytes()) {
        if let Ok(answer) = read(&bytes, b"")
            && let Some(refusal) = Refusal::of(code, &answer, &clean(&said))
        {
            prop_assert!(is_clean(&refusal.to_string()));
        }
    }

    #[test]
    fn fuzz_a_probe_names_systems_by_store_paths(bytes in fuzz::bytes()) {
        if let Ok(answer) = read(&bytes, b"") {
            let probe = answer.into_probe();
            let systems = [probe.current_system, probe.system_profile, probe.booted_system];
            prop_assert!(systems.iter().flatten().all(|path| is_store_path(path)));
            let unfinished = probe.unfinished.iter().map(|left| &left.toplevel);
            let named = unfinished.chain(probe.last.iter().map(|last| &last.toplevel));
            prop_assert!(named.filter(|path| !path.is_empty()).all(|path| is_store_path(path)));
        }
    }

    #[test]
    fn fuzz_a_status_is_read(bytes in fuzz::bytes()) {
        if let Ok(answer) = read(&bytes, b"")
            && let Ok(status) = answer.into_status()
        {
            prop_assert!(is_clean(&status.message));
            prop_assert!(status.toplevel.iter().chain(&status.previous).all(|path| is_store_path(path)));
        }
    }

    #[test]
    fn fuzz_generations_are_read(bytes in fuzz::bytes()) {
        if let Ok(answer) = read(&bytes, b"") {
            let _ = answer.generations();
            let systems = generations(&answer);
            prop_assert!(systems.iter().all(|one| one.toplevel.is_empty() || is_store_path(&one.toplevel)));
        }
    }

    #[test]
    fn fuzz_a_verdict_is_read(bytes in fuzz::bytes()) {
        if let Ok(answer) = read(&bytes, b"")
            && let Ok(verdict) = answer.into_verdict()
        {
            prop_assert!(is_clean(&verdict.why));
            prop_assert!(verdict.checks.iter().all(|check| is_clean(&check.name) && is_clean(&check.reason)));
        }
    }

    #[test]
    fn fuzz_a_phase_is_one_of_its_words(bytes in fuzz::bytes()) {
        let word = clean(&bytes);
        prop_assert!(Phase::parse(&word).is_none_or(|phase| phase.to_string() == word));
    }
}
