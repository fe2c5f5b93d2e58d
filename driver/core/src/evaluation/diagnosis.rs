//! What is wrong with a network, for people.

use serde::Deserialize;

use crate::text::part;

/// Sorts of errors, by where their place is and whether the trace tells more.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// The whole network does not hold together; the message says enough.
    Assertion,
    /// An input of the flake is not available.
    Input,
    /// The flake has no such output.
    NoSuchOutput,
    /// The message says enough.
    Clear,
    /// Assertions of one node's NixOS configuration failed: some name the file.
    NodeAssertion,
    /// An option: positions of the trace lie in the module system's own machinery.
    Option,
    /// The file is not Nix: the place is all there is to know.
    Syntax,
    /// The user interrupted the evaluation.
    Interrupted,
    /// Anything else.
    #[default]
    Other,
}

impl Kind {
    /// Whether the trace tells more than the headline.
    pub const fn has_trace(self) -> bool {
        matches!(self, Self::Option | Self::Interrupted | Self::Other)
    }
}

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
    /// Where the whole trace is, or itself, if it tells more; none where it tells nothing more.
    pub trace: Option<String>,
}

impl Diagnosis {
    /// A message that does not come from Nix.
    pub fn plain(text: &str) -> Self {
        Self { kind: Kind::Other, at: None, headline: text.to_owned(), advice: None, trace: None }
    }
}

impl std::fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { at, headline, advice, trace, .. } = self;
        let at = at.as_ref().map(|at| format!("{at}: ")).unwrap_or_default();
        let (advice, trace) = (part("\n  ", advice.as_ref()), part("\n  The whole trace:", trace.as_ref()));
        write!(f, "{at}{headline}{advice}{trace}")
    }
}
