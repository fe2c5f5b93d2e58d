//! The plan as a tree for reading: nodes in the order in which they are finished, their steps below them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::waves::waves;
use crate::event::WalkStep;
use crate::graph::Graph;
use crate::plan::{Plan, StepKind, Target};

/// Stands for the node of steps that run on the deployer.
const DEPLOYER: &str = "(deployer)";

/// Draws the nodes and steps of the graph.
#[must_use]
pub fn tree(plan: &Plan, graph: &Graph) -> String {
    let nodes = in_order(plan, graph);
    let mut text = format!(
        "network {}: {}, {}\n",
        plan.network.name,
        count(
            nodes.iter().filter(|(name, _)| *name != DEPLOYER).count(),
            "node"
        ),
        count(graph.len(), "step")
    );
    let last = nodes.len().saturating_sub(1);
    for (place, (name, steps)) in nodes.iter().enumerate() {
        let (branch, stem) = if place == last {
            ("└─", "  ")
        } else {
            ("├─", "│ ")
        };
        let _ = writeln!(text, "{branch} {name}{}", about(plan, name));
        draw_steps(&mut text, stem, steps, graph);
    }
    text + &waves(plan, graph)
}

fn draw_steps(text: &mut String, stem: &str, steps: &[&WalkStep], graph: &Graph) {
    let last = steps.len().saturating_sub(1);
    let width = steps
        .iter()
        .map(|step| label(step).len())
        .max()
        .unwrap_or_default();
    for (place, step) in steps.iter().enumerate() {
        let branch = if place == last { "└─" } else { "├─" };
        let after = waits_for(step, graph);
        let line = format!("{stem} {branch} {:width$}{after}", label(step));
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn waits_for(step: &WalkStep, graph: &Graph) -> String {
    let own = |id: &String| match (&step.node, graph.kind(id)) {
        // Of the same node, the kind says enough.
        (Some(node), Some(kind)) if *id == format!("{}:{node}", kind.name()) => {
            kind.name().to_owned()
        }
        _ => id.clone(),
    };
    let after: Vec<String> = graph.dependencies(&step.id).iter().map(own).collect();
    if after.is_empty() {
        String::new()
    } else {
        format!("  after {}", after.join(", "))
    }
}

/// The kind, or the whole id of a step that is named in another way.
fn label(step: &WalkStep) -> &str {
    match (&step.node, step.id.split_once(':')) {
        (Some(node), Some((kind, of))) if of == node && kind == step.kind.name() => kind,
        _ => &step.id,
    }
}

fn about(plan: &Plan, name: &str) -> String {
    let Some(node) = plan.nodes.get(name) else {
        return String::new();
    };
    let roles = node.roles.iter().map(|role| format!("  role:{role}"));
    let tags = node.tags.iter().map(|tag| format!("  @{tag}"));
    let words: String = roles.chain(tags).collect();
    format!("  {}  {}{words}", address(&node.target), node.system)
}

fn address(target: &Target) -> String {
    if target.local {
        return "(this machine)".to_owned();
    }
    let user = target
        .user
        .as_ref()
        .map(|user| format!("{user}@"))
        .unwrap_or_default();
    let port = target
        .port
        .map(|port| format!(" port {port}"))
        .unwrap_or_default();
    format!("{user}{}{port}", target.host)
}

fn in_order<'a>(plan: &'a Plan, graph: &'a Graph) -> Vec<(&'a str, Vec<&'a WalkStep>)> {
    let mut steps: BTreeMap<&str, Vec<&WalkStep>> = BTreeMap::new();
    let mut finished: BTreeMap<&str, usize> = BTreeMap::new();
    // Gates belong to rollouts, which are drawn for themselves.
    let steps_of_nodes = graph.steps().filter(|step| step.kind != StepKind::Gate);
    for (place, step) in steps_of_nodes.enumerate() {
        let name = step.node.as_deref().unwrap_or(DEPLOYER);
        steps.entry(name).or_default().push(step);
        finished.insert(name, place);
    }
    for steps in steps.values_mut() {
        // Steps that may come in any order would otherwise stand in the order of their names.
        steps.sort_by_key(|step| (depth_on_node(step, graph), step.kind));
    }
    let mut nodes: Vec<_> = steps.into_iter().collect();
    nodes.sort_by_key(|(name, _)| (finished.get(name).copied(), *name));
    nodes.retain(|(name, _)| plan.nodes.contains_key(*name) || *name == DEPLOYER);
    nodes
}

/// How many steps of the same node must come before.
fn depth_on_node(step: &WalkStep, graph: &Graph) -> usize {
    let before = graph.dependencies(&step.id);
    let own = before
        .iter()
        .filter(|id| graph.node(id) == step.node.as_deref());
    own.filter_map(|id| graph.steps().find(|it| it.id == **id))
        .map(|it| depth_on_node(it, graph) + 1)
        .max()
        .unwrap_or_default()
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::example;
    use insta::assert_snapshot;

    #[test]
    fn shows_nodes_in_the_order_of_their_activation() {
        let plan = example();
        let graph = Graph::from_plan(&plan).unwrap();
        assert_snapshot!(tree(&plan, &graph));
    }

    #[test]
    fn shows_contracted_edges_of_a_selection() {
        let plan = example();
        let nodes = ["alpha", "gamma"].map(str::to_owned).into();
        let graph = Graph::from_plan(&plan)
            .unwrap()
            .restrict(&plan.steps_of(&nodes));
        assert_snapshot!(tree(&plan, &graph));
    }
}
