//! A reverse proxy with real nginx: names, TLS, WebSockets, a backend that is down, over a mesh.

use netlib_scenarios::{Network, Site, assert_says};

/// Answers GET with its host's name and the name it was asked for, and upgrades what asks for it to an echo.
const SERVER: &str = r#"
import http.server, socket
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.headers.get("Upgrade"):
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.end_headers()
            self.wfile.write(b"echo " + self.rfile.readline())
            self.close_connection = True
            return
        forwarded = [f"{name}: {value}" for name, value in self.headers.items() if "forwarded" in name.lower() or "real-ip" in name.lower()]
        body = f"{socket.gethostname()} for {self.headers['Host']} by {self.headers.get('X-Forwarded-Proto')}\n{forwarded}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
Server(("0.0.0.0", 8080), Handler).serve_forever()
"#;

/// Speaks through the proxy after an upgrade.
const CLIENT: &str = r#"
import socket, ssl
context = ssl._create_unverified_context()
with context.wrap_socket(socket.create_connection(("127.0.0.1", 443), 10), server_hostname="shop.example.org") as link:
    link.sendall(b"GET /chat HTTP/1.1\r\nHost: shop.example.org\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello\n")
    text = b""
    while b"echo hello" not in text:
        part = link.recv(4096)
        if not part: break
        text += part
    print(text.decode())
"#;

/// edge is the proxy of alpha and beta, which it reaches in a mesh.
fn network() -> Network {
    let backend = "systemd.services.shop = {
        wantedBy = [ \"multi-user.target\" ];
        serviceConfig.ExecStart = \"/usr/bin/python3 ${./server.py}\";
    };";
    Network::of(&["edge", "alpha", "beta"])
        .with_mesh("\"10.10.0.0/24\"", &["edge", "alpha", "beta"])
        .configure("alpha", backend)
        .configure("beta", backend)
        .file("server.py", SERVER)
        .with(
            "imports = [ netlib.modules.reverse-proxy ];
             exports.services.alpha.shop = { port = 8080; scheme = \"http\"; };
             reverse-proxy.public = {
               proxies.edge = { };
               acme = { acceptTerms = true; email = \"admin@example.org\"; };
               hosts.\"shop.example.org\" = {
                 aliases = [ \"example.org\" ];
                 backends.alpha.service = \"shop\";
                 backends.beta = { port = 8080; standby = true; };
               };
               hosts.\"plain.example.org\" = { backends.beta.port = 8080; tls = \"none\"; };
               hosts.\"closed.example.org\" = { backends.beta.port = 8080; tls = \"none\"; basicAuthFile = \"/etc/closed\"; };
             };",
        )
}

/// What edge answers.
fn ask(site: &Site, url: &str) -> String {
    let names = ["shop.example.org", "example.org", "plain.example.org", "closed.example.org", "other.example.org"];
    let resolve: String =
        names.iter().map(|name| format!("--resolve {name}:443:127.0.0.1 --resolve {name}:80:127.0.0.1 ")).collect();
    let output =
        site.exec("edge", &format!("curl --silent --show-error --insecure --include --max-time 10 {resolve}{url}"));
    format!("{}{}", output.stdout, output.stderr)
}

#[test]
fn names_lead_to_backends_over_the_mesh() {
    let site = Site::up(&["edge", "alpha", "beta"]);
    site.write(&network());
    site.gather();
    site.exec_must("edge", "echo \"anna:$(openssl passwd -apr1 secret)\" > /etc/closed && chmod 644 /etc/closed");
    site.netlib_must("deploy");
    site.assert_mesh(&["edge", "alpha", "beta"], "wg0", "-4");

    for name in ["shop.example.org", "example.org"] {
        let answer = ask(&site, &format!("https://{name}/"));
        assert_says(&answer, &["200", &format!("alpha for {name} by https")]);
        let redirected = ask(&site, &format!("http://{name}/cart"));
        assert_says(&redirected, &["301", &format!("https://{name}/cart")]);
    }
    assert_says(&ask(&site, "http://plain.example.org/"), &["beta for plain.example.org by http"]);
    // What a client says of itself and of other proxies is not passed on; nobody gets in without a login where one is asked for.
    let lies = "-H 'X-Forwarded-For: 1.2.3.4' -H 'X-Forwarded-Proto: ftp' -H 'X-Forwarded-Host: evil' -H 'Forwarded: for=1.2.3.4' \
        -H 'X-Real-IP: 1.2.3.4' -H 'X-Forwarded-Prefix: /evil' https://shop.example.org/";
    let answer = ask(&site, lies);
    assert_says(&answer, &["by https", "'X-Forwarded-For: 127.0.0.1'"]);
    for lie in ["1.2.3.4", "evil", "ftp"] {
        assert!(!answer.contains(lie), "{answer}");
    }
    assert_says(&ask(&site, "http://closed.example.org/"), &["401"]);
    assert_says(&ask(&site, "--user anna:secret http://closed.example.org/"), &["beta for closed.example.org by http"]);

    // Names that nobody configured get no answer.
    assert_says(&ask(&site, "http://other.example.org/"), &["Empty reply"]);
    assert_says(&ask(&site, "https://other.example.org/"), &["curl: (35)"]);

    site.bed.host("edge").write_file("/root/client.py", CLIENT).unwrap();
    assert_says(&site.exec_must("edge", "python3 /root/client.py"), &["101", "echo hello"]);

    // The standby takes over; without any backend the check of the proxy says who does not answer.
    site.exec_must("alpha", "systemctl stop shop");
    assert_says(&ask(&site, "https://shop.example.org/"), &["beta for shop.example.org by https"]);
    let check = site.must("nix build --no-link --print-out-paths .#netlibConfigurations.default.programs.edge");
    let check = format!("{}/bin/check-edge.reverse-proxy-public.shop.example.org", check.trim());
    site.must(&format!("nix copy --no-check-sigs --to ssh-ng://root@edge {check}"));
    site.exec_must("edge", &check);
    site.exec_must("beta", "systemctl stop shop");
    let output = site.exec("edge", &check);
    assert!(!output.success(), "a proxy without backends is healthy");
    assert_says(
        &output.stdout,
        &[
            "alpha, asked directly: 000",
            "beta, asked directly: 000",
            "https://shop.example.org/ is answered with 502 by nginx on edge",
        ],
    );
}
