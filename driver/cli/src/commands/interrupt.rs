//! Ctrl-C, and a closed terminal: once, nothing new starts and what runs on hosts ends; again, a second later, netlib leaves
//! at once.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Exit status after an interrupt.
pub const STATUS: u8 = 130;

/// Who stops netlib, such as `timeout` or `make`, may tell the process and its group: what comes sooner is the same interrupt.
const APART: Duration = Duration::from_secs(1);

/// Whether the user wants the run to end. Clones are the same.
#[derive(Clone, Default)]
pub struct Interrupts {
    /// Cancelled at the first interrupt.
    pub first: CancellationToken,
    /// Cancelled at the second one.
    pub second: CancellationToken,
    since: Arc<OnceLock<Instant>>,
}

impl Interrupts {
    /// Begins to listen for SIGINT, SIGTERM and SIGHUP. A run under `nohup` does not mind a closed terminal.
    pub fn listen() -> Self {
        let interrupts = Self::default();
        let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
        if !ignores_hang_up() {
            kinds.push(SignalKind::hangup());
        }
        for kind in kinds {
            let this = interrupts.clone();
            match signal(kind) {
                Ok(mut signal) => drop(tokio::spawn(async move {
                    while signal.recv().await.is_some() {
                        this.first.cancel();
                        if this.since.get_or_init(Instant::now).elapsed() > APART {
                            this.second.cancel();
                        }
                    }
                })),
                Err(error) => tracing::warn!("cannot listen for signals: an interrupt ends netlib at once: {error}"),
            }
        }
        interrupts
    }
}

/// Whether whoever started netlib wants it to survive a closed terminal.
fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // The first bit is that of signal 1.
    ignored.is_some_and(|mask| mask & 1 == 1)
}
