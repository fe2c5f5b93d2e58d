//! Ctrl-C: once, nothing new starts and what runs on hosts ends; twice, netlib leaves at once.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Exit status after an interrupt.
pub const STATUS: u8 = 130;

/// Whether the user wants the run to end.
#[derive(Clone, Debug)]
pub struct Interrupts {
    token: CancellationToken,
}

impl Interrupts {
    /// Begins to listen for SIGINT and SIGTERM.
    pub fn listen() -> Self {
        let token = CancellationToken::new();
        let heard = token.clone();
        tokio::spawn(async move {
            let (Ok(mut interrupt), Ok(mut terminate)) = (
                signal(SignalKind::interrupt()),
                signal(SignalKind::terminate()),
            ) else {
                tracing::warn!("cannot listen for signals: an interrupt ends netlib at once");
                return;
            };
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if heard.is_cancelled() {
                    leave();
                }
                heard.cancel();
                eprintln!(
                    "\ninterrupted: nothing new is started; waiting for running steps to reach a safe end. \
                     Once more to leave at once."
                );
            }
        });
        Self { token }
    }

    /// Cancelled at the first interrupt.
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Whether there was one.
    pub fn happened(&self) -> bool {
        self.token.is_cancelled()
    }
}

fn leave() -> ! {
    eprintln!(
        "left at once: activations go on on their hosts without netlib. Run the same command again to see them."
    );
    std::process::exit(i32::from(STATUS));
}
