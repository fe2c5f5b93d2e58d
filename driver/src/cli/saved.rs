//! What a deploy would bring now, in the form that can be saved and compared.

use std::path::Path;

use super::Error;
use super::common::{Prepared, SelectArgs};
use super::deploy::programs;
use crate::evaluate::Toplevels;
use crate::saved::SavedPlan;

/// Evaluates everything that the selected nodes would get.
pub async fn present(prepared: &Prepared, toplevels: &dyn Toplevels) -> Result<SavedPlan, Error> {
    let Prepared {
        flake,
        plan,
        nodes,
        graph,
        ..
    } = prepared;
    let document = serde_json::to_value(plan.restricted(nodes, graph))?;
    let fingerprint = flake.fingerprint().map(str::to_owned);
    let mut saved = SavedPlan::new(flake.reference().to_string(), fingerprint, document);
    saved.selection.clone_from(nodes);
    let programs = programs(prepared).nodes;
    for node in nodes {
        let system = toplevels.toplevel(node).await?.out_path;
        saved.systems.insert(node.clone(), system);
        if plan.nodes.get(node).is_some_and(|node| node.programs) {
            let path = programs.toplevel(node).await?.out_path;
            saved.programs.insert(node.clone(), path);
        }
    }
    Ok(saved)
}

/// The selection of the command line, or else that of the saved plan.
pub fn selection(select: &SelectArgs, saved: Option<&SavedPlan>) -> SelectArgs {
    match saved {
        Some(saved) if select.on.is_empty() => SelectArgs {
            on: saved.selection.iter().cloned().collect(),
        },
        _ => select.clone(),
    }
}

/// Reads the plan that is to be deployed, if there is one.
pub fn read(path: Option<&Path>) -> Result<Option<SavedPlan>, Error> {
    Ok(path.map(SavedPlan::read).transpose()?)
}
