//! The input of a command counts only when its producer ended well, whatever way netlib has to root.

use netlib_scenarios::{Network, Site, assert_says};

use super::{HOSTS, site};

/// A plan with one step whose input is made by these lines.
fn network(user: &str, program: &str) -> Network {
    let user = format!("nodes.alpha.target.user = \"{user}\";");
    let plan = format!(
        "plans.send = {{ description = \"Send something\"; requests = [ {{ deploy = false; }} ];
           steps.send = {{ kind = \"command\"; on = \"alpha\"; input.program = ''{program}'';
             command = ''id -u >/root/user; cat >/root/new; sleep 1; mv /root/new /root/sent''; }}; }};"
    );
    Network::of(&HOSTS).with(&user).with(&plan)
}

fn sent(site: &Site) -> String {
    site.exec_must("alpha", "cat /root/sent 2>/dev/null | sha256sum; cat /root/user; rm -f /root/sent /root/user")
}

#[test]
fn an_input_that_is_not_complete_counts_for_nothing() {
    let site = site();
    site.write(&network("root", "seq 100000; exit 3"));
    let (status, text) = site.netlib("run send --on alpha");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["the program that makes the input ended with status 3"]);
    // Longer than the command would take after the end of its input.
    site.exec_must("alpha", "sleep 2; test ! -e /root/sent && ! pgrep -f 'plan-send[.]send' && rm -f /root/new");

    // Nor does it end where what passes it on is ended.
    site.write(&network("root", "seq 100000; sleep 600"));
    let run = site.start("run send --on alpha");
    site.wait_until("alpha", "the command reads", "test -s /root/new");
    site.exec_must("alpha", "pkill -TERM -o -f 'bin/plan-send[.]send'");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    site.exec_must("alpha", "sleep 2; test ! -e /root/sent && ! pgrep -f 'plan-send[.]send'");

    site.write(&network("root", "seq 100000"));
    site.netlib_must("run send --on alpha");
    let wanted = site.must("seq 100000 | sha256sum");
    assert_eq!(sent(&site), format!("{wanted}0"));
}

#[test]
fn sudo_with_and_without_a_password_leads_there_too() {
    let site = site();
    // What makes the input goes there as root by itself, too, and so do git and nix.
    let producer = r#"
        set -e
        export GIT_SSH_COMMAND="ssh -F $NETLIB_SSH_CONFIG" NIX_SSHOPTS="-F $NETLIB_SSH_CONFIG"
        ssh -F "$NETLIB_SSH_CONFIG" alpha id -u >/root/whose
        seq 300000 | ssh -F "$NETLIB_SSH_CONFIG" alpha sha256sum >/root/carried
        git push -q alpha:/root/site.git HEAD:refs/heads/pushed
        nix --extra-experimental-features nix-command copy --to ssh://alpha "$(cat /root/path)"
        seq 100000"#;
    site.write(&network("admin", producer));
    let wanted = site.must("seq 100000 | sha256sum");
    let went = |site: &Site, arguments: &str| {
        let path = site.must("date +%N >/root/something; nix-store --add /root/something | tee /root/path");
        site.exec_must("alpha", "rm -rf /root/site.git && git init -q --bare /root/site.git");
        site.netlib_must(&format!("run {arguments} send --on alpha"));
        assert_eq!(sent(site), format!("{wanted}0"));
        assert_eq!(site.must("cat /root/whose"), "0\n");
        assert_eq!(site.must("cat /root/carried"), site.must("seq 300000 | sha256sum"));
        site.exec_must("alpha", "git -C /root/site.git rev-parse -q --verify refs/heads/pushed");
        site.exec_must("alpha", &format!("nix-store --check-validity {path}"));
    };
    went(&site, "");

    site.exec_must(
        "alpha",
        "echo 'admin:secret-word' | chpasswd && echo 'admin ALL=(ALL:ALL) ALL' >/etc/sudoers.d/admin",
    );
    site.must("umask 077; echo secret-word >/root/password");
    went(&site, "--sudo-password-file /root/password");
    site.exec_must(
        "alpha",
        "! ls -d /run/netlib-sshd.* /dev/shm/netlib-* /run/user/*/netlib-* 2>/dev/null; ! pgrep -f '[s]shd -i'",
    );
}
