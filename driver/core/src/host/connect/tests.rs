//! What real OpenSSH (9.2 to 10.0) says, and what people read.

use proptest::prelude::*;

use super::*;
use crate::fuzz;

fn target() -> Target {
    Target {
        host: "alpha.example.org".to_owned(),
        user: Some("root".to_owned()),
        port: None,
        ssh_options: Vec::new(),
        local: false,
        previous: None,
    }
}

fn headline(stderr: &str) -> &'static str {
    ConnectFailure::recognise(&target(), stderr).known[1]
}

const CHANGED: &str = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
The fingerprint for the ED25519 key sent by the remote host is\r
SHA256:zFruW6Y6pOHdmI2N3Jk075oI9HuYv6xX7zEA4ZTyF40.\r
Offending ED25519 key in /root/.ssh/known_hosts:2\r
Host key for [alpha.example.org]:2222 has changed and you have requested strict checking.\r
Host key verification failed.\r
";

#[test]
fn a_host_that_answers_is_not_offline() {
    let target = target();
    for (stderr, is_silence) in [
        ("ssh: connect to host a port 22: Connection refused", true),
        ("ssh: connect to host a port 22: No route to host", true),
        ("ann@a: Permission denied (publickey).", false),
        ("Host key verification failed.", false),
    ] {
        let failure = ConnectFailure::recognise(&target, stderr);
        assert_eq!(failure.is_silence(), is_silence, "{stderr}");
    }
}

#[test]
fn a_changed_key_comes_with_the_command_that_forgets_the_old_one() {
    let target = Target { port: Some(2222), ..target() };
    let failure = ConnectFailure::recognise(&target, CHANGED);
    insta::assert_snapshot!(failure, @r"
    root@alpha.example.org:2222: its host key is not the one on record (the machine was reinstalled, or somebody is in between)
      ssh said:
        @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
        @    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
        @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
        The fingerprint for the ED25519 key sent by the remote host is
        SHA256:zFruW6Y6pOHdmI2N3Jk075oI9HuYv6xX7zEA4ZTyF40.
        Offending ED25519 key in /root/.ssh/known_hosts:2
        Host key for [alpha.example.org]:2222 has changed and you have requested strict checking.
        Host key verification failed.
      help: find out why the key changed. Only if that is in order, forget the old key and accept the new one:
        ssh-keygen -f /root/.ssh/known_hosts -R '[alpha.example.org]:2222'
        ssh -l root -p 2222 alpha.example.org
    ");
}

#[test]
fn an_unknown_key() {
    let stderr = "No ED25519 host key is known for alpha.example.org and you have requested strict checking.\r\nHost key verification failed.\r\n";
    insta::assert_snapshot!(ConnectFailure::recognise(&target(), stderr), @r"
    root@alpha.example.org: its host key is not known here
      ssh said:
        No ED25519 host key is known for alpha.example.org and you have requested strict checking.
        Host key verification failed.
      help: log in once by hand and compare the fingerprint with the machine's own:
        ssh -l root alpha.example.org
    ");
}

#[test]
fn a_user_who_may_not_log_in() {
    let target = Target { user: Some("nobody".to_owned()), ..target() };
    let stderr = "nobody@alpha.example.org: Permission denied (publickey).\r\n";
    insta::assert_snapshot!(ConnectFailure::recognise(&target, stderr), @r"
    nobody@alpha.example.org: permission denied: it accepts none of the keys at hand for this user
      ssh said:
        nobody@alpha.example.org: Permission denied (publickey).
      help: check `target.user`, and that the user's authorized keys on the host hold your public key. By hand:
        ssh -l nobody alpha.example.org
    ");
}

#[test]
fn a_name_that_does_not_resolve() {
    let stderr = "ssh: Could not resolve hostname alpha.example.org: Name or service not known\r\n";
    insta::assert_snapshot!(ConnectFailure::recognise(&target(), stderr), @r#"
    root@alpha.example.org: its name does not resolve
      ssh said:
        ssh: Could not resolve hostname alpha.example.org: Name or service not known
      help: check `target.host` (now "alpha.example.org") for typing errors, and the name service of this machine
    "#);
}

#[test]
fn a_machine_that_is_off() {
    let stderr = "ssh: connect to host alpha.example.org port 22: Connection timed out\r\n";
    insta::assert_snapshot!(ConnectFailure::recognise(&target(), stderr), @r#"
    root@alpha.example.org: it does not answer in time
      ssh said:
        ssh: connect to host alpha.example.org port 22: Connection timed out
      help: check that the machine is on, that "alpha.example.org" is its address, and that no firewall is in between
    "#);
}

#[test]
fn options_that_ssh_does_not_know() {
    let stderr = "command-line: line 0: Bad configuration option: bogus\r\n";
    insta::assert_snapshot!(ConnectFailure::recognise(&target(), stderr), @r#"
    root@alpha.example.org: ssh does not understand its options
      ssh said:
        command-line: line 0: Bad configuration option: bogus
      help: correct `target.sshOptions`: words as on ssh's command line, such as [ "-o" "ProxyJump=gate" ]
    "#);
}

#[test]
fn other_sorts() {
    for (stderr, headline_begins) in [
        ("ssh: connect to host a port 22: Connection refused", "it refuses"),
        ("ssh: connect to host a port 22: No route to host", "there is no route"),
        ("ssh: connect to host a port 22: Network is unreachable", "there is no route"),
        ("Connection timed out during banner exchange", "it does not answer"),
        ("kex_exchange_identification: read: Connection reset by peer", "it closed"),
        ("Connection closed by 10.0.0.2 port 22", "it closed"),
        ("root@a: Too many authentication failures", "permission denied"),
        ("something new", "ssh failed"),
    ] {
        assert!(headline(stderr).starts_with(headline_begins), "{stderr}");
    }
    assert!(ConnectFailure::timed_out(&target(), "").may_pass());
}

#[test]
fn addresses_with_colons_are_readable() {
    let target = Target { host: "fd00::2".to_owned(), port: Some(2222), user: None, ..target() };
    assert_eq!(address(&target), "[fd00::2]:2222");
}

proptest! {
    #![proptest_config(fuzz::config())]

    #[test]
    fn fuzz_whatever_ssh_passes_on_is_recognised_as_something(
        begin in fuzz::bytes(),
        words in prop::sample::select(vec!["", "REMOTE HOST IDENTIFICATION HAS CHANGED\nOffending ", " key in ", "timed out", "Permission denied ("]),
        end in fuzz::bytes(),
    ) {
        let stderr = format!("{}{words}{}", crate::text::clean(&begin), crate::text::clean(&end));
        let failure = ConnectFailure::recognise(&target(), &stderr);
        prop_assert!(failure.to_string().contains("help:"));
    }
}
