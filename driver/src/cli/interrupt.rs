//! Ctrl-C, and a closed terminal: once, nothing new starts and what runs on hosts ends; twice, netlib leaves at once.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::event::{Event, WeakEventSink};
use crate::report::lines::interrupted;
use crate::report::running::Running;
use crate::report::screen::Screen;

/// Exit status after an interrupt.
pub const STATUS: u8 = 130;

/// Whether the user wants the run to end, and what is to be said then. Clones are the same.
#[derive(Clone, Default)]
pub struct Interrupts {
    first: CancellationToken,
    second: CancellationToken,
    running: Running,
    words: Arc<Mutex<Words>>,
}

struct Words {
    events: Option<WeakEventSink>,
    screen: Option<Screen>,
    look: String,
}

impl Default for Words {
    fn default() -> Self {
        Self { events: None, screen: None, look: "netlib status".to_owned() }
    }
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
                        this.heard();
                    }
                })),
                Err(error) => tracing::warn!("cannot listen for signals: an interrupt ends netlib at once: {error}"),
            }
        }
        interrupts
    }

    fn heard(&self) {
        if self.happened() {
            self.second.cancel();
            return;
        }
        let activating = self.running.activating();
        self.first.cancel();
        let events = self.words(|words| words.events.clone());
        match events.and_then(|events| events.upgrade()) {
            Some(events) => events.send(Event::Interrupted { activating }),
            // The terminal may be gone.
            None => drop(writeln!(std::io::stderr(), "\n{}", interrupted(&activating))),
        }
    }

    /// Where the first interrupt is told, as long as that display lasts.
    pub fn tell(&self, events: WeakEventSink) {
        self.words(|words| words.events = Some(events));
    }

    /// The display that has the user's terminal.
    pub fn show_on(&self, screen: Screen) {
        self.words(|words| words.screen = Some(screen));
    }

    /// The display that has the user's terminal, if there is one.
    pub fn screen(&self) -> Option<Screen> {
        self.words(|words| words.screen.clone())
    }

    /// The command that shows how hosts stand.
    pub fn look_with(&self, command: String) {
        self.words(|words| words.look = command);
    }

    fn words<T>(&self, access: impl FnOnce(&mut Words) -> T) -> T {
        // What a panicked thread left behind is still the best there is to say.
        access(&mut self.words.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The reader of events that knows what runs.
    pub fn running(&self) -> Running {
        self.running.clone()
    }

    /// Cancelled at the first interrupt.
    pub fn token(&self) -> &CancellationToken {
        &self.first
    }

    /// Whether there was one.
    pub fn happened(&self) -> bool {
        self.first.is_cancelled()
    }

    /// Waits for the second interrupt.
    pub async fn again(&self) {
        self.second.cancelled().await;
    }

    /// What is left, and how to look at it.
    pub fn farewell(&self) -> String {
        let left = self.running.activating();
        if left.is_empty() {
            return "left at once: no host was being activated.".to_owned();
        }
        let selection: String = left.iter().map(|node| format!(" --on {node}")).collect();
        let look = self.words(|words| words.look.clone());
        format!(
            "left at once. The activation goes on without netlib on: {}.\n\
             A host that is not confirmed goes back to the system it ran before; deploying again at once follows it.\n\
             To look: {look}{selection}",
            left.join(", ")
        )
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::WalkStep;
    use crate::plan::StepKind;
    use crate::report::readers::Reader;

    fn activating(nodes: &[&str]) -> Interrupts {
        let interrupts = Interrupts::default();
        let mut running = interrupts.running();
        let step = |node: &&str| WalkStep {
            id: format!("activate:{node}"),
            kind: StepKind::Activate,
            node: Some((*node).to_owned()),
        };
        running.read(&Event::WalkStarted { steps: nodes.iter().map(step).collect() });
        for node in nodes {
            let step = format!("activate:{node}");
            running.read(&Event::StepStarted { step });
        }
        interrupts
    }

    #[test]
    fn leaving_says_what_is_left_and_how_to_look() {
        let interrupts = activating(&["alpha", "beta"]);
        interrupts.look_with("netlib status --flake '.#home'".to_owned());
        insta::assert_snapshot!(interrupts.farewell(), @r"
        left at once. The activation goes on without netlib on: alpha, beta.
        A host that is not confirmed goes back to the system it ran before; deploying again at once follows it.
        To look: netlib status --flake '.#home' --on alpha --on beta
        ");
        insta::assert_snapshot!(activating(&[]).farewell(), @"left at once: no host was being activated.");
    }

    #[tokio::test]
    async fn the_first_interrupt_is_an_event_and_the_second_leaves() {
        let interrupts = activating(&["alpha"]);
        let (events, mut reader) = crate::event::EventSink::channel();
        interrupts.tell(events.downgrade());
        interrupts.heard();
        assert!(interrupts.happened() && !interrupts.second.is_cancelled());
        let told = reader.try_recv();
        assert!(matches!(&told, Some(Event::Interrupted { activating }) if activating == &["alpha"]), "{told:?}");
        interrupts.heard();
        interrupts.again().await;
    }
}
