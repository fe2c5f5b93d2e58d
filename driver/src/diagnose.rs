//! From an error text of Nix to what a person needs: their own file first, what is wrong, what to do next.
//!
//! Knows the wordings of Nix 2.24 to 2.34 and of netlib's own `throw`s; runs nothing.

mod location;
mod rules;
mod sources;
mod traces;

use crate::nix::NixError;

pub use rules::Kind;
pub use sources::SourceMap;
pub use traces::{TraceUse, Traces};

/// How much of a text that nothing recognises is shown.
const LINES_SHOWN: usize = 20;

/// An explained error.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnosis {
    /// What sort of error it is.
    pub kind: Kind,
    /// The user's own `file:line:column` (or file), where the message tells one.
    pub at: Option<String>,
    /// What is wrong, in Nix's or netlib's own words.
    pub headline: String,
    /// What to do next.
    pub advice: Option<String>,
    /// Where the whole trace is, or itself, as [`Traces`] tells it; none where it tells nothing more.
    pub trace: Option<String>,
}

impl Diagnosis {
    /// A message that does not come from Nix.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self { kind: Kind::Other, at: None, headline: text.to_owned(), advice: None, trace: None }
    }

    /// What an error of a node says about whichever node: equal for errors that one change of the network mends.
    #[must_use]
    pub fn regardless_of(&self, node: &str) -> (Kind, Option<String>, String) {
        // As in options of a node, and in the words of netlib's own messages.
        let headline = self
            .headline
            .replace(&format!("nodes.{node}."), "nodes.<name>.")
            .replace(&format!("node \"{node}\""), "node <name>");
        (self.kind, self.at.clone(), headline)
    }
}

impl std::fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(at) = &self.at {
            write!(f, "{at}: ")?;
        }
        write!(f, "{}", self.headline)?;
        if let Some(advice) = &self.advice {
            write!(f, "\n  {advice}")?;
        }
        if let Some(trace) = &self.trace {
            write!(f, "\n  The whole trace:{trace}")?;
        }
        Ok(())
    }
}

/// Explains an error of Nix. Paths of the flake's copy in the store become those of the working tree.
#[must_use]
pub fn explain(error: &NixError, sources: &SourceMap) -> Diagnosis {
    let headline = sources.map(error.headline.trim());
    let text = sources.map(&error.text);
    let (kind, advice) = rules::sort(&headline, &text);
    let is_json = headline.contains("[json.exception.");
    let headline = match (kind, rules::input(&text), rules::facts_of(&text)) {
        (Kind::Input, Some(input), _) => format!("input `{input}` cannot be had: {headline}"),
        (_, _, Some(node)) if is_json => format!("facts/{node}.json is no JSON: {headline}"),
        (..) if is_json => format!("flake.lock is no JSON: {headline}"),
        _ => headline,
    };
    let named = || location::named(&headline, sources);
    let at = match kind {
        Kind::Assertion | Kind::Input | Kind::NoSuchOutput | Kind::Clear => None,
        Kind::NodeAssertion | Kind::Option => named(),
        Kind::Syntax | Kind::Interrupted | Kind::Other => named().or_else(|| location::nearest(&text, sources)),
    };
    Diagnosis { kind, at, headline: shown(&headline, kind, &error.other), advice, trace: None }
}

/// Explains why Nix cannot have a flake: nothing of it was evaluated yet.
#[must_use]
pub fn explain_flake(error: &NixError, sources: &SourceMap) -> Diagnosis {
    let diagnosis = explain(error, sources);
    match diagnosis.kind {
        Kind::Other => Diagnosis { kind: Kind::Clear, at: None, advice: Some(rules::FLAKE.to_owned()), ..diagnosis },
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
    // What git or ssh said tells why an input cannot be had. Git is tried several times and says the same each time.
    if kind == Kind::Input {
        let mut said: Vec<&String> = Vec::new();
        other.iter().for_each(|line| {
            if !said.contains(&line) {
                said.push(line)
            }
        });
        for line in &said[said.len().saturating_sub(LINES_SHOWN / 2)..] {
            text += &format!("\n  {line}");
        }
    }
    text
}

#[cfg(test)]
mod tests;
