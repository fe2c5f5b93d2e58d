//! Tests of selections.

use insta::assert_snapshot;
use serde::Deserialize;

use super::*;
use crate::plan::tests::example;

fn selected(words: &[&str]) -> Result<Vec<String>, String> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let result = select(&example(), &words);
    result.map(|nodes| nodes.into_iter().collect()).map_err(|error| error.to_string())
}

#[derive(Deserialize)]
struct Table {
    nodes: BTreeMap<String, Words>,
    modules: BTreeMap<String, Vec<String>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Words {
    tags: Vec<String>,
    roles: Vec<String>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    selectors: Vec<String>,
    nodes: Vec<String>,
    problems: Vec<Expected>,
}

#[derive(Debug, Deserialize, Eq, PartialEq)]
struct Expected {
    kind: String,
    word: String,
    suggestion: Option<String>,
}

/// The same table that the library is tested with.
#[test]
fn the_grammar_is_that_of_the_library() {
    let table = include_str!("../../../checks/selectors.json");
    let table: Table = serde_json::from_str(table).unwrap();
    let mut context = Context::default();
    for (node, words) in &table.nodes {
        context.enter(node, &words.tags, &words.roles);
    }
    for (instance, nodes) in &table.modules {
        context.word(Kind::Module, instance).extend(nodes.clone());
    }
    assert!(table.cases.len() >= 40);
    for case in table.cases {
        let (nodes, problems) =
            if case.selectors.is_empty() { (Nodes::new(), Vec::new()) } else { context.resolve(&case.selectors) };
        let problems: Vec<Expected> = problems
            .into_iter()
            .map(|problem| Expected {
                kind: problem.kind.to_owned(),
                word: problem.word,
                suggestion: problem.suggestion,
            })
            .collect();
        assert_eq!(nodes, case.nodes.into_iter().collect(), "{}", case.name);
        assert_eq!(problems, case.problems, "{}", case.name);
    }
}

#[test]
fn without_a_selector_every_node_is_meant() {
    assert_eq!(selected(&[]).unwrap(), ["alpha", "beta", "gamma"]);
    assert_eq!(selected(&["@inner & !beta"]).unwrap(), ["gamma"]);
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
    assert_snapshot!(selected(&["role:web"]).unwrap_err(), @r"
    --on role:web: no node has this role.
    Roles: (none)
    ");
    assert_snapshot!(selected(&["module:wireguard-mesh.wg0"]).unwrap_err(), @r"
    --on module:wireguard-mesh.wg0: no module has this instance.
    Instances: (none)
    ");
    assert_snapshot!(selected(&["module:*"]).unwrap_err(), @r"
    --on module:*: no instance of a module matches.
    Instances: (none)
    ");
    assert_snapshot!(selected(&["web*"]).unwrap_err(), @r"
    --on web*: no node's name matches.
    Nodes: alpha, beta, gamma
    ");
    assert_snapshot!(selected(&["[a"]).unwrap_err(), @r"
    --on [a: this is no selector.
    Selectors are a node, a pattern such as 'web*', @TAG, role:ROLE, module:INSTANCE, each with ! for the others, joined by &
    ");
    assert_snapshot!(selected(&[""]).unwrap_err(), @r"
    --on '' (nothing): this is no selector.
    Selectors are a node, a pattern such as 'web*', @TAG, role:ROLE, module:INSTANCE, each with ! for the others, joined by &
    ");
    assert_snapshot!(selected(&["alpha,beta"]).unwrap_err(), @r"
    --on alpha,beta: this is no selector.
    Give --on once for each node.
    ");
    assert_snapshot!(selected(&["alpha & beta"]).unwrap_err(), @r"
    --on alpha & beta: no node is left.
    An intersection or an exclusion leaves none; netlib plan shows the nodes with their tags and roles.
    ");
}

#[test]
fn long_words_and_long_lists_are_cut() {
    let error = selected(&[&"ä".repeat(100_000)]).unwrap_err();
    assert!(error.contains("… (100000 characters)"), "{error}");
    assert!(error.len() < 400);
    let names: Vec<String> = (0..30).map(|n| format!("n{n}")).collect();
    assert!(problem::list(&names).ends_with("n19, … (30 in all; netlib plan lists them)"));
    assert_eq!(problem::list(&[]), "(none)");
}
