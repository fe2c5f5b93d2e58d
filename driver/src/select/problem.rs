//! What is wrong with a selector, with what there is and what was probably meant.

use super::term::{Kind, Term};

/// How many valid names an error lists before it only counts them.
const LISTED: usize = 20;
/// How much of what the user wrote an error repeats.
const SHOWN: usize = 80;
/// Below this, a name is not what the user meant.
const SIMILAR: f64 = 0.75;

/// Why a selection names no nodes.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SelectError {
    /// A selector that cannot be read, or names something that is not there.
    #[error("--on {0}")]
    Problem(Problem),
    /// The selectors are in order, and leave no node.
    #[error("--on {}: no node is left.\nAn intersection or an exclusion leaves none; netlib plan shows the nodes with their tags and roles.", selectors.join(" --on "))]
    Nothing {
        /// What the user wrote.
        selectors: Vec<String>,
    },
}

/// What is wrong with a selector.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// `node`, `tag`, `role`, `module`, or `selector` when it cannot be read.
    pub kind: &'static str,
    /// What the user wrote, without its prefix.
    pub word: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
    message: String,
}

impl Problem {
    pub(super) fn malformed(text: &str) -> Self {
        let advice = if text.contains(',') {
            "Give --on once for each node."
        } else {
            "Selectors are a node, a pattern such as 'web*', @TAG, role:ROLE, module:INSTANCE, each with ! for the others, joined by &"
        };
        Self {
            kind: "selector",
            word: text.to_owned(),
            suggestion: None,
            message: format!("{}: this is no selector.\n{advice}", shown(text)),
        }
    }

    pub(super) fn unknown(term: &Term, names: Vec<String>) -> Self {
        let word = &term.pattern;
        let suggestion = if term.is_glob() { None } else { nearest(word, &names) };
        let what = match (term.kind, term.is_glob()) {
            (Kind::Node, false) => "the network has no such node.".to_owned(),
            (Kind::Module, false) => "no module has this instance.".to_owned(),
            (kind, false) => format!("no node has this {}.", kind.word()),
            (Kind::Node, true) => "no node's name matches.".to_owned(),
            (Kind::Module, true) => "no instance of a module matches.".to_owned(),
            (kind, true) => format!("no {} matches.", kind.word()),
        };
        let written = format!("{}{word}", term.kind.prefix());
        let listed = match term.kind {
            Kind::Node => "Nodes",
            Kind::Tag => "Tags",
            Kind::Role => "Roles",
            Kind::Module => "Instances",
        };
        Self {
            kind: term.kind.word(),
            message: format!("{}: {what}{}\n{listed}: {}", shown(&written), meant(suggestion.as_deref()), list(&names)),
            word: word.clone(),
            suggestion,
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// Says that something of this sort is not there, and what is.
#[must_use]
pub fn one_of(what: &str, word: &str, names: &[String]) -> String {
    format!(
        "the network has no {what} `{}`.{}\nThere are: {}",
        shown(word),
        meant(nearest(word, names).as_deref()),
        list(names)
    )
}

fn shown(word: &str) -> String {
    if word.trim().is_empty() {
        return format!("'{word}' (nothing)");
    }
    if word.chars().count() <= SHOWN {
        return word.to_owned();
    }
    let start: String = word.chars().take(SHOWN).collect();
    format!("{start}… ({} characters)", word.chars().count())
}

pub(super) fn list(names: &[String]) -> String {
    match names.len() {
        0 => "(none)".to_owned(),
        count if count <= LISTED => names.join(", "),
        count => format!("{}, … ({count} in all; netlib plan lists them)", names[..LISTED].join(", ")),
    }
}

fn nearest(word: &str, names: &[String]) -> Option<String> {
    let scored = names.iter().map(|name| (strsim::jaro_winkler(word, name), name));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(score, _)| *score >= SIMILAR).map(|(_, name)| name.clone())
}

fn meant(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!(" Did you mean `{name}`?"))
}
