//! The sorts of errors that are recognised, by Nix's own words, and what to do about some: `rules.json` has both.
//!
//! The first rule decides of which any `words` are in the headline and any `where` is in the text with its trace; a rule without them
//! fits all. In its texts `{quoted}` stands for the first quoted word of the headline, and others for what the trace names.

use std::sync::LazyLock;

use netlib_core::evaluation::Kind;
use serde::Deserialize;

pub(super) static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("rules.json")).unwrap_or_default());

/// What to do about errors.
#[derive(Default, Deserialize)]
pub(super) struct Table {
    /// Where there is no flake.
    pub(super) flake: String,
    /// Where an error that nothing recognises names no file of the user's.
    pub(super) trace: String,
    rules: Vec<Rule>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Rule {
    words: Vec<String>,
    r#where: Vec<String>,
    kind: Kind,
    /// What the headline begins with.
    headline: String,
    advice: String,
}

/// The sort of a message, by its headline alone and all of it with the trace; what it begins with, and what to do about it.
pub(super) fn sort(headline: &str, text: &str) -> (Kind, String, Option<String>) {
    let last = |before, after| Some(text.rsplit_once(before)?.1.split_once(after)?.0);
    let words = [
        ("{quoted}", headline.split('\'').nth(1)),
        ("{input}", last("while updating the flake input '", "'")),
        // The context that `lib/facts.nix` gives.
        ("{facts}", last("while reading facts/", ".json")),
        ("{argument}", last("noting that argument `", "`")),
        ("{option}", last("while evaluating the option `", "'")),
    ];
    let filled = |text: &String| {
        words.iter().fold(text.clone(), |text, (name, word)| text.replace(name, word.unwrap_or_default()))
    };
    let has = |text: &str, any: &[String]| any.is_empty() || any.iter().any(|words| text.contains(&filled(words)));
    let fits = |rule: &&Rule| has(headline, &rule.words) && has(text, &rule.r#where);
    let other = Rule::default();
    let rule = TABLE.rules.iter().find(fits).unwrap_or(&other);
    // netlib's own words come first, and then Nix's.
    let better = between(text, "(help: ", ")").map(str::to_owned).or_else(|| did_you_mean(text));
    let advice = better.unwrap_or_else(|| filled(&rule.advice));
    let is_news = !advice.is_empty() && !headline.contains(&advice);
    (rule.kind, filled(&rule.headline), is_news.then(|| advice.trim_end().to_owned()))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, from) = text.split_once(before)?;
    Some(from.lines().next()?.split_once(after)?.0)
}

fn did_you_mean(text: &str) -> Option<String> {
    let at = text.rfind("Did you mean ")?;
    text[at..].lines().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_knows_the_modules_that_there_are() {
        assert!(TABLE.rules.len() > 20, "rules.json is not what is read here");
        let names = include_str!("../../../../modules/default.nix").lines().filter_map(|line| {
            let (name, path) = line.trim().split_once(" = ")?;
            (path == format!("./{name};")).then_some(name)
        });
        let list = names.collect::<Vec<_>>().join(", ");
        let advice =
            TABLE.rules.iter().find(|rule| rule.advice.contains("netlib.modules has")).map(|rule| &rule.advice);
        assert_eq!(advice, Some(&format!("help: netlib.modules has {list}")));
    }
}
