//! What a deploy would bring now, in the form that can be saved and compared.

use serde_json::{Map, Value};

use super::Error;
use super::args::SelectArgs;
use super::session::Prepared;
use crate::evaluate::{Attribute, Job, Results};
use crate::plan::Plan;
use crate::saved::SavedPlan;

/// Of a document, what two requests for the same have in common.
const OTHERS: [&str; 3] = ["request", "summary", "text"];

/// Evaluates everything that the selected nodes would get by this plan.
pub async fn present(prepared: &Prepared, plan: &Plan, results: &Results) -> Result<SavedPlan, Error> {
    let Prepared { flake, nodes, .. } = prepared;
    let mut document: Map<String, Value> = serde_json::from_str(&plan.source)?;
    document.retain(|field, _| !OTHERS.contains(&field.as_str()));
    let fingerprint = flake.fingerprint.clone();
    let mut saved = SavedPlan::new(flake.reference.to_string(), fingerprint, document.into());
    saved.selection.clone_from(nodes);
    for node in nodes {
        let system = results.get(Job { node: node.clone(), attribute: Attribute::Toplevels }).await?.out_path;
        saved.systems.insert(node.clone(), system);
    }
    for node in &plan.evaluate.programs {
        let path = results.get(Job { node: node.clone(), attribute: Attribute::Programs }).await?.out_path;
        saved.programs.insert(node.clone(), path);
    }
    if plan.evaluate.deployer_programs {
        let path = results.get(Job::of_deployer()).await?.out_path;
        saved.programs.insert("the deployer".to_owned(), path);
    }
    Ok(saved)
}

/// The selection of the command line, or else that of the saved plan.
pub fn selection(select: &SelectArgs, saved: Option<&SavedPlan>) -> SelectArgs {
    match saved {
        Some(saved) if select.on.is_empty() => SelectArgs { on: saved.selection.iter().cloned().collect() },
        _ => select.clone(),
    }
}
