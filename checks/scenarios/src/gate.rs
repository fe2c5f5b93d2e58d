//! Places where a deployment waits until the scenario lets it go on, so that a fault can happen exactly there.

use std::time::Duration;

use crate::Site;

/// How long a deployment may take to get to a gate on a busy machine.
const DEADLINE: Duration = Duration::from_secs(240);

/// A unit of a node's configuration at which the switch to it waits.
pub const GATE: &str = r#"
  systemd.services.gate = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig = { Type = "oneshot"; RemainAfterExit = true; TimeoutStartSec = "infinity"; };
    script = "touch /run/gate-reached; until [ -e /root/gate-open ]; do sleep 0.1; done";
  };
"#;

/// So many bytes of a copy arrive before it waits.
const HALF_A_COPY: u32 = 200_000;

/// A file that is larger than what arrives before the gate.
const LARGE: &str =
    r#"environment.etc."large".source = pkgs.runCommand "large" { } "head -c 2000000 /dev/urandom > $out";"#;

impl Site {
    /// Waits until the switch of a host has come to its gate.
    pub fn wait_for_gate(&self, host: &str) {
        self.wait_until(host, "the gate is reached", "test -e /run/gate-reached");
    }

    /// Lets every switch and every boot of a host pass its gate.
    pub fn open_gate(&self, host: &str) {
        self.exec_must(host, "touch /root/gate-open");
    }

    /// Makes the next switch wait at its gate again.
    pub fn close_gate(&self, host: &str) {
        self.exec_must(host, "rm -f /root/gate-open /run/gate-reached");
    }

    /// Lines of configuration whose copy is large enough for the gate in the middle of copies.
    pub fn large_copy() -> &'static str {
        LARGE
    }

    /// Makes every copy to a host wait in its middle.
    pub fn gate_copies(&self, host: &str) {
        // Byte for byte, so that the few questions before a copy are answered at once.
        let wrapper = format!(
            r#"#!/bin/sh
{{
  count=$(dd bs=1 count={HALF_A_COPY} 2>/dev/null | tee /proc/self/fd/3 | wc -c)
  if [ "$count" -eq {HALF_A_COPY} ]; then
    touch /run/copy-reached
    until [ -e /run/copy-open ]; do sleep 0.1; done
    cat >&3
  fi
}} 3>&1 | exec /usr/bin/nix-daemon "$@"
"#
        );
        self.bed.host(host).write_file("/usr/local/bin/nix-daemon", wrapper).unwrap_or_else(|error| panic!("{error}"));
        // The host's own daemon too: one for each connection, through the same gate.
        self.exec_must(
            host,
            "chmod +x /usr/local/bin/nix-daemon && cd /run/systemd/system && mkdir nix-daemon.socket.d && \
             printf '[Socket]\\nAccept=yes\\n' >nix-daemon.socket.d/gate.conf && \
             printf '[Service]\\nExecStart=-/usr/local/bin/nix-daemon --stdio\\nStandardInput=socket\\nStandardError=journal\\n' >nix-daemon@.service && \
             systemctl daemon-reload && systemctl stop nix-daemon.service && systemctl restart nix-daemon.socket",
        );
    }

    /// Waits until a copy to a host has come to its middle.
    pub fn wait_for_copy(&self, host: &str) {
        self.wait_until(host, "a copy is half done", "test -e /run/copy-reached");
    }

    /// Removes the gate of copies; one that waits there goes on.
    pub fn ungate_copies(&self, host: &str) {
        self.exec_must(
            host,
            "rm -rf /usr/local/bin/nix-daemon /run/systemd/system/nix-daemon.socket.d /run/systemd/system/nix-daemon@.service; \
             touch /run/copy-open; systemctl daemon-reload; systemctl stop nix-daemon.socket nix-daemon.service; systemctl start nix-daemon.socket",
        );
    }

    /// Waits until a line of shell succeeds on a host.
    pub fn wait_until(&self, host: &str, what: &str, line: &str) {
        self.bed
            .host(host)
            .wait_until(what, DEADLINE, |host| Ok(host.exec(["sh", "-c", line])?.success()))
            .unwrap_or_else(|error| panic!("{error}\n{}", self.run_logs()));
    }
}
