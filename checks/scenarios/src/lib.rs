//! What the end-to-end scenarios share: a network directory on the deployer of a bed, and questions to its hosts.
//!
//! The scenarios themselves are in `tests/`, one file a capability.

pub mod campaign;
mod check;
mod evaluator;
mod gate;
mod hostile;
mod network;
mod record;
mod run;
mod site;
mod start;

pub use gate::GATE;
pub use network::Network;
pub use record::Record;
pub use run::Run;
pub use site::{NETWORK, Site};

/// Asserts that a message has all of these words.
pub fn assert_says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "no {word:?} in\n{text}");
    }
}
