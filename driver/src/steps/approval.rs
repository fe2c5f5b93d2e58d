//! The terminal on which a person may approve that a rollout goes on.

use std::io::BufRead;
use std::sync::OnceLock;

use tokio::sync::broadcast;

/// Where a person at the terminal answers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Prompt {
    /// Nobody is there.
    #[default]
    Nobody,
    /// Lines of stdin.
    Terminal,
}

/// Lines of stdin, for one who waits.
pub(super) type Typed = Option<broadcast::Receiver<String>>;

/// Lines of stdin, read by one thread for all who wait; it ends with the process.
pub(super) fn typed_lines(prompt: Prompt) -> Typed {
    static LINES: OnceLock<broadcast::Sender<String>> = OnceLock::new();
    if prompt == Prompt::Nobody {
        return None;
    }
    let lines = LINES.get_or_init(|| {
        let (sender, _) = broadcast::channel(16);
        let lines = sender.clone();
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                // Nobody may be waiting at this moment.
                let _ = lines.send(line);
            }
        });
        sender
    });
    Some(lines.subscribe())
}

/// The next line that is typed.
pub(super) async fn next(typed: &mut Typed) -> String {
    match typed {
        Some(lines) => match lines.recv().await {
            Ok(line) => line,
            Err(broadcast::error::RecvError::Lagged(_)) => String::new(),
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}
