//! The sorts of errors that are recognised, by Nix's own words, and what to do about some: `rules.json` has both.
//!
//! The first rule decides whose `words` are in the headline and whose `where` is in the text with its trace. `{quoted}` stands for the
//! first quoted word of the headline, `{input}` for the input that the trace names, `{recursion}` for what it tells of one.

use std::sync::LazyLock;

use netlib_core::evaluation::Kind;
use serde::Deserialize;

static TABLE: LazyLock<Table> = LazyLock::new(|| serde_json::from_str(include_str!("rules.json")).unwrap_or_default());

#[derive(Default, Deserialize)]
struct Table {
    recursion: String,
    flake: String,
    rules: Vec<Rule>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Rule {
    words: String,
    r#where: String,
    kind: Kind,
    advice: String,
}

/// What to do where there is no flake.
pub(super) fn about_flakes() -> String {
    TABLE.flake.clone()
}

/// The sort of a message, by its headline alone and all of it with the trace, and what to do about it.
pub(super) fn sort(headline: &str, text: &str) -> (Kind, Option<String>) {
    let quoted = headline.split('\'').nth(1).unwrap_or_default();
    let fits =
        |rule: &&Rule| headline.contains(&rule.words) && text.contains(&rule.r#where.replace("{quoted}", quoted));
    let (kind, advice) = TABLE.rules.iter().find(fits).map_or((Kind::Other, ""), |rule| (rule.kind, &rule.advice));
    let advice = match advice {
        "{recursion}" => recursion(text),
        _ => advice.replace("{quoted}", quoted).replace("{input}", input(text).unwrap_or_default()),
    };
    // netlib's own words come first, and then Nix's.
    let better = between(text, "(help: ", ")").map(str::to_owned).or_else(|| did_you_mean(text));
    let advice = better.unwrap_or(advice);
    let is_news = !advice.is_empty() && !headline.contains(&advice);
    (kind, is_news.then(|| advice.trim_end().to_owned()))
}

/// What needs itself, as far as the trace tells.
fn recursion(text: &str) -> String {
    let last = |before, after| Some(text.rsplit_once(before)?.1.split_once(after)?.0);
    match (last("noting that argument `", "`"), last("while evaluating the option `", "'")) {
        (Some(argument), _) => format!(
            "help: `{argument}` is not known yet while `imports` are read: give it to all modules with `specialArgs`"
        ),
        (None, Some(option)) => format!("{} This was at the option `{option}`.", TABLE.recursion),
        (None, None) => TABLE.recursion.clone(),
    }
}

/// The input of the flake that an error is about.
pub(super) fn input(text: &str) -> Option<&str> {
    let (_, from) = text.rsplit_once("while updating the flake input '")?;
    from.split('\'').next()
}

/// The node whose file of facts was being read: the context that `lib/facts.nix` gives.
pub(super) fn facts_of(text: &str) -> Option<&str> {
    between(text, "while reading facts/", ".json")
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
        assert!(TABLE.rules.len() > 30, "rules.json is not what is read here");
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
