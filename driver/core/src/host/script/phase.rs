//! Where an activation is. Its names are the words of the host script.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an activation is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// The host knows nothing of it.
    Unknown,
    /// Recorded, not begun.
    Prepared,
    /// The switch runs.
    Activating,
    /// The host restarts for a boot on trial, or has restarted.
    Restarting,
    /// The new system runs, and the host looks whether it is healthy.
    Checking,
    /// The new system runs, and the host waits for somebody to confirm that it can be reached.
    AwaitingConfirmation,
    /// The profile and the boot entry are being set.
    Committing,
    /// The rollback runs.
    RollingBack,
    /// The goal is reached; after a switch the new system runs and is in the profile.
    Confirmed,
    /// The old system runs again.
    RolledBack,
    /// Rolling back failed too.
    RollbackFailed,
    /// It failed, and there was nothing to roll back to.
    Failed,
    /// It was stopped in the middle, and a later deployment found out.
    Interrupted,
}

impl Phase {
    /// Whether nothing more will happen.
    pub const fn is_final(self) -> bool {
        !self.is_at_work()
            && !matches!(self, Self::Prepared | Self::Restarting | Self::Checking | Self::AwaitingConfirmation)
    }

    /// Whether commands of a system run at this moment.
    pub const fn is_at_work(self) -> bool {
        matches!(self, Self::Activating | Self::Committing | Self::RollingBack)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
