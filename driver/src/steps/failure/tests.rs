//! What people read when a step fails.

use std::os::unix::process::ExitStatusExt;

use super::*;
use crate::host::{ConnectFailure, Refusal};
use crate::plan::Target;

const DRV: &str = "/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv";

fn shown(failure: &StepFailure) -> String {
    match failure.at("alpha", "build:alpha") {
        StepResult::Failed(message) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_builder_that_failed() {
    let failure = StepFailure::Builder {
        headline: format!("builder for '{DRV}' failed with exit code 2"),
        drv: DRV.to_owned(),
        log: "configuring\nlib.c:3: error: no".to_owned(),
        command: "nix build (exit status: 1)".to_owned(),
    };
    insta::assert_snapshot!(shown(&failure), @r"
    node `alpha`, step `build:alpha`: builder for '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv' failed with exit code 2
      the end of its log:
        configuring
        lib.c:3: error: no
      the whole log: nix log /nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv
      command: nix build (exit status: 1)
    ");
}

#[test]
fn nix_that_failed_without_a_word() {
    let failure = StepFailure::Nix {
        doing: "copying to root@alpha".to_owned(),
        said: String::new(),
        command: "nix copy (signal: 9 (SIGKILL))".to_owned(),
    };
    insta::assert_snapshot!(shown(&failure), @r"
    node `alpha`, step `build:alpha`: copying to root@alpha failed
        (nothing)
      command: nix copy (signal: 9 (SIGKILL))
    ");
}

#[test]
fn a_system_that_this_machine_cannot_build() {
    let old = "error: a 'sparc-linux' with features {} is required to build '/nix/store/x.drv', but I am a 'x86_64-linux' with features {}";
    let new = "error: Cannot build '/nix/store/x.drv'.\n       Reason: platform mismatch\n       Required system: 'sparc-linux'";
    for said in [old, new] {
        let failure = StepFailure::Nix {
            doing: "building /nix/store/x.drv".to_owned(),
            said: said.to_owned(),
            command: "nix build (exit status: 1)".to_owned(),
        };
        let shown = shown(&failure);
        let advice = "what to do: this machine cannot build for that system";
        assert!(shown.contains(advice), "{shown}");
    }
}

#[test]
fn an_output_that_is_not_there() {
    let failure = StepFailure::NoOutput {
        drv: DRV.to_owned(),
        out: "/nix/store/x-lib".to_owned(),
        command: "nix build".to_owned(),
    };
    insta::assert_snapshot!(shown(&failure), @r"
    node `alpha`, step `build:alpha`: nix built /nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv without an error, but /nix/store/x-lib is not there
      command: nix build
    ");
}

#[test]
fn a_full_disk() {
    let failure = StepFailure::DiskFull {
        address: "root@alpha".to_owned(),
        disk: "/dev/vda1  200M  200M  4.0K 100% /".to_owned(),
        said: "writing to file: No space left on device".to_owned(),
    };
    insta::assert_snapshot!(shown(&failure), @r"
    node `alpha`, step `build:alpha`: no space left on root@alpha
      file system: /dev/vda1  200M  200M  4.0K 100% /
      what to do: make room there, for example with `nix-collect-garbage -d`, then deploy again; nothing was activated
      nix said:
        writing to file: No space left on device
    ");
}

#[test]
fn a_host_that_is_lost_in_the_middle() {
    let last = HostError::Disconnected {
        address: "root@alpha".to_owned(),
        argv: vec!["sh".to_owned()],
        said: "Connection reset by peer".to_owned(),
    };
    let failure = StepFailure::Lost {
        address: "root@alpha".to_owned(),
        after: Duration::from_secs(300),
        last: Box::new(last),
        record: "/var/lib/netlib/deploys/1-a".to_owned(),
    };
    insta::assert_snapshot!(shown(&failure), @r"
    node `alpha`, step `build:alpha`: root@alpha has not answered for 300 s since the activation began; it goes on there by itself
      last error: the connection to root@alpha broke while this ran: sh
        Connection reset by peer
      what to do: deploy again when the host answers, or look there at /var/lib/netlib/deploys/1-a
    ");
}

#[test]
fn a_full_disk_where_the_state_is_kept() {
    let refusal = Refusal::State {
        disk: "/dev/vda1  200M  200M  0 100% /".to_owned(),
        said: "cat: write error: No space left on device".to_owned(),
    };
    let error = HostError::Refused { address: "root@alpha".to_owned(), refusal: Box::new(refusal) };
    insta::assert_snapshot!(shown(&error.into()), @r"
    node `alpha`, step `build:alpha`: root@alpha: the host could not write down its state; nothing was activated
        cat: write error: No space left on device
      file system: /dev/vda1  200M  200M  0 100% /
      what to do: make room there, for example with `nix-collect-garbage -d`, then deploy again
    ");
}

#[test]
fn a_user_without_sudo() {
    let error =
        HostError::NotPermitted { address: "ann@alpha".to_owned(), said: "sudo: a password is required".to_owned() };
    insta::assert_snapshot!(shown(&error.into()), @r#"
    node `alpha`, step `build:alpha`: ann@alpha: the login user is not root and may not become root with sudo
        sudo: a password is required
      what to do: set `target.user = "root"`, or allow this user sudo on the host (on NixOS: a member of the group wheel)
    "#);
}

#[test]
fn only_a_connection_that_was_never_made_counts_as_offline() {
    let target = Target { host: "a".to_owned(), user: None, port: None, ssh_options: Vec::new(), local: false };
    let failure = ConnectFailure::recognise(&target, "Connection refused");
    let error = HostError::NoConnection { node: "alpha".to_owned(), failure: Box::new(failure) };
    assert!(matches!(StepFailure::from(error).at("alpha", "x"), StepResult::Offline(_)));
    let broke = HostError::Disconnected { address: String::new(), argv: Vec::new(), said: String::new() };
    assert!(matches!(StepFailure::from(broke).at("alpha", "x"), StepResult::Failed(_)));
}

#[test]
fn commands_are_shown_with_their_status() {
    let error = ProcessError::Failed {
        argv: ["nix", "build", "/nix/store/x.drv^out"].map(str::to_owned).to_vec(),
        status: std::process::ExitStatus::from_raw(256),
        stderr_tail: String::new(),
    };
    let line = command_line(&error).unwrap();
    insta::assert_snapshot!(line, @"nix build /nix/store/x.drv'^out' (exit status: 1)");
    assert_eq!(command_line(&ProcessError::not_found("nix")), None);
}
