//! What is asked of a network before its nodes are evaluated: what is to be walked, or a single answer.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Cache;
use crate::Error;
use crate::diagnose::Kind;
use crate::flake::{Flake, Reference, unseen};
use netlib_core::evaluation::this_system;
use netlib_core::nix::{Answer, FEATURES, Messages, NixCallError, TIMEOUT};
use netlib_core::plan::Plan;
use netlib_core::process::{Command, ProcessError};
use netlib_core::text::unchanged;

const OLD_LIBRARY: &str = "the netlib library of this flake is older than this netlib and cannot say what it asks for.\n\
     help: update the netlib input of the flake, or use its own driver: nix run .#netlib";

/// Said of a flake without networks.
const NONE: &str = "It has none at all: its outputs need to come from netlib.lib.mkFlake. To start with a working one: nix flake init -t netlib#wireguard-mesh";
/// The same of a plain file.
const NONE_IN_FILE: &str =
    "It has none at all: its value needs to come from netlib.lib.mkNetwork, as docs/evaluation.md shows.";

fn no_network(reference: &Reference, existing: &[String]) -> String {
    let Reference { place, network, is_file } = reference;
    let there_are = match existing.first() {
        Some(first) => {
            let (names, option) = (existing.join(", "), reference.option());
            format!(
                "Its networks: {names}. For example: {option} {place}#{first}\nA node is named with --on: --on {network}"
            )
        }
        None => (if *is_file { NONE_IN_FILE } else { NONE }).to_owned(),
    };
    format!("`{place}` has no network `{network}`.\n{there_are}")
}

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
    let Answer { stdout, mut messages } = value(flake, "planFor", Some(applied(&request))).await?;
    let plan = Plan::parse(&stdout)?;
    cache.keep_plan(&key, (unchanged(&stdout), messages.evaluation_warnings.clone()));
    messages.evaluation_warnings.extend(cache.settle(flake).await.map(str::to_owned));
    Ok((plan, messages))
}

/// The value of an attribute of the chosen network, after a Nix function where one is given: evaluated once and kept nowhere.
pub async fn ask<T: DeserializeOwned>(flake: &Flake, attribute: &str, apply: Option<String>) -> Result<T, Error> {
    let answer = value(flake, attribute, apply).await?;
    serde_json::from_slice(&answer.stdout).map_err(|error| {
        format!(
            "netlib's Nix library answered something that this netlib does not understand: {error}\n  help: use the driver and the library of one version, as `nix run .#netlib` does"
        )
        .into()
    })
}

async fn value(flake: &Flake, attribute: &str, apply: Option<String>) -> Result<Answer, Error> {
    let apply = apply.into_iter().flat_map(|function| ["--apply".to_owned(), function]);
    let words = flake.attribute(attribute).into_iter().chain(apply);
    let error = match flake.nix.with_room().call(["eval", "--json"], words).await {
        Ok(answer) => return Ok(answer),
        Err(NixCallError::Reported(_, error)) => error,
        Err(error) => return Err(error.into()),
    };
    let diagnosis = flake.explain(&error, "plan");
    let reference = &flake.reference;
    let refused = if diagnosis.kind != Kind::NoSuchOutput {
        format!("the network `{}` does not evaluate:\n{diagnosis}{}", reference.network, unseen(&flake.sources).await)
    } else {
        match flake.networks().await {
            existing if existing.contains(&reference.network) => OLD_LIBRARY.to_owned(),
            existing => no_network(reference, &existing),
        }
    };
    Err(refused.into())
}

/// A function for `--apply` that hands a value to the attribute.
pub fn applied(argument: &Value) -> String {
    format!("f: f {}", nix_value(argument))
}

/// What one of the driver's own functions in Nix makes of a value, apart from any network.
pub async fn computed(function: &str, argument: &Value) -> Result<Value, ProcessError> {
    let call = format!("({function}) {}", nix_value(argument));
    let command = Command::new("nix").args(FEATURES).args(["eval", "--json", "--file", "-"]).stdin(call);
    Ok(serde_json::from_slice(&command.timeout(TIMEOUT).output().await?.stdout).unwrap_or_default())
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
    use insta::assert_snapshot;

    fn told(existing: &[&str]) -> String {
        let existing: Vec<String> = existing.iter().map(|name| (*name).to_owned()).collect();
        no_network(&Reference::flake("/net#ofice").unwrap(), &existing)
    }

    #[test]
    fn a_network_that_is_not_there_lists_those_that_are() {
        assert_snapshot!(told(&["home", "office"]), @r"
        `/net` has no network `ofice`.
        Its networks: home, office. For example: --flake /net#home
        A node is named with --on: --on ofice
        ");
        assert_snapshot!(told(&[]), @r"
        `/net` has no network `ofice`.
        It has none at all: its outputs need to come from netlib.lib.mkFlake. To start with a working one: nix flake init -t netlib#wireguard-mesh
        ");
    }

    #[test]
    fn texts_are_no_code() {
        assert_eq!(
            applied(&serde_json::json!({ "on": ["\"${x}\r\n\u{1}"] })),
            r#"f: f (builtins.fromJSON "{\"on\":[\"\\\"\${x}\\r\\n\\u0001\"]}")"#
        );
    }
}
