//! What a host has on record of its deployments.

use crate::Site;

/// One deployment, as the host wrote it down.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Record {
    /// Names the deployment.
    pub nonce: String,
    /// How far it got.
    pub phase: String,
    /// The system to switch to.
    pub toplevel: String,
    /// Why it ended as it did.
    pub message: String,
}

impl Site {
    /// Every deployment a host knows of, the oldest first as far as whole seconds tell.
    pub fn records(&self, host: &str) -> Vec<Record> {
        let text = self.exec(host, "cd /var/lib/netlib/deploys 2>/dev/null && grep -H '' -- */state").stdout;
        let mut records: Vec<Record> = Vec::new();
        for line in text.lines() {
            let Some((nonce, assignment)) = line.split_once("/state:") else {
                continue;
            };
            if records.last().is_none_or(|last| last.nonce != nonce) {
                records.push(Record { nonce: nonce.to_owned(), ..Record::default() });
            }
            if let (Some(record), Some((key, value))) = (records.last_mut(), assignment.split_once('=')) {
                match key {
                    "phase" => value.clone_into(&mut record.phase),
                    "toplevel" => value.clone_into(&mut record.toplevel),
                    "message" => value.clone_into(&mut record.message),
                    _ => {}
                }
            }
        }
        records
    }

    /// The phases of the deployments of a system on a host.
    pub fn phases(&self, host: &str, toplevel: &str) -> Vec<String> {
        let records = self.records(host);
        let of_system = records.into_iter().filter(|record| record.toplevel == toplevel);
        of_system.map(|record| record.phase).collect()
    }

    /// Waits until a host has a deployment of this system in this phase on record.
    pub fn wait_for_phase(&self, host: &str, toplevel: &str, phase: &str) {
        let line = format!(
            "cd /var/lib/netlib/deploys && grep -lx 'toplevel={toplevel}' -- */state | xargs grep -qx 'phase={phase}'"
        );
        self.wait_until(host, &format!("{phase} {toplevel}"), &line);
    }
}
