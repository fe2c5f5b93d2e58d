//! Tests of selections.

use insta::assert_snapshot;

use super::*;
use crate::plan::tests::example;

fn selected(words: &[&str]) -> Result<Vec<String>, String> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let result = select(&example(), &words);
    result
        .map(|nodes| nodes.into_iter().collect())
        .map_err(|error| error.to_string())
}

#[test]
fn names_tags_and_globs_are_a_union() {
    let all = ["alpha", "beta", "gamma"].map(str::to_owned);
    assert_eq!(selected(&[]).unwrap(), all);
    assert_eq!(selected(&["beta"]).unwrap(), ["beta"]);
    assert_eq!(selected(&["@inner"]).unwrap(), ["beta", "gamma"]);
    assert_eq!(selected(&["[ab]*a", "@edge"]).unwrap(), ["alpha", "beta"]);
    assert_eq!(
        selected(&["@db", "g?mma", "beta"]).unwrap(),
        ["beta", "gamma"]
    );
}

#[test]
fn one_wrong_word_is_an_error_whatever_the_others_select() {
    assert_snapshot!(selected(&["alpha", "gama"]).unwrap_err(), @r"
    --on gama: the network has no such node. Did you mean `gamma`?
    Nodes: alpha, beta, gamma
    ");
    assert_snapshot!(selected(&["@iner"]).unwrap_err(), @r"
    --on @iner: no node has this tag. Did you mean `inner`?
    Tags: db, edge, inner
    ");
    assert_snapshot!(selected(&["web*"]).unwrap_err(), @r"
    --on web*: no node's name matches.
    Nodes: alpha, beta, gamma
    ");
    assert_snapshot!(selected(&["[a"]).unwrap_err(), @r"
    --on [a: not a valid pattern: unclosed character class; missing ']'.
    Patterns have `*`, `?`, `[abc]` and `{a,b}`, for example: --on 'web*'
    ");
    assert_snapshot!(selected(&[""]).unwrap_err(), @r"
    --on '' (nothing): the network has no such node.
    Nodes: alpha, beta, gamma
    ");
    assert_snapshot!(selected(&["alpha,beta"]).unwrap_err(), @r"
    --on alpha,beta: the network has no such node. Give --on once for each node.
    Nodes: alpha, beta, gamma
    ");
}

#[test]
fn long_words_and_long_lists_are_cut() {
    let error = selected(&[&"ä".repeat(100_000)]).unwrap_err();
    assert!(error.contains("… (100000 characters)"), "{error}");
    assert!(error.len() < 400);
    let names: Vec<String> = (0..30).map(|n| format!("n{n}")).collect();
    assert!(listed(&names).ends_with("n19, … (30 in all; netlib plan lists them)"));
    assert_eq!(listed(&[]), "(none)");
}
