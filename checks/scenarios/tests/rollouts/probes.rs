//! The programs of checks, one of each kind, on a machine where they succeed and where they do not.

use netlib_scenarios::{Network, Site, assert_says};

const CHECKS: &str = r#"
  nodes.deployer.target.local = true;
  nodes.deployer.checks = {
    unit.unit = "subject.service";
    unit.failureThreshold = 2;
    exec.exec = { script = "read -r word < /root/word; echo \"the word is $word\"; [ \"$word\" = good ]"; };
    http.httpGet = { port = 8080; path = "/health?all=1"; headers.Host = "shop"; statusCodes = [ 200 204 ]; };
    tcp.tcpSocket.port = 8080;
    booted.booted = true;
  };
"#;

/// A server that says what is in a file, and writes down what it was asked.
const SERVER: &str = r#"#!/bin/sh
while IFS= read -r line; do
  line=$(printf %s "$line" | tr -d '\r')
  [ -n "$line" ] || break
  echo "$line" >> /root/request
done
printf 'HTTP/1.0 %s Answer\r\nContent-Length: 0\r\n\r\n' "$(cat /root/status)"
"#;

/// Runs a probe; whether it was content, and its last line.
fn probe(site: &Site, name: &str) -> (bool, String) {
    let output =
        site.exec("deployer", &format!("NETLIB_CHECK_STATE=/root/state /root/programs/bin/check-deployer.{name}"));
    let last = output.stdout.lines().last().unwrap_or_default().to_owned();
    assert_eq!(output.stderr, "", "probes speak on one stream");
    (output.success(), last)
}

fn assert_unhealthy(site: &Site, name: &str, why: &[&str]) {
    let (healthy, text) = probe(site, name);
    assert!(!healthy, "{name}: {text}");
    assert_says(&text, why);
}

fn assert_healthy(site: &Site, name: &str) {
    let (healthy, text) = probe(site, name);
    assert!(healthy, "{name}: {text}");
}

#[test]
fn each_kind_of_probe_tells_health_from_its_lack() {
    let site = Site::up(&[]);
    site.write(&Network::of(&["deployer"]).with(CHECKS));
    site.must("nix build -o /root/programs .#netlibConfigurations.default.programs.deployer");
    site.exec_must("deployer", "mkdir -p /root/state");

    assert_healthy(&site, "booted");
    site.exec_must("deployer", "echo bad > /root/word");
    assert_unhealthy(&site, "exec", &["the word is bad"]);
    site.exec_must("deployer", "echo good > /root/word");
    assert_healthy(&site, "exec");

    assert_unhealthy(&site, "tcp", &["TCP localhost:8080: Connection refused"]);
    assert_unhealthy(&site, "http", &["localhost", "8080"]);
    let bed = site.bed.deployer();
    bed.write_file("/root/server", SERVER).expect("the server");
    site.exec_must(
        "deployer",
        "cd /run/systemd/system; chmod +x /root/server; echo 204 > /root/status; \
         printf '[Socket]\\nListenStream=8080\\nAccept=yes\\n' > server.socket; \
         printf '[Service]\\nExecStart=/root/server\\nStandardInput=socket\\nStandardError=journal\\n' > server@.service; \
         systemctl daemon-reload; systemctl start server.socket",
    );
    assert_healthy(&site, "tcp");
    assert_healthy(&site, "http");
    let request = site.exec_must("deployer", "cat /root/request");
    assert_says(&request, &["GET /health?all=1 HTTP/1.1", "Host: shop"]);
    site.exec_must("deployer", "echo 302 > /root/status");
    assert_unhealthy(
        &site,
        "http",
        &["GET http://localhost:8080/health?all=1: answered with status 302, not with 200, 204"],
    );

    unit(&site);
}

/// Active, not restarted, and nothing else failed meanwhile.
fn unit(site: &Site) {
    assert_unhealthy(site, "unit", &["subject.service is inactive"]);
    site.exec_must(
        "deployer",
        "systemd-run --quiet --unit=subject --property=Restart=always --property=RestartSec=0 sleep infinity",
    );
    // What had failed before does not count.
    site.exec("deployer", "systemd-run --quiet --wait --unit=old false");
    assert_healthy(site, "unit");
    assert_healthy(site, "unit");

    site.exec_must("deployer", "systemctl kill --signal=KILL subject");
    site.wait_until(
        "deployer",
        "subject was restarted",
        "[ \"$(systemctl show -P NRestarts subject)\" = 1 ] && systemctl -q is-active subject",
    );
    for _ in 0..2 {
        assert_unhealthy(site, "unit", &["subject.service was restarted"]);
    }
    assert_healthy(site, "unit");

    site.exec("deployer", "systemd-run --quiet --wait --unit=new false");
    assert_unhealthy(site, "unit", &["new.service failed"]);
    site.exec_must("deployer", "systemctl reset-failed new");
    assert_healthy(site, "unit");
}
