//! From an error text of Nix to what a person needs: their own file first, what is wrong, what to do next.
//!
//! Knows the wordings of Nix 2.24 to 2.34 and of netlib's own `throw`s; runs nothing.

mod location;
mod rules;

use crate::evaluate::NixError;
use crate::flake::SourceMap;

pub use rules::{Kind, Place};

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
    /// The command that shows the whole trace.
    pub trace_command: Option<String>,
}

impl Diagnosis {
    /// A message that does not come from Nix.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self {
            kind: Kind::Other,
            at: None,
            headline: text.to_owned(),
            advice: None,
            trace_command: None,
        }
    }

    /// With the command that shows the whole trace; messages that have no trace worth reading go without.
    #[must_use]
    pub fn with_trace_command(self, command: String) -> Self {
        let trace_command = self.kind.has_trace().then_some(command);
        Self {
            trace_command,
            ..self
        }
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
        if let Some(command) = &self.trace_command {
            write!(f, "\n  The whole trace: {command}")?;
        }
        Ok(())
    }
}

/// Explains an error of Nix. Paths of the flake's copy in the store become those of the working tree.
#[must_use]
pub fn explain(error: &NixError, sources: &SourceMap) -> Diagnosis {
    let headline = sources.map(&error.headline);
    let text = sources.map(&error.text);
    let kind = Kind::of(&headline, &text);
    let advice = kind.advice(&headline, &text);
    let headline = match (kind, rules::input(&text), rules::facts_of(&text)) {
        (Kind::Input, Some(input), _) => format!("input `{input}` cannot be had: {headline}"),
        (Kind::FactsFile, _, Some(node)) => format!("facts/{node}.json is no JSON: {headline}"),
        _ => headline,
    };
    let named = || location::named(&headline, sources);
    let at = match kind.place() {
        Place::Nowhere => None,
        Place::Headline => named(),
        Place::Trace => named().or_else(|| location::nearest(&text, sources)),
    };
    Diagnosis {
        kind,
        at,
        headline: shown(&headline, kind, &error.other),
        advice,
        trace_command: None,
    }
}

fn shown(headline: &str, kind: Kind, other: &[String]) -> String {
    let lines: Vec<&str> = headline.trim_end().lines().collect();
    // Assertions and explanations of netlib are written to be read whole; of other texts the end tells most.
    let from = match kind {
        Kind::Assertion | Kind::MissingFact => 0,
        _ => lines.len().saturating_sub(LINES_SHOWN),
    };
    let mut text = lines[from..].join("\n");
    if from > 0 {
        text.insert_str(0, "…\n");
    }
    // What git or ssh said tells why an input cannot be had.
    if kind == Kind::Input {
        let mut said: Vec<&str> = Vec::new();
        for line in other {
            // Git is tried several times and says the same each time.
            if !said.contains(&line.as_str()) {
                said.push(line);
            }
        }
        for line in &said[said.len().saturating_sub(LINES_SHOWN / 2)..] {
            text.push_str("\n  ");
            text.push_str(line);
        }
    }
    text
}

#[cfg(test)]
mod tests;
