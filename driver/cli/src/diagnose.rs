//! From an error text of Nix to what a person needs: their own file first, what is wrong, what to do next.
//!
//! Knows the wordings of Nix 2.24 to 2.34 and of netlib's own `throw`s; runs nothing.

mod location;
mod rules;
mod sources;
pub mod traces;

use std::collections::HashSet;

use netlib_core::nix::NixError;

pub use netlib_core::evaluation::{Diagnosis, Kind};
pub use sources::SourceMap;

/// How much of a text that nothing recognises is shown.
const LINES_SHOWN: usize = 20;

/// Explains an error of Nix. Paths of the flake's copy in the store become those of the working tree.
pub fn explain(error: &NixError, sources: &SourceMap) -> Diagnosis {
    let headline = sources.map(error.headline.trim());
    let text = sources.map(&error.text);
    let (kind, begin, advice) = rules::sort(&headline, &text);
    let headline = begin + &headline;
    let named = || location::named(&headline, sources);
    let at = match kind {
        Kind::Assertion | Kind::Input | Kind::NoSuchOutput | Kind::Clear => None,
        Kind::NodeAssertion | Kind::Option => named(),
        Kind::Syntax | Kind::Interrupted | Kind::Other => named().or_else(|| location::nearest(&text, sources)),
    };
    // What the library says says what to do.
    let is_elsewhere =
        at.is_none() && kind == Kind::Other && text.contains("… while ") && !headline.starts_with("netlib: ");
    let advice = advice.or_else(|| is_elsewhere.then(|| rules::TABLE.trace.clone()));
    Diagnosis { kind, at, headline: shown(&headline, kind, &error.other), advice, trace: None }
}

/// Explains why Nix cannot have a flake: nothing of it was evaluated yet.
pub fn explain_flake(error: &NixError, sources: &SourceMap) -> Diagnosis {
    let diagnosis = explain(error, sources);
    match diagnosis.kind {
        Kind::Other => Diagnosis { kind: Kind::Clear, at: None, advice: Some(rules::TABLE.flake.clone()), ..diagnosis },
        _ => diagnosis,
    }
}

fn shown(headline: &str, kind: Kind, other: &[String]) -> String {
    let lines: Vec<&str> = headline.trim_end().lines().collect();
    // Assertions and explanations of netlib are written to be read whole; of other texts the end tells most.
    let from = match kind {
        Kind::Assertion | Kind::NodeAssertion | Kind::Clear => 0,
        _ => lines.len().saturating_sub(LINES_SHOWN),
    };
    let mut text = lines[from..].join("\n");
    if from > 0 {
        text.insert_str(0, "…\n");
    }
    // What git or ssh said tells why an input is not available. Git is tried several times and says the same each time.
    if kind == Kind::Input {
        let mut known = HashSet::new();
        let said: Vec<&String> = other.iter().filter(|line| known.insert(*line)).collect();
        for line in &said[said.len().saturating_sub(LINES_SHOWN / 2)..] {
            text += &format!("\n  {line}");
        }
    }
    text
}

#[cfg(test)]
mod tests;
