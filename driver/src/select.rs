//! Which nodes a command concerns: the selectors of `--on`, in the grammar of docs/selectors.md.
//!
//! Knows names, tags, roles and instances of modules of the plan only. The library has the same grammar; both pass the cases of
//! checks/selectors.json.

mod problem;
mod term;

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::Plan;
pub use problem::{Problem, SelectError, one_of};
use term::{Kind, Term};

/// Sets of nodes.
type Nodes = BTreeSet<String>;

/// What selectors look up: sets of nodes by node, by tag, by role and by instance of a module.
#[derive(Clone, Debug, Default)]
struct Context {
    all: Nodes,
    by: BTreeMap<Kind, BTreeMap<String, Nodes>>,
}

/// One selector with what it names.
struct Resolved {
    is_exclusion: bool,
    nodes: Nodes,
    problems: Vec<Problem>,
}

/// The nodes that these selectors name; without any, every node. That they name none is an error too.
pub fn select(plan: &Plan, selectors: &[String]) -> Result<Nodes, SelectError> {
    let context = Context::of(plan);
    if selectors.is_empty() {
        return Ok(context.all);
    }
    let (nodes, problems) = context.resolve(selectors);
    match problems.into_iter().next() {
        Some(problem) => Err(SelectError::Problem(problem)),
        None if nodes.is_empty() => Err(SelectError::Nothing { selectors: selectors.to_vec() }),
        None => Ok(nodes),
    }
}

impl Context {
    fn of(plan: &Plan) -> Self {
        let mut context = Self::default();
        for role in plan.roles.keys() {
            context.word(Kind::Role, role);
        }
        for (instance, nodes) in &plan.modules {
            context.word(Kind::Module, instance).extend(nodes.clone());
        }
        for (name, node) in &plan.nodes {
            context.enter(name, &node.tags, &node.roles);
        }
        context
    }

    /// The nodes that a word stands for so far.
    fn word(&mut self, kind: Kind, word: &str) -> &mut Nodes {
        let index = self.by.entry(kind).or_default();
        index.entry(word.to_owned()).or_default()
    }

    fn enter(&mut self, node: &str, tags: &[String], roles: &[String]) {
        self.all.insert(node.to_owned());
        self.word(Kind::Node, node).insert(node.to_owned());
        for tag in tags {
            self.word(Kind::Tag, tag).insert(node.to_owned());
        }
        for role in roles {
            self.word(Kind::Role, role).insert(node.to_owned());
        }
    }

    fn resolve(&self, selectors: &[String]) -> (Nodes, Vec<Problem>) {
        let all = selectors.iter().map(|text| self.resolve_one(text));
        let (exclusions, others): (Vec<Resolved>, Vec<Resolved>) = all.partition(|resolved| resolved.is_exclusion);
        let mut nodes = if others.is_empty() {
            self.all.clone()
        } else {
            others.iter().flat_map(|other| other.nodes.clone()).collect()
        };
        for exclusion in &exclusions {
            nodes = &nodes & &exclusion.nodes;
        }
        let problems = exclusions.into_iter().chain(others);
        (nodes, problems.flat_map(|resolved| resolved.problems).collect())
    }

    fn resolve_one(&self, text: &str) -> Resolved {
        let terms: Option<Vec<Term>> = text.split('&').map(Term::parse).collect();
        let Some(terms) = terms else {
            return Resolved { is_exclusion: false, nodes: Nodes::new(), problems: vec![Problem::malformed(text)] };
        };
        let mut nodes = self.all.clone();
        let mut problems = Vec::new();
        for term in &terms {
            let found = self.matching(term);
            if found.is_empty() {
                problems.push(self.unknown(term));
            }
            let named: Nodes = found.into_iter().flatten().cloned().collect();
            nodes = if term.negated { &nodes - &named } else { &nodes & &named };
        }
        Resolved { is_exclusion: terms.iter().all(|term| term.negated), nodes, problems }
    }

    fn matching(&self, term: &Term) -> Vec<&Nodes> {
        let index = self.by.get(&term.kind).into_iter().flatten();
        let found = index.filter(|(word, _)| term.matches(word));
        found.map(|(_, nodes)| nodes).collect()
    }

    fn unknown(&self, term: &Term) -> Problem {
        let index = self.by.get(&term.kind);
        let names = index.map(|index| index.keys().cloned().collect());
        Problem::unknown(term, names.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
