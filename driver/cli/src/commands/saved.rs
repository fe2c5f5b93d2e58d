//! What a deploy would bring now, in the form that can be saved and compared.

use serde_json::{Map, Value, json};

use super::Error;
use super::args::SelectArgs;
use super::session::Prepared;
use crate::saved::SavedPlan;
use netlib_core::evaluation::{Attribute, Job, Results};
use netlib_core::plan::Plan;

/// Of a document, what two requests for the same have in common.
const OTHERS: [&str; 3] = ["request", "summary", "text"];

/// Evaluates everything that the selected nodes would get by this plan.
pub async fn present(prepared: &Prepared, plan: &Plan, results: &Results) -> Result<SavedPlan, Error> {
    let Prepared { flake, nodes, .. } = prepared;
    let mut document: Map<String, Value> = serde_json::from_str(&plan.source)?;
    document.retain(|field, _| !OTHERS.contains(&field.as_str()));
    let (mut systems, mut programs) = (Map::new(), Map::new());
    for node in nodes {
        systems.insert(node.clone(), results.get(Attribute::Toplevels.of(node)).await?.out_path.into());
    }
    for node in &plan.evaluate.programs {
        programs.insert(node.clone(), results.get(Attribute::Programs.of(node)).await?.out_path.into());
    }
    if plan.evaluate.deployer_programs {
        programs.insert("the deployer".to_owned(), results.get(Job::of_deployer()).await?.out_path.into());
    }
    let parts = [
        ("flake", json!(flake.reference.to_string())),
        ("fingerprint", json!(flake.fingerprint)),
        ("selection", json!(nodes)),
        ("systems", systems.into()),
        ("programs", programs.into()),
        ("plan", document.into()),
    ];
    Ok(SavedPlan::new(parts.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()))
}

/// The selection of the command line, or else that of the saved plan.
pub fn selection(select: &SelectArgs, saved: Option<&SavedPlan>) -> SelectArgs {
    match saved {
        Some(saved) if select.on.is_empty() => SelectArgs { on: saved.selection() },
        _ => select.clone(),
    }
}
