//! `netlib diff`: what a deploy would change on the nodes.

use super::args::HostArgs;
use super::session::Session;
use super::{Error, Output};
use crate::difference::compare_all;

/// Compares and prints.
pub async fn run(on: HostArgs, session: &Session) -> Result<Output, Error> {
    let prepared = session.open(&on, "diff").await?;
    let parts = session.parts(&prepared, prepared.evaluated_all(&session.events));
    let (text, failed) = compare_all(&parts, &prepared.nodes, Some(&session.events)).await;
    prepared.hosts.close().await;
    Ok(Output { stderr: failed.clone(), ..Output::new(text, failed.is_empty()) })
}
