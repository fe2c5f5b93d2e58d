//! Which nodes a command concerns: `--on NODE`, `--on @TAG`, `--on GLOB`; several are a union.
//!
//! Knows names and tags of the plan only.

use std::collections::BTreeSet;

use globset::Glob;

use crate::plan::Plan;

/// How many valid names an error lists before it only counts them.
const LISTED: usize = 20;

/// How much of what the user wrote an error repeats.
const SHOWN: usize = 80;

/// Below this, a name is not what the user meant.
const SIMILAR: f64 = 0.75;

/// Why a selection names no nodes.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SelectError {
    /// No such node.
    #[error(
        "--on {}: the network has no such node.{}\nNodes: {}",
        shown(word),
        meant(word, nodes),
        listed(nodes)
    )]
    UnknownNode {
        /// What the user wrote.
        word: String,
        /// What there is.
        nodes: Vec<String>,
    },
    /// No such tag.
    #[error(
        "--on @{}: no node has this tag.{}\nTags: {}",
        shown(tag),
        meant(tag, tags),
        listed(tags)
    )]
    UnknownTag {
        /// What the user wrote, without the `@`.
        tag: String,
        /// What there is.
        tags: Vec<String>,
    },
    /// A glob that matches no node.
    #[error(
        "--on {}: no node's name matches.\nNodes: {}",
        shown(glob),
        listed(nodes)
    )]
    NothingMatches {
        /// What the user wrote.
        glob: String,
        /// What there is.
        nodes: Vec<String>,
    },
    /// Not a glob.
    #[error(
        "--on {}: not a valid pattern: {problem}.\nPatterns have `*`, `?`, `[abc]` and `{{a,b}}`, for example: --on 'web*'",
        shown(glob)
    )]
    BadGlob {
        /// What the user wrote.
        glob: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// The nodes that these words select; without words, every node.
pub fn select(plan: &Plan, words: &[String]) -> Result<BTreeSet<String>, SelectError> {
    if words.is_empty() {
        return Ok(plan.nodes.keys().cloned().collect());
    }
    let mut selected = BTreeSet::new();
    for word in words {
        selected.extend(matching(plan, word)?);
    }
    Ok(selected)
}

fn matching(plan: &Plan, word: &str) -> Result<Vec<String>, SelectError> {
    let nodes = || plan.nodes.keys().cloned().collect::<Vec<_>>();
    if let Some(tag) = word.strip_prefix('@') {
        return tagged(plan, tag);
    }
    if plan.nodes.contains_key(word) {
        return Ok(vec![word.to_owned()]);
    }
    if !word.contains(['*', '?', '[', ']', '{', '}']) {
        return Err(SelectError::UnknownNode {
            word: word.to_owned(),
            nodes: nodes(),
        });
    }
    let glob = Glob::new(word).map_err(|error| SelectError::BadGlob {
        glob: word.to_owned(),
        problem: error.kind().to_string(),
    })?;
    let matcher = glob.compile_matcher();
    let found: Vec<String> = plan
        .nodes
        .keys()
        .filter(|node| matcher.is_match(node))
        .cloned()
        .collect();
    if found.is_empty() {
        return Err(SelectError::NothingMatches {
            glob: word.to_owned(),
            nodes: nodes(),
        });
    }
    Ok(found)
}

fn tagged(plan: &Plan, tag: &str) -> Result<Vec<String>, SelectError> {
    let has = |node: &&String| plan.nodes[*node].tags.iter().any(|it| it == tag);
    let found: Vec<String> = plan.nodes.keys().filter(has).cloned().collect();
    if found.is_empty() {
        let tags: BTreeSet<&String> = plan.nodes.values().flat_map(|node| &node.tags).collect();
        let tags = tags.into_iter().cloned().collect();
        return Err(SelectError::UnknownTag {
            tag: tag.to_owned(),
            tags,
        });
    }
    Ok(found)
}

fn shown(word: &str) -> String {
    if word.is_empty() {
        return "'' (nothing)".to_owned();
    }
    if word.chars().count() <= SHOWN {
        return word.to_owned();
    }
    let start: String = word.chars().take(SHOWN).collect();
    format!("{start}… ({} characters)", word.chars().count())
}

fn listed(names: &[String]) -> String {
    match names.len() {
        0 => "(none)".to_owned(),
        count if count <= LISTED => names.join(", "),
        count => format!(
            "{}, … ({count} in all; netlib plan lists them)",
            names[..LISTED].join(", ")
        ),
    }
}

fn meant(word: &str, names: &[String]) -> String {
    if word.contains(',') {
        return " Give --on once for each node.".to_owned();
    }
    let similarity = |name: &&String| strsim::jaro_winkler(word, name);
    let scored = names.iter().map(|name| (similarity(&name), name));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    match best {
        Some((score, name)) if score >= SIMILAR => format!(" Did you mean `{name}`?"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
