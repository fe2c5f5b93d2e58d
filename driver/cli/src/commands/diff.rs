//! `netlib diff`: what a deploy would change on the nodes.

use futures::StreamExt;

use super::args::HostArgs;
use super::session::Session;
use super::{Error, Output};
use crate::difference::{TEXT, compare};
use crate::report::document::shown;

/// How many nodes are compared at the same time: each builds.
const AT_ONCE: usize = 4;

/// Compares and prints.
pub async fn run(on: HostArgs, session: &Session) -> Result<Output, Error> {
    let prepared = session.open(&on, "diff").await?;
    let parts = session.parts(&prepared, prepared.evaluated_all(&session.events));
    let compared: Vec<_> = futures::stream::iter(&prepared.nodes)
        .map(async |node: &String| {
            let step = format!("diff:{node}");
            let result = compare(&parts, node, &|line| session.events.show(&step, line)).await;
            result
                .map(|change| shown(&change, TEXT))
                .map_err(|error| format!("node `{node}`, step `{step}`: {error}\n"))
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    prepared.hosts.close().await;
    let (shown, failed): (Vec<_>, Vec<_>) = compared.into_iter().partition(Result::is_ok);
    let output = Output::new(shown.into_iter().flatten().collect(), failed.is_empty());
    Ok(Output { stderr: failed.into_iter().filter_map(Result::err).collect(), ..output })
}
