//! `netlib topology`: who is there, in which networks, and who talks to whom.

use std::time::Duration;

use clap::Args;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::args::FlakeArgs;
use super::session::Session;
use super::{Error, Output};
use crate::evaluate::ask;
use netlib_core::process::Command;
use netlib_core::text::unchanged;

/// Large networks take a while; one that takes this long is not drawn at all.
const TIMEOUT: Duration = Duration::from_secs(600);

/// Show the IP networks, their members and addresses, and which nodes talk to each other. Needs no facts, contacts no host.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/topology.txt"))]
pub struct TopologyArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    /// Print a Graphviz graph
    #[arg(long, group = "format")]
    dot: bool,
    /// Print a Mermaid graph, for Markdown
    #[arg(long, group = "format")]
    mermaid: bool,
    /// Print an SVG picture, drawn by Graphviz
    #[arg(long, group = "format")]
    svg: bool,
    /// Print the data as JSON
    #[arg(long, group = "format")]
    json: bool,
}

/// Prints what the library drew.
pub async fn run(args: TopologyArgs, session: &Session) -> Result<Output, Error> {
    let format = match args {
        TopologyArgs { json: true, .. } => "json",
        TopologyArgs { mermaid: true, .. } => "mermaid",
        TopologyArgs { dot: true, .. } | TopologyArgs { svg: true, .. } => "dot",
        _ => "text",
    };
    let (flake, _run_dir) = session.load(&args.flake).await?;
    let text = match ask(&flake, &format!("topology.{format}"), None).await? {
        Value::String(dot) if args.svg => svg("dot", dot, &session.cancel).await?,
        Value::String(text) => text,
        data => format!("{data:#}\n"),
    };
    Ok(Output::new(text, true))
}

/// Graphviz knows where to put what.
async fn svg(program: &str, dot: String, cancel: &CancellationToken) -> Result<String, Error> {
    let command = Command::new(program).arg("-Tsvg").stdin(dot).timeout(TIMEOUT).cancel_on(cancel);
    Ok(unchanged(&command.output().await?.stdout))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_picture_is_what_graphviz_makes_of_the_graph() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("dot");
        std::fs::write(&program, "#!/bin/sh\necho \"$*: $(cat)\"\n").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&program, mode).unwrap();
        let program = program.to_str().unwrap();
        let drawn = svg(program, "digraph {}".to_owned(), &CancellationToken::new()).await;
        assert_eq!(drawn.unwrap(), "-Tsvg: digraph {}\n");
    }
}
