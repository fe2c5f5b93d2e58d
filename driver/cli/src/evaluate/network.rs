//! What is asked of a network before its nodes are evaluated: what is to be walked, or a single answer.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Cache;
use crate::Error;
use crate::diagnose::Kind;
use crate::flake::{Flake, NETWORKS, Reference, unseen};
use netlib_core::evaluation::this_system;
use netlib_core::nix::{Answer, FEATURES, Messages, NixCallError, TIMEOUT};
use netlib_core::plan::Plan;
use netlib_core::process::Command;
use netlib_core::text::unchanged;

/// What hands a question to a network, and says which there are where it is none of them.
const NETWORK: &str = include_str!("network.nix");

/// What is walked for a request, and what Nix said on the way. What is known is not evaluated.
pub async fn evaluate_plan(flake: &Flake, cache: &Cache, request: &Value) -> Result<(Plan, Messages), Error> {
    let mut request = request.clone();
    request["system"] = this_system().into();
    request["folder"] = flake.sources.directory().map(|folder| folder.to_string_lossy().into_owned()).into();
    let key = request.to_string();
    if let Some((document, evaluation_warnings)) = cache.plan(&key)
        // A newer netlib may understand less of an older one's plan.
        && let Ok(plan) = Plan::parse(document.as_bytes())
    {
        return Ok((plan, Messages { evaluation_warnings, ..Messages::default() }));
    }
    let Answer { stdout, mut messages } = value(flake, "planFor", Some(&request)).await?;
    let plan = Plan::parse(&stdout)?;
    cache.keep_plan(&key, (unchanged(&stdout), messages.evaluation_warnings.clone()));
    messages.evaluation_warnings.extend(cache.settle(flake).await.map(str::to_owned));
    Ok((plan, messages))
}

/// The value of an attribute of the chosen network, or what it makes of an argument: evaluated once and kept nowhere.
pub async fn ask<T: DeserializeOwned>(flake: &Flake, attribute: &str, argument: Option<&Value>) -> Result<T, Error> {
    let answer = value(flake, attribute, argument).await?;
    serde_json::from_slice(&answer.stdout).map_err(|error| {
        format!(
            "netlib's Nix library answered something that this netlib does not understand: {error}\n  help: use the driver and the library of one version, as `nix run .#netlib` does"
        )
        .into()
    })
}

async fn value(flake: &Flake, attribute: &str, argument: Option<&Value>) -> Result<Answer, Error> {
    let apply = ["--apply".to_owned(), question(&flake.reference, attribute, argument)];
    let words = flake.at(NETWORKS.to_owned()).into_iter().chain(apply);
    let error = match flake.nix.with_room().call(["eval", "--json"], words).await {
        Ok(answer) => return Ok(answer),
        Err(NixCallError::Reported(_, error)) => error,
        Err(error) => return Err(error.into()),
    };
    let (diagnosis, network) = (flake.explain(&error, "plan"), &flake.reference.network);
    Err(match diagnosis.kind {
        Kind::NoSuchOutput => diagnosis.to_string(),
        _ => format!("the network `{network}` does not evaluate:\n{diagnosis}{}", unseen(&flake.sources).await),
    }
    .into())
}

/// A function of all networks that there are.
fn question(reference: &Reference, attribute: &str, argument: Option<&Value>) -> String {
    let Reference { place, network, .. } = reference;
    let path: Vec<&str> = attribute.split('.').collect();
    let mut asked = json!({ "place": place, "option": reference.option(), "network": network, "path": path });
    if let Some(argument) = argument {
        asked["argument"] = argument.clone();
    }
    format!("({NETWORK}) {}", nix_value(&asked))
}

/// What one of the driver's own functions in Nix makes of a value, apart from any network.
pub async fn computed(function: &str, argument: &Value) -> Result<Value, String> {
    let call = format!("({function}) {}", nix_value(argument));
    let command = Command::new("nix").args(FEATURES).args(["eval", "--json", "--file", "-"]).stdin(call);
    let answer = command.timeout(TIMEOUT).output().await.map_err(|error| error.to_string())?.stdout;
    let none =
        |error| format!("`nix eval` answered something that is no JSON: {error}\n  help: is `nix` on PATH Nix itself?");
    serde_json::from_slice(&answer).map_err(none)
}

/// A value as Nix reads it: one text of JSON, in which nothing is code. Such a text has no characters that Nix escapes in another
/// way than JSON does, but one.
pub fn nix_value(value: &Value) -> String {
    let text = Value::String(value.to_string()).to_string();
    format!("(builtins.fromJSON {})", text.replace('$', "\\$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_code() {
        assert_eq!(
            nix_value(&json!({ "on": ["\"${x}\r\n\u{1}"] })),
            r#"(builtins.fromJSON "{\"on\":[\"\\\"\${x}\\r\\n\\u0001\"]}")"#
        );
    }
}
