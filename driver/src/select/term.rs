//! One term of a selector, such as `!@rack-*`.

use globset::{Glob, GlobMatcher};

/// What a pattern is matched with.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Kind {
    /// Names of nodes.
    Node,
    /// Tags.
    Tag,
    /// Roles.
    Role,
    /// Instances of network modules.
    Module,
}

impl Kind {
    /// The word for people.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Tag => "tag",
            Self::Role => "role",
            Self::Module => "module",
        }
    }

    /// What stands before the pattern.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Node => "",
            Self::Tag => "@",
            Self::Role => "role:",
            Self::Module => "module:",
        }
    }
}

/// One term of a selector.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// Whether it names the others.
    pub negated: bool,
    /// What the pattern is matched with.
    pub kind: Kind,
    /// The pattern, or a plain name.
    pub pattern: String,
    glob: Option<GlobMatcher>,
}

impl Term {
    /// Reads a term; none if it is not one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negated, text) = match text.strip_prefix('!') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text),
        };
        let prefixed = [Kind::Tag, Kind::Role, Kind::Module].into_iter();
        let mut prefixed = prefixed.filter_map(|kind| Some((kind, text.strip_prefix(kind.prefix())?)));
        let (kind, pattern) = prefixed.next().unwrap_or((Kind::Node, text));
        let is_glob = is_pattern(pattern)?;
        let glob = if is_glob { Some(Glob::new(pattern).ok()?.compile_matcher()) } else { None };
        Some(Self { negated, kind, pattern: pattern.to_owned(), glob })
    }

    /// Whether the pattern stands for several names.
    pub(super) fn is_glob(&self) -> bool {
        self.glob.is_some()
    }

    /// Whether this name is meant.
    pub(super) fn matches(&self, name: &str) -> bool {
        match &self.glob {
            Some(glob) => glob.is_match(name),
            None => self.pattern == name,
        }
    }
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_.-".contains(letter)
}

/// Whether it has wildcards; none if it is no pattern at all.
fn is_pattern(text: &str) -> Option<bool> {
    let mut is_glob = false;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = match letter {
            '[' => {
                is_glob = true;
                let (class, after) = rest.get(1..)?.split_once(']')?;
                if !is_class(class.strip_prefix('!').unwrap_or(class)) {
                    return None;
                }
                after
            }
            '*' | '?' => {
                is_glob = true;
                rest.get(1..)?
            }
            plain if is_plain(plain) => rest.get(1..)?,
            _ => return None,
        };
    }
    (!text.is_empty()).then_some(is_glob)
}

/// Plain characters whose ranges go upwards.
fn is_class(class: &str) -> bool {
    let letters: Vec<char> = class.chars().collect();
    let goes_up = |range: &[char]| match range {
        [from, '-', to] if from.is_ascii_alphanumeric() && to.is_ascii_alphanumeric() => from <= to,
        _ => true,
    };
    !letters.is_empty() && letters.iter().all(|letter| is_plain(*letter)) && letters.windows(3).all(goes_up)
}
