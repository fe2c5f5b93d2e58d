//! Who says what is not true, or comes where he does not belong. Each finds out nothing and changes nothing.

use netlib_scenarios::{Site, assert_says};

use crate::desk;

/// Waits until the server has rejected something for this reason.
fn rejected(site: &Site, why: &str) {
    let line = format!("journalctl --no-pager -u netlib-status-page | grep -F -e 'rejected: {why}'");
    site.wait_until("watch", &format!("it is rejected: {why}"), &line);
}

pub fn attack_a_person_in_the_network_without_a_key(site: &Site) {
    let put = |words: &str| desk::ask(site, &format!("{words} {}", desk::at("statement")));
    for (words, status) in [
        ("", "403"),
        ("--request POST --data x", "403"),
        ("--request DELETE", "403"),
        ("--request MKCOL", "403"),
        ("--upload-file /usr/bin/bash", "413"),
        ("--upload-file /etc/hostname --header 'Content-Range: bytes 0-1/2'", "501"),
    ] {
        let answer = put(words);
        assert!(answer.starts_with(status), "{words}: {answer}");
    }
    for (path, status) in [
        ("statement/x", "404"),
        ("state.prom", "404"),
        ("arriving/", "404"),
        ("static/", "403"),
        ("static../server.nix", "404"),
        ("machines/", "403"),
        ("%2e%2e/spool/", "400"),
        ("age.html", "404"),
    ] {
        let answer = desk::ask(site, &format!("--path-as-is {}", desk::at(path)));
        assert!(answer.starts_with(status), "{path}: {answer}");
    }
    // Nothing but that path takes anything.
    for words in ["--request PUT --data x", "--request POST --data x", "--request DELETE"] {
        let answer = desk::ask(site, &format!("{words} {}", desk::at("index.html")));
        assert!(answer.starts_with("403") || answer.starts_with("405"), "{words}: {answer}");
    }
    // Who comes from elsewhere sees nothing.
    let ipv6 = site.bed.host("watch").ipv6().unwrap_or_else(|error| panic!("{error}"));
    let answer = desk::ask(site, &format!("'https://[{ipv6}]:8443/'"));
    assert!(answer.starts_with("403"), "{answer}");

    let headers = site.exec_must("desk", "curl --silent --insecure --head https://page:8443/");
    let words = ["default-src 'none'", "frame-ancestors 'none'", "nosniff", "no-referrer", "no-cache"];
    assert_says(&headers, &words);

    // Rubbish is taken, and thrown away; who sends too much of it is held up, and nobody else.
    assert!(put("--upload-file /etc/hostname").starts_with("201"));
    rejected(site, "it has no SSH signature");
    let flood = "seq 60 | xargs -P 8 -n 1 sh -c 'curl --silent --insecure --output /dev/null --write-out \"%{http_code}\\n\" \
         --upload-file /etc/hostname https://page:8443/statement' | sort | uniq -c";
    assert_says(&site.exec_must("desk", flood), &["429"]);
    let empty = "test -z \"$(find /run/netlib-status-page/spool -type f)\"";
    site.wait_until("watch", "the spool is empty", empty);
}

pub fn attack_a_user_of_the_server(site: &Site) {
    for line in [
        "cat /run/netlib-status-page/pages/state.json",
        "ls /run/netlib-status-page/spool",
        "touch /run/netlib-status-page/spool/x",
        "touch /run/netlib-status-page/metrics/x.prom",
        "ls /var/lib/netlib-status-page/",
        "cat /var/lib/netlib-status-page-tls/key.pem",
    ] {
        let output = site.exec("watch", &format!("setpriv --reuid=admin --regid=admin --clear-groups {line}"));
        assert!(!output.success(), "{line}: {}", output.stdout);
    }
    // nginx, which reads what anybody sends, has what the page shows, and nothing of what is believed.
    let line = "setpriv --reuid=www-data --regid=www-data --init-groups cat /var/lib/netlib-status-page/web1.statement";
    assert!(!site.exec("watch", line).success());
}

/// Tools of root on web1, with its own key.
const TOOLS: &str = r#"
program=$(systemctl show --property=ExecStart --value netlib-status-page-node | sed 's/.*path=\([^ ;]*\).*/\1/')
statement=$(sed -n 's/.* statement=\([^ ]*\)$/\1/p' "$program" | head -n 1)
network=$(sed -n 's/.* network=\([^ ]*\) .*/\1/p' "$program" | head -n 1)
key=/etc/ssh/ssh_host_ed25519_key
make() { printf '%s' "$2" | "$statement" make status --network "$network" --node "$1" --key "$key"; }
sign() { printf '%s\n' "$1"; printf '%s\n' "$1" | ssh-keygen -Y sign -q -f "$key" -n "netlib-status@$network"; }
send() { curl --silent --insecure --fail --upload-file - "$(grep -o "https://[^ ']*/statement" "$program" | head -n 1)"; }
"#;

fn lie(site: &Site, line: &str) {
    site.bed.host("web1").write_file("/root/tools", TOOLS).unwrap_or_else(|error| panic!("{error}"));
    site.exec_must("web1", &format!("set -eu; . /root/tools; {line}"));
}

pub fn attack_a_node_that_lies(site: &Site) {
    // Its own old statement, another one's name, a key of nobody, a document that it has changed.
    site.exec_must("web1", "systemctl stop netlib-status-page-node.timer netlib-status-page-node.path; sleep 1; cp /run/netlib-status-page-node/statement /root/old");
    lie(site, "make web1 '{}' | send; send < /root/old");
    rejected(site, "it is not newer than the last one of web1");
    lie(site, "make web2 '{\"failedUnits\":[\"web2-is-broken.service\"]}' | send");
    rejected(site, "it is not signed by the host key of web2");
    lie(site, "ssh-keygen -q -t ed25519 -N '' -f /root/stray; key=/root/stray; make web1 '{}' | send");
    rejected(site, "it is not signed by the host key of web1");
    lie(site, "make web1 '{\"generation\":1}' | sed '1s/\"generation\":1/\"generation\":9/' | send");
    lie(site, "sign \"$(head -c 3000 /dev/zero | tr '\\0' '[')$(head -c 3000 /dev/zero | tr '\\0' ']')\" | send");
    rejected(site, "it is nested too deeply");
    lie(site, "make web1 '{\"system\":\"\\u001b[2J\"}' | send");
    rejected(site, "system has control characters");

    // Markup in every field that takes text, and a say in what is not its own: taken, as it is its own word, and shown as text.
    let evil = r#"<script>document.title="evil"</script><!--#include virtual="/state.json" --><img src=x onerror=1>"#;
    let text = evil.replace('"', "\\\"");
    let fields = format!(
        r#"{{"system":"{text}","planned":"{text}","profile":"{text}","failedUnits":["{text}"],"restart":"{text}",
           "checks":[{{"node":"web1","name":"shop","healthy":false,"reason":"{text}"}},{{"node":"web2","name":"shop","healthy":false,"reason":"web1-slanders-web2"}},{{"node":"web1","name":"made-up","healthy":true}}],
           "commit":{{"id":"abcdef0123","subject":"{text}","by":"x","time":1}},"disks":[{{"mount":"{text}","percent":99}}],"fields":{{"evil":"{text}"}},
           "deployment":{{"phase":"<b>done","by":"{text}","message":"{text}","began":"<b>now","ended":"<b>now"}},
           "rollouts":{{"web":{{"digest":"abc","batch":1,"deployer":"{text}","since":"<b>now"}},"unknown":{{"digest":"abc"}}}}}}"#
    );
    lie(site, &format!("make web1 '{}' | send", fields.replace('\n', " ")));
    desk::wait_for(site, "web1 says it", ".machines[] | select(.name == \"web1\") | .restart | contains(\"script\")");
    for page in ["index.html", "machines/web1.html", "network.html"] {
        let seen = desk::see(site, page);
        assert!(!seen.contains("<title>evil"), "a script of a node ran:\n{seen}");
        assert!(!seen.contains("<img") && !seen.contains("<script>document"), "markup of a node:\n{seen}");
        assert!(!seen.contains("\"offlineAfter\""), "nginx has carried out what a node said:\n{seen}");
    }
    assert_says(&desk::see(site, "index.html"), &["&lt;script&gt;document.title"]);
    assert_says(&site.must("nix run .#command -- page-status 2>&1"), &["<script>document"]);
    let state = desk::ask(site, &desk::at("state.json"));
    for word in ["web2-is-broken", "web1-slanders-web2", "made-up", "\"unknown\": {"] {
        assert!(!state.contains(word), "{word} is believed:\n{state}");
    }
    assert_says(&state, &["\"rejected\": [{"]);
    site.exec_must("web1", "systemctl start netlib-status-page-node.timer netlib-status-page-node.path");
    let healthy = ".machines[] | select(.name == \"web1\") | .state == \"healthy\"";
    desk::wait_for(site, "web1 says the truth again", healthy);
}
