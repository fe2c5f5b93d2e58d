//! What a deploy would bring now, in the form that can be saved and compared.

use serde_json::{Map, Value, json};

use super::Error;
use super::session::Prepared;
use crate::saved::SavedPlan;
use netlib_core::evaluation::{Job, Results};
use netlib_core::plan::{Plan, RunsOn};

/// Of a document, what two requests for the same have in common.
const OTHERS: [&str; 3] = ["request", "summary", "text"];

/// Evaluates everything that the selected nodes would get by this plan.
pub async fn present(prepared: &Prepared, plan: &Plan, results: &Results) -> Result<SavedPlan, Error> {
    let Prepared { flake, nodes, .. } = prepared;
    let mut document: Map<String, Value> = serde_json::from_str(&plan.source)?;
    document.retain(|field, _| !OTHERS.contains(&field.as_str()));
    let path = async |job: Job| results.get(job).await.map(|it| Value::String(it.out_path));
    let (mut systems, mut programs) = (Map::new(), Map::new());
    for node in nodes {
        systems.insert(node.clone(), path(Job::toplevel(node)).await?);
    }
    for (place, job) in &plan.programs {
        let whose = if let RunsOn::Node(node) = place { node } else { "the deployer" };
        programs.insert(whose.to_owned(), path(job.clone()).await?);
    }
    Ok(SavedPlan::new(json!({
        "flake": flake.reference.to_string(),
        "fingerprint": flake.fingerprint,
        "selection": nodes,
        "systems": systems,
        "programs": programs,
        "plan": document,
    })))
}
