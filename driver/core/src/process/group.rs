//! The process group that a child leads: ending it ends the child's own children too.

use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit};
use tokio::process::Child;

/// How long a group may take to end after a polite request.
const GRACE: Duration = Duration::from_secs(3);

/// Limits what a child that has just begun, and its children, may take for data.
pub(super) fn limit_memory(child: &Child, bytes: u64) -> std::io::Result<()> {
    let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
    // One that has ended already takes nothing.
    pid(child).map_or(Ok(()), |pid| prlimit(Some(pid), Resource::Data, limit).map(|_| ()).map_err(Into::into))
}

fn pid(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
}

/// A group that is killed when this value is dropped before the child ended, for example with the future that waits.
pub(super) struct Group {
    leader: Option<Pid>,
}

impl Group {
    /// The group of a child that was spawned with `process_group(0)`.
    pub(super) fn of(child: &Child) -> Self {
        Self { leader: pid(child) }
    }

    /// The child ended by itself: what it left running on purpose stays.
    pub(super) fn disarm(mut self) {
        self.leader = None;
    }

    /// Asks the group to end, waits for the child, then kills what is left.
    pub(super) async fn end(self, child: &mut Child) {
        self.signal(Signal::TERM);
        let _ = tokio::time::timeout(GRACE, child.wait()).await;
        // Dropping self kills whatever did not listen.
    }

    fn signal(&self, signal: Signal) {
        if let Some(leader) = self.leader {
            // A group that is gone already is what was asked for.
            let _ = kill_process_group(leader, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}
