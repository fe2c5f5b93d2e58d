//! What deployers agree on about a rollout.

use super::bed::Bed;
use super::rollout::{Approval, Document, Holder, Left, Waiting, approve, free, read, renew, take, wait};
use super::*;

fn holder(nonce: &str) -> Holder {
    Holder {
        rollout: "web".to_owned(),
        nonce: nonce.to_owned(),
        deployer: "ann@desk".to_owned(),
        digest: "d1".to_owned(),
        dead: Vec::new(),
    }
}

fn waiting(digest: &str, batch: usize) -> Waiting {
    Waiting { digest: digest.to_owned(), batch, deployer: "ann@desk".to_owned(), since: String::new() }
}

fn approval(digest: &str, signature: Option<&str>) -> Approval {
    Approval { digest: digest.to_owned(), batch: 1, by: "bob@home".to_owned(), signature: signature.map(str::to_owned) }
}

/// An activation that belongs to a rollout of the plan `d1`.
fn leased(bed: &Bed, nonce: &str, toplevel: &str) -> Activation {
    let lease = Lease { nonce: nonce.to_owned(), digest: "d1".to_owned() };
    Activation { lease: Some(lease), ..bed.activation(nonce, toplevel) }
}

/// The rollback of a rollout: what ran before the deployment `undo`.
fn undo(bed: &Bed, [nonce, lease, undo]: [&str; 3]) -> Activation {
    let lease = Lease { nonce: lease.to_owned(), digest: "d1".to_owned() };
    Activation { lease: Some(lease), system: System::Before(undo.to_owned()), ..bed.activation(nonce, "") }
}

#[track_caller]
fn refusal<T: std::fmt::Debug>(result: Result<T, HostError>) -> Refusal {
    match result {
        Err(HostError::Refused { refusal, .. }) => *refusal,
        other => panic!("{other:?}"),
    }
}

/// Whether a lease was lost, and whether it is told who took it.
fn is_lost(refusal: &Refusal, is_taken: bool) -> bool {
    matches!(refusal, Refusal::RolloutLost(reason) if reason.why.contains(": ann@desk took it at ") == is_taken)
}

/// Nobody renewed the lease for longer than it lasts: moved back in time.
fn let_lease_end(bed: &Bed) {
    let path = bed.path("var/lib/netlib/lease");
    let text = fs::read_to_string(&path).unwrap();
    let until = text.lines().find(|line| line.starts_with("until="));
    fs::write(&path, text.replace(until.unwrap(), "until=1")).unwrap();
}

#[tokio::test]
async fn one_deployer_at_a_time_rolls_a_host_out() {
    let bed = Bed::new();
    let (ann, bob) = (holder("1-a"), holder("2-b"));
    take(&bed, &ann).await.unwrap();
    assert!(matches!(refusal(take(&bed, &bob).await), Refusal::RolloutBusy(_)));
    // Whatever another commit calls the rollout, the host is the same.
    let other = Holder { rollout: "db".to_owned(), ..bob.clone() };
    let text = refusal(take(&bed, &other).await).to_string();
    assert!(text.starts_with("ann@desk has been at work on the rollout web since "), "{text}");
    // Taking it twice is no second lease, as after an answer that was lost.
    take(&bed, &ann).await.unwrap();
    renew(&bed, "1-a").await.unwrap();
    // Only the holder gives it back.
    free(&bed, "2-b", Left::Ended).await.unwrap();
    assert!(take(&bed, &bob).await.is_err());
    free(&bed, "1-a", Left::Open).await.unwrap();
    take(&bed, &bob).await.unwrap();
}

#[tokio::test]
async fn a_lease_is_its_holders_until_somebody_else_has_it() {
    let bed = Bed::new();
    let (ann, bob) = (holder("1-a"), holder("2-b"));
    take(&bed, &ann).await.unwrap();
    let_lease_end(&bed);
    // Late, and nobody came meanwhile.
    renew(&bed, "1-a").await.unwrap();
    assert!(take(&bed, &bob).await.is_err());
    let_lease_end(&bed);
    take(&bed, &bob).await.unwrap();
    let lost = refusal(renew(&bed, "1-a").await);
    assert!(is_lost(&lost, true), "{lost:?}");
    // Somebody came and went: it is no longer the lease that it was.
    free(&bed, "2-b", Left::Ended).await.unwrap();
    assert!(is_lost(&refusal(renew(&bed, "1-a").await), false));
}

#[tokio::test]
async fn the_lease_of_a_deployer_that_is_gone_is_free() {
    let bed = Bed::new();
    take(&bed, &holder("1-a")).await.unwrap();
    assert!(take(&bed, &holder("2-b")).await.is_err());
    let dead = ["9-z", "1-a"].map(str::to_owned).to_vec();
    take(&bed, &Holder { dead: dead.clone(), ..holder("2-b") }).await.unwrap();
    assert!(take(&bed, &Holder { dead, ..holder("3-c") }).await.is_err());
}

#[tokio::test]
async fn nothing_is_activated_under_a_lease_that_is_somebody_elses() {
    let bed = Bed::new();
    let [old, new] = ["old", "new"].map(|name| bed.toplevel(name, Switch::Works));
    bed.run_system(&old);
    take(&bed, &holder("1-a")).await.unwrap();
    // Another commit has no rollout for this host; that is no way around it.
    let outside = activate(&bed, &bed.activation("2-b", &new)).await;
    assert!(matches!(refusal(outside), Refusal::RolloutBusy(_)));
    let other = activate(&bed, &leased(&bed, "2-b", &new)).await;
    assert!(is_lost(&refusal(other), true));
    // A person's rollback waits for nobody.
    let rollback = Activation { system: System::PreviousGeneration, ..bed.activation("3-c", "") };
    let none = refusal(activate(&bed, &rollback).await).to_string();
    assert!(none.starts_with("its system profile has no generation before its current one"), "{none}");
    activate(&bed, &leased(&bed, "1-a", &new)).await.unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);

    // It slept, and somebody else came and went: it neither goes on nor back.
    let_lease_end(&bed);
    take(&bed, &holder("4-d")).await.unwrap();
    free(&bed, "4-d", Left::Open).await.unwrap();
    let back = activate(&bed, &undo(&bed, ["5-e", "1-a", "1-a"])).await;
    assert!(is_lost(&refusal(back), false));
    assert_eq!(bed.end("1-a").await.current, Some(new));
}

#[tokio::test]
async fn a_host_goes_back_to_what_its_own_record_says() {
    let bed = Bed::new();
    let [old, new, newer] = ["old", "new", "newer"].map(|name| bed.toplevel(name, Switch::Works));
    bed.run_system(&old);
    assert_eq!(take(&bed, &holder("1-a")).await.unwrap(), None);
    activate(&bed, &leased(&bed, "1-a", &new)).await.unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);
    free(&bed, "1-a", Left::Open).await.unwrap();

    // A later run of the same plan is told which deployment to undo; one of another plan is not.
    let mut later = holder("2-b");
    later.digest = "d2".to_owned();
    assert_eq!(take(&bed, &later).await.unwrap(), None);
    later.digest = "d1".to_owned();
    let undoable = take(&bed, &later).await.unwrap();
    assert_eq!(undoable.as_deref(), Some("1-a"));
    for unknown in ["9-z", "2-b"] {
        let asked = activate(&bed, &undo(&bed, ["3-c", "2-b", unknown])).await;
        assert!(refusal(asked).to_string().contains("do not say what ran before"), "{unknown}");
    }
    activate(&bed, &undo(&bed, ["3-c", "2-b", "1-a"])).await.unwrap();
    let status = bed.end("3-c").await;
    assert_eq!((status.phase, status.current), (Phase::Confirmed, Some(old.clone())));
    assert_eq!(bed.profile_history(), ["old", "new", "old"]);
    assert_eq!(take(&bed, &later).await.unwrap(), None, "it rolled back");

    // What somebody deployed since is not undone.
    free(&bed, "2-b", Left::Open).await.unwrap();
    take(&bed, &holder("4-d")).await.unwrap();
    activate(&bed, &leased(&bed, "4-d", &new)).await.unwrap();
    bed.end("4-d").await;
    free(&bed, "4-d", Left::Open).await.unwrap();
    assert_eq!(bed.deploy("5-e", &newer).await.phase, Phase::Confirmed);
    take(&bed, &holder("6-f")).await.unwrap();
    let asked = activate(&bed, &undo(&bed, ["7-g", "6-f", "4-d"])).await;
    assert!(refusal(asked).to_string().contains("do not say what ran before"));
}

#[tokio::test]
async fn what_a_rollout_changed_is_settled_when_it_ends() {
    let bed = Bed::new();
    let [old, new] = ["old", "new"].map(|name| bed.toplevel(name, Switch::Works));
    bed.run_system(&old);
    take(&bed, &holder("1-a")).await.unwrap();
    activate(&bed, &leased(&bed, "1-a", &new)).await.unwrap();
    bed.end("1-a").await;
    free(&bed, "1-a", Left::Ended).await.unwrap();
    assert_eq!(take(&bed, &holder("2-b")).await.unwrap(), None);
}

#[tokio::test]
async fn a_first_system_and_a_failed_one_leave_nothing_to_undo() {
    let bed = Bed::new();
    let [first, bad] =
        [("first", Switch::Works), ("bad", Switch::Fails(1))].map(|(name, switch)| bed.toplevel(name, switch));
    let ann = holder("1-a");
    take(&bed, &ann).await.unwrap();
    activate(&bed, &leased(&bed, "1-a", &first)).await.unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);
    assert_eq!(take(&bed, &ann).await.unwrap(), None);
    free(&bed, "1-a", Left::Open).await.unwrap();
    take(&bed, &holder("2-b")).await.unwrap();
    activate(&bed, &leased(&bed, "2-b", &bad)).await.unwrap();
    assert_eq!(bed.end("2-b").await.phase, Phase::RolledBack);
    assert_eq!(take(&bed, &holder("2-b")).await.unwrap(), None);
}

#[tokio::test]
async fn only_who_has_the_lease_writes_the_record() {
    let bed = Bed::new();
    take(&bed, &holder("1-a")).await.unwrap();
    wait(&bed, "web", "1-a", "d1", Some(&waiting("d1", 1))).await.unwrap();
    let_lease_end(&bed);
    take(&bed, &holder("2-b")).await.unwrap();
    wait(&bed, "web", "2-b", "d2", Some(&waiting("d2", 1))).await.unwrap();
    approve(&bed, "web", &approval("d2", None)).await.unwrap();
    let before = read(&bed, "web").await.unwrap();
    let lost = refusal(wait(&bed, "web", "1-a", "d1", Some(&waiting("d1", 2))).await);
    assert!(is_lost(&lost, true));
    let lost = refusal(wait(&bed, "web", "1-a", "", None).await);
    assert!(is_lost(&lost, true));
    assert_eq!(read(&bed, "web").await.unwrap(), before);
    // Nor without any.
    free(&bed, "2-b", Left::Open).await.unwrap();
    assert!(wait(&bed, "web", "2-b", "d2", Some(&waiting("d2", 1))).await.is_err());
    assert!(wait(&bed, "web", "", "", None).await.is_err());
    assert_eq!(read(&bed, "web").await.unwrap(), before);
}

#[tokio::test]
async fn an_approval_is_of_one_plan() {
    let bed = Bed::new();
    take(&bed, &holder("1-a")).await.unwrap();
    let (first, second) = (approval("d1", Some("U1NIU0lH")), approval("d2", None));
    let none = approve(&bed, "web", &first).await;
    assert_eq!(refusal(none), Refusal::NotPaused);
    wait(&bed, "web", "1-a", "d1", Some(&waiting("d1", 1))).await.unwrap();
    assert_eq!(read(&bed, "web").await.unwrap().approval, None);
    let other = approve(&bed, "web", &second).await;
    assert_eq!(refusal(other), Refusal::NotPaused);
    approve(&bed, "web", &first).await.unwrap();
    assert_eq!(read(&bed, "web").await.unwrap().approval, Some(first.clone()));
    // The wait is over. Somebody who comes back with the same plan finds it approved; with another one, not.
    wait(&bed, "web", "1-a", "d1", None).await.unwrap();
    let Document { waiting: is, approval } = read(&bed, "web").await.unwrap();
    assert_eq!((is, approval), (None, Some(first)));
    wait(&bed, "web", "1-a", "d2", Some(&waiting("d2", 1))).await.unwrap();
    let left = read(&bed, "web").await.unwrap();
    assert_eq!(left.approval, None);
    let left = left.waiting.unwrap();
    assert_eq!((left.digest.as_str(), left.batch), ("d2", 1));
    // Its end leaves nothing.
    approve(&bed, "web", &second).await.unwrap();
    wait(&bed, "web", "1-a", "", None).await.unwrap();
    assert_eq!(read(&bed, "web").await.unwrap(), Document::default());
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_refused() {
    let bed = Bed::new();
    for name in ["", "..", "a/b", ".a"] {
        assert!(read(&bed, name).await.is_err(), "{name}");
    }
}
