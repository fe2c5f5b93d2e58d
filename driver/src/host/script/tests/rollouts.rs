//! What deployers agree on about a rollout.

use super::bed::Bed;
use super::rollout::{
    Approval, ChangedNode, Holder, Waiting, approve, end, lock, look, note, pause, resume,
    this_process, unlock,
};
use super::*;

fn holder(nonce: &str, process: &str) -> Holder {
    Holder {
        nonce: nonce.to_owned(),
        deployer: "ann@desk".to_owned(),
        process: process.to_owned(),
    }
}

fn waiting(digest: &str, batch: usize) -> Waiting {
    Waiting {
        digest: digest.to_owned(),
        batch,
        deployer: "ann@desk".to_owned(),
        since: String::new(),
    }
}

async fn refusal_of(bed: &Bed, rollout: &str, holder: &Holder) -> Refusal {
    match lock(bed, rollout, holder, "d1").await {
        Err(HostError::Refused { refusal, .. }) => *refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn one_deployer_at_a_time_has_a_rollout() {
    let bed = Bed::new();
    let (ann, bob) = (holder("1-a", "elsewhere:1"), holder("2-b", "elsewhere:2"));
    lock(&bed, "web", &ann, "d1").await.unwrap();
    assert!(
        matches!(refusal_of(&bed, "web", &bob).await, Refusal::RolloutBusy(held) if held.nonce == "1-a")
    );
    // Renewing is no second lock, and another rollout is another matter.
    lock(&bed, "web", &ann, "d1").await.unwrap();
    lock(&bed, "db", &bob, "d1").await.unwrap();
    assert_eq!(
        look(&bed, "web").await.unwrap().held.unwrap().deployer,
        "ann@desk"
    );
    // Only the holder gives it back.
    unlock(&bed, "web", "2-b").await.unwrap();
    assert!(look(&bed, "web").await.unwrap().held.is_some());
    unlock(&bed, "web", "1-a").await.unwrap();
    lock(&bed, "web", &bob, "d1").await.unwrap();
}

#[tokio::test]
async fn the_lock_of_a_deployer_that_is_gone_is_free() {
    let bed = Bed::new();
    let boot = this_process().rsplit_once(':').unwrap().0.to_owned();
    let killed = holder("1-a", &format!("{boot}:4194305"));
    lock(&bed, "web", &killed, "d1").await.unwrap();
    lock(&bed, "web", &holder("2-b", &this_process()), "d1")
        .await
        .unwrap();
    // Renewed by nobody for longer than its lease: moved back in time.
    let path = bed.path("var/lib/netlib/rollouts/web/lock");
    let text = std::fs::read_to_string(&path).unwrap();
    let until = text
        .lines()
        .find(|line| line.starts_with("until="))
        .unwrap();
    std::fs::write(&path, text.replace(until, "until=1")).unwrap();
    assert_eq!(look(&bed, "web").await.unwrap().held, None);
    lock(&bed, "web", &holder("3-c", "elsewhere:1"), "d1")
        .await
        .unwrap();
}

#[tokio::test]
async fn an_approval_is_of_one_plan() {
    let bed = Bed::new();
    lock(&bed, "web", &holder("1-a", "elsewhere:1"), "d1")
        .await
        .unwrap();
    let none = approve(&bed, "web", "d1", "bob@home").await;
    assert!(
        matches!(none, Err(HostError::Refused { refusal, .. }) if *refusal == Refusal::NotPaused)
    );
    assert_eq!(
        pause(&bed, "web", &waiting("d1", 1))
            .await
            .unwrap()
            .approval,
        None
    );
    let other = approve(&bed, "web", "d2", "bob@home").await;
    assert!(other.is_err());
    approve(&bed, "web", "d1", "bob@home").await.unwrap();
    let approval = Approval {
        digest: "d1".to_owned(),
        batch: 1,
        by: "bob@home".to_owned(),
    };
    assert_eq!(
        look(&bed, "web").await.unwrap().approval,
        Some(approval.clone())
    );
    resume(&bed, "web").await.unwrap();
    // Somebody who comes back to this pause with the same plan finds it approved; with another one, not.
    assert_eq!(
        pause(&bed, "web", &waiting("d1", 1))
            .await
            .unwrap()
            .approval,
        Some(approval)
    );
    assert_eq!(
        pause(&bed, "web", &waiting("d2", 1))
            .await
            .unwrap()
            .approval,
        None
    );
    let left = look(&bed, "web").await.unwrap().waiting.unwrap();
    assert_eq!((left.digest.as_str(), left.batch), ("d2", 1));
}

#[tokio::test]
async fn what_was_changed_is_remembered_for_the_same_plan() {
    let bed = Bed::new();
    let ann = holder("1-a", "elsewhere:1");
    assert_eq!(lock(&bed, "web", &ann, "d1").await.unwrap(), []);
    let changed = [ChangedNode {
        node: "alpha".to_owned(),
        generation: Some(3),
        toplevel: Some("/nix/store/1-old".to_owned()),
    }];
    note(&bed, "web", "d1", &changed).await.unwrap();
    assert_eq!(lock(&bed, "web", &ann, "d1").await.unwrap(), changed);
    assert_eq!(lock(&bed, "web", &ann, "d2").await.unwrap(), []);
    end(&bed, "web").await.unwrap();
    assert_eq!(lock(&bed, "web", &ann, "d1").await.unwrap(), []);
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_refused() {
    let bed = Bed::new();
    for name in ["", "..", "a/b", ".a"] {
        assert!(look(&bed, name).await.is_err(), "{name}");
    }
}
