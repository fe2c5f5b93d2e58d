//! Facts gathered and evaluated in one run.

use netlib_scenarios::assert_says;

use super::{HOSTS, network, site};

#[test]
fn facts_are_gathered_and_evaluated_in_one_run() {
    let site = site();
    site.write(&network("Facts gathered and evaluated in one run"));
    let text = site.netlib_must("run enrol");
    assert_says(&text, &["2 of 2 nodes active"]);
    for host in HOSTS {
        site.assert_active(host);
        let id = site.exec_must(host, "cat /etc/machine-id");
        for other in HOSTS {
            let toplevel = site.toplevel(other);
            assert_eq!(site.exec_must(other, &format!("cat {toplevel}/etc/machines/{host}")), id);
        }
    }
}

#[test]
fn what_a_host_says_is_checked_before_anybody_uses_it() {
    let site = site();
    site.write(&network("Facts gathered and evaluated in one run"));
    site.exec_must("beta", "echo '\"; touch /root/pwned; \"' >/etc/machine-id");
    let (status, text) = site.netlib("run enrol");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["step `ask-beta`", "it said a record that is none"]);
    site.must("test ! -e machines.json && test ! -e /root/pwned");
    for host in HOSTS {
        assert_eq!(site.systems(host), (String::new(), String::new()), "{host}");
    }
}
