//! What people read when a step fails.

use super::*;
use crate::host::script::Reason;
use crate::host::{ConnectFailure, Refusal};
use crate::plan::Target;

fn shown(failure: &StepFailure) -> String {
    match failure.at(Some("alpha"), "build:alpha") {
        StepResult::Failed(message) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_disk_where_the_state_is_kept() {
    let reason = Reason {
        why: "the host could not write down its state; nothing was activated".to_owned(),
        help: Some("make room there, for example with `nix-collect-garbage -d`, then deploy again".to_owned()),
        disk: Some("/dev/vda1  200M  200M  0 100% /".to_owned()),
        stderr: "cat: write error: No space left on device".to_owned(),
    };
    let error = HostError::Refused { address: "root@alpha".to_owned(), refusal: Box::new(Refusal::Because(reason)) };
    insta::assert_snapshot!(shown(&error.into()), @r"
    node `alpha`, step `build:alpha`: root@alpha: the host could not write down its state; nothing was activated
        cat: write error: No space left on device
      file system: /dev/vda1  200M  200M  0 100% /
      help: make room there, for example with `nix-collect-garbage -d`, then deploy again
    ");
}

#[test]
fn a_user_without_sudo() {
    let error = HostError::not_permitted("ann@alpha", "sudo: a password is required");
    insta::assert_snapshot!(shown(&error.into()), @r#"
    node `alpha`, step `build:alpha`: ann@alpha: the login user is not root and may not become root with sudo
        sudo: a password is required
      help: set `target.user = "root"`, or allow this user sudo on the host (on NixOS: a member of the group wheel)
    "#);
}

#[test]
fn only_a_connection_that_was_never_made_counts_as_offline() {
    let target =
        Target { host: "a".to_owned(), user: None, port: None, ssh_options: Vec::new(), local: false, previous: None };
    let failure = ConnectFailure::recognise(&target, "Connection refused");
    let error = HostError::NoConnection(failure.into());
    assert!(matches!(StepFailure::from(error).at(Some("alpha"), "x"), StepResult::Offline(_)));
    let broke = HostError::Disconnected("it broke".to_owned());
    assert!(matches!(StepFailure::from(broke).at(Some("alpha"), "x"), StepResult::Failed(_)));
}
