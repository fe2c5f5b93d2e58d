//! `netlib topology`: who is there, in which networks, and who talks to whom.

use clap::Args;

use super::common::{FlakeArgs, answer, print};
use super::interrupt::Interrupts;
use super::{Error, Exit};
use crate::report::topology::{dot, mermaid, svg, text};
use crate::topology::Topology;

/// Show the networks, who is in them at which addresses, and who talks to whom. Needs no facts and reaches no host.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  netlib topology\n  netlib topology --svg > network.svg\n  netlib topology --dot | neato -Tpng > network.png"
)]
pub struct TopologyArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    format: Format,
}

#[derive(Args, Debug)]
#[group(multiple = false)]
struct Format {
    /// A picture in the language of Graphviz
    #[arg(long)]
    dot: bool,
    /// A picture in the language of Mermaid, for Markdown
    #[arg(long)]
    mermaid: bool,
    /// A picture as SVG
    #[arg(long)]
    svg: bool,
    /// The data as a JSON document
    #[arg(long)]
    json: bool,
}

/// Prints the topology.
pub async fn run(args: TopologyArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let (topology, _): (Topology, _) = answer(&args.flake, interrupts, "topology", None).await?;
    print(&rendered(&args.format, &topology)?)?;
    Ok(Exit::Good)
}

fn rendered(format: &Format, topology: &Topology) -> Result<String, Error> {
    Ok(match format {
        Format { json: true, .. } => serde_json::to_string_pretty(topology)? + "\n",
        Format { dot: true, .. } => dot(topology),
        Format { mermaid: true, .. } => mermaid(topology),
        Format { svg: true, .. } => svg(topology),
        _ => text(topology),
    })
}
