//! Monitoring with real Prometheus: over a mesh, what it is told of the systems, and the alerts that it raises.

use netlib_scenarios::{Network, Site, assert_says};

/// Two instances that ask the same nodes: main of watch, second of web.
fn network() -> Network {
    Network::of(&["watch", "web"]).with_mesh("\"10.10.0.0/24\"", &["watch", "web"]).importing("monitoring").with(
        "rollout.timing.minHealthyTime = 1;
             monitoring.main = { servers = [ \"watch\" ]; interval = \"1s\"; alerts.downFor = \"1s\"; };
             monitoring.second = { servers = [ \"web\" ]; interval = \"1s\"; };",
    )
}

/// Asks the Prometheus of a host until an expression is true of something; what it is true of.
fn ask(site: &Site, host: &str, expression: &str) -> String {
    // The very answer that was true: the next one may not be, when an exporter was slow.
    let line = format!(
        "promtool query instant http://localhost:9090 '{expression}' > /run/answer && grep -q '=>' /run/answer"
    );
    site.wait_until(host, expression, &line);
    site.exec_must(host, "cat /run/answer")
}

#[test]
fn prometheus_asks_over_the_mesh_and_raises_alerts() {
    let site = Site::up(&["watch", "web"]);
    site.write(&network());
    // Makes directories below /var/lib/netlib, in which the exporter must not look for anything.
    site.gather();
    site.netlib_must("deploy");

    for (server, target) in [("watch", "web"), ("web", "watch")] {
        let text = ask(&site, server, &format!("up{{node=\"{target}\",network=\"wireguard-mesh-wg0\"}} == 1"));
        assert_says(&text, &["instance=\"10.10.0."]);
    }

    // Which system runs, as the deployment confirmed it.
    site.exec_must("web", "systemctl start netlib-system-metrics");
    let text = ask(&site, "watch", "netlib_system_info{node=\"web\"}");
    let toplevel = site.toplevel("web");
    let toplevel = toplevel.trim_start_matches("/nix/store/");
    assert_says(&text, &[&format!("toplevel=\"{toplevel}\"")]);
    ask(&site, "watch", "netlib_system_is_profile{node=\"web\"} == 1 and on(node) netlib_system_generation == 1");

    // Another system would boot than the one that runs.
    site.exec_must("web", "ln -sfn / /nix/var/nix/profiles/system && systemctl start netlib-system-metrics");
    ask(&site, "watch", "ALERTS{alertname=\"OtherSystemAtBoot\",node=\"web\"}");

    let broken = site.exec("web", "systemd-run --wait --unit=broken false");
    assert!(!broken.success());
    ask(&site, "watch", "ALERTS{alertname=\"UnitFailed\",node=\"web\",name=\"broken.service\"}");

    // The check of a deployment sees what the server sees.
    let programs = site.copy_programs("web");
    let (status, text) = site.probe("web", &programs, "monitoring-main-exporter");
    assert_eq!(status, 0, "{text}");
    site.exec_must("web", "systemctl stop prometheus-node-exporter");
    let (status, text) = site.probe("web", &programs, "monitoring-main-exporter");
    assert_ne!(status, 0, "{text}");
    ask(&site, "watch", "ALERTS{alertname=\"NodeDown\",node=\"web\",alertstate=\"firing\"}");
}

/// Answers as Grafana does of its admin's login; the accounts outlive it, as a database does.
const GRAFANA: &str = r#"
import base64, http.server, json, os, pathlib
state = pathlib.Path("/var/lib/grafana-test")
if not state.exists(): state.write_text("admin")
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, code):
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def is_admin(self):
        given = base64.b64decode((self.headers.get("Authorization") or "Basic ").split(" ")[1]).decode()
        return given == "admin:" + state.read_text()
    def do_GET(self):
        self.answer(200 if self.path == "/api/health" or self.is_admin() else 401)
    def do_PUT(self):
        change = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/api/user/password" or not self.is_admin() or change["oldPassword"] != state.read_text(): return self.answer(401)
        state.write_text(change["newPassword"])
        self.answer(200)
http.server.HTTPServer(("127.0.0.1", 3000), Handler).serve_forever()
"#;

#[test]
fn grafana_keeps_no_password_that_everybody_knows() {
    let site = Site::up(&["watch"]);
    let service = r#"
      users.groups.grafana = { };
      users.users.grafana = { isSystemUser = true; group = "grafana"; };
      systemd.services.grafana = { wantedBy = [ "multi-user.target" ]; serviceConfig.ExecStart = "/usr/bin/python3 ${./grafana.py}"; };
    "#;
    site.write(
        &Network::of(&["watch"])
            .importing("monitoring")
            .configure("watch", service)
            .file("grafana.py", GRAFANA)
            .with("monitoring.main = { servers = [ \"watch\" ]; grafana = { }; };"),
    );
    site.netlib_must("deploy");

    let file = "/var/lib/netlib-grafana/admin-password";
    assert_eq!(site.exec_must("watch", &format!("stat -c '%a %U' {file}")), "600 grafana");
    let password = site.exec_must("watch", &format!("cat {file}"));
    site.wait_until("watch", "the password is replaced", &format!("cmp -s {file} /var/lib/grafana-test"));
    let log = site.exec_must("watch", "journalctl --no-pager");
    assert!(!log.contains(&password), "the password is in the journal");

    // Again, as after a boot: nothing changes.
    site.exec_must("watch", "systemctl restart netlib-grafana-secret netlib-grafana-password");
    assert_eq!(site.exec_must("watch", &format!("cat {file}")), password);
}
