//! A host that is waited on tells what is new once it is, and no later than it was asked to.

use std::fs;

use super::super::*;
use super::bed::Switch;
use super::confirmation::bed_with;

#[tokio::test]
async fn whoever_waits_hears_of_a_phase_that_matters_and_of_the_end() {
    let (bed, _, new) = bed_with(Switch::Works);
    let first = activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    assert_eq!(first.phase, Phase::AwaitingConfirmation);
    assert!(first.is_running);
    // What is no news is not told, and is told at once to who has not heard of it.
    assert_eq!(news(&bed, "1-a", first.log.len(), None).await.unwrap().phase, Phase::AwaitingConfirmation);
    let offset = first.log.len();
    let waits = news(&bed, "1-a", offset, Some(Phase::AwaitingConfirmation));
    let (told, confirmed) = tokio::join!(waits, confirm(&bed, "1-a", offset));
    // Whoever hears of the end has all of the log, and nothing is left to tidy.
    assert_eq!(bed.left(), "");
    let whole = bed.end("1-a").await.log;
    for told in [told.unwrap(), confirmed.unwrap()] {
        assert_eq!((told.phase, told.is_running), (Phase::Confirmed, false));
        assert_eq!(told.log, whole[offset..]);
    }
}

#[tokio::test]
async fn whoever_waits_hears_of_a_log_that_grows_and_of_nothing_after_a_while() {
    let (bed, _, new) = bed_with(Switch::WaitsFor("/nowhere".into()));
    let go = bed.path("go");
    let said = format!("while [ ! -e {} ]; do sleep 0.1; done; echo something; sleep 1234", go.display());
    bed.program("nix/store/new/bin/switch-to-configuration", &format!("#!/bin/sh\n{said}\n"));
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::Activating).await;
    let offset = bed.look("1-a").await.log.len();
    let nothing = news(&bed, "1-a", offset, None).await.unwrap();
    assert_eq!((nothing.phase, nothing.log.as_slice()), (Phase::Activating, &b""[..]));
    fs::write(go, "").unwrap();
    assert_eq!(news(&bed, "1-a", offset, None).await.unwrap().log, b"something\n");
    bed.kill("1-a");
}
