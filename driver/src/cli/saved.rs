//! What a deploy would bring now, in the form that can be saved and compared.

use std::collections::BTreeSet;
use std::path::Path;

use super::Error;
use super::common::{Prepared, SelectArgs};
use super::deploy::programs;
use crate::evaluate::Toplevels;
use crate::saved::SavedPlan;

/// Evaluates everything that the selected nodes would get.
pub async fn present(prepared: &Prepared, toplevels: &dyn Toplevels) -> Result<SavedPlan, Error> {
    let Prepared { flake, plan, nodes, graph, .. } = prepared;
    let document = serde_json::to_value(plan.restricted(nodes, graph))?;
    let fingerprint = flake.fingerprint().map(str::to_owned);
    let mut saved = SavedPlan::new(flake.reference().to_string(), fingerprint, document);
    saved.selection.clone_from(nodes);
    for node in nodes {
        let system = toplevels.toplevel(node).await?.out_path;
        saved.systems.insert(node.clone(), system);
    }
    let programs = programs(prepared);
    let (machines, by_deployer) = machines(prepared);
    for node in machines {
        let path = programs.nodes.toplevel(&node).await?.out_path;
        saved.programs.insert(node, path);
    }
    if by_deployer {
        let path = programs.deployer.toplevel("deployer").await?.out_path;
        saved.deployer_programs = Some(path);
    }
    Ok(saved)
}

/// The nodes that run programs for the selected ones, and whether the deployer does.
fn machines(prepared: &Prepared) -> (BTreeSet<String>, bool) {
    let Prepared { plan, nodes, graph, .. } = prepared;
    let selected = nodes.iter().filter_map(|name| Some((name, plan.nodes.get(name)?)));
    let of_nodes = selected.flat_map(|(name, node)| {
        let checks = node.checks.values().flat_map(|check| &check.from);
        checks.map(move |place| place.node(name))
    });
    let steps = graph.steps().filter_map(|step| plan.steps.get(&step.id));
    let of_commands = steps.filter_map(|step| Some(step.on.as_ref()?.node("")));
    let (mut machines, mut by_deployer) = (BTreeSet::new(), false);
    for place in of_nodes.chain(of_commands) {
        match place {
            Some(node) => {
                machines.insert(node.to_owned());
            }
            None => by_deployer = true,
        }
    }
    // What a node keeps for others is brought to it with its system.
    let has_some = |name: &&String| plan.nodes.get(*name).is_some_and(|node| node.programs);
    machines.extend(nodes.iter().filter(has_some).cloned());
    (machines, by_deployer)
}

/// The selection of the command line, or else that of the saved plan.
pub fn selection(select: &SelectArgs, saved: Option<&SavedPlan>) -> SelectArgs {
    match saved {
        Some(saved) if select.on.is_empty() => SelectArgs { on: saved.selection.iter().cloned().collect() },
        _ => select.clone(),
    }
}

/// Reads the plan that is to be deployed, if there is one.
pub fn read(path: Option<&Path>) -> Result<Option<SavedPlan>, Error> {
    Ok(path.map(SavedPlan::read).transpose()?)
}
