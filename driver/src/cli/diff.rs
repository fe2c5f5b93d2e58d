//! `netlib diff`: what a deploy would change on the nodes.

use std::sync::Arc;

use clap::Args;
use futures::StreamExt;

use super::common::{Display, FlakeArgs, SelectArgs, prepare, print};
use super::interrupt::Interrupts;
use super::status::evaluated;
use super::sudo::SudoArgs;
use super::{Error, Exit};
use crate::difference::{Comparison, Difference, compare};
use crate::event::{Event, EventSink};
use crate::host::Hosts;
use crate::report::difference::text;

/// How many nodes are compared at the same time: each builds.
const AT_ONCE: usize = 4;

/// Show which packages a deploy would change on each node.
///
/// Builds the planned systems here and compares them with the list of paths of the running system; fetches and changes nothing
/// on any host.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib diff\n  \
    netlib diff --on alpha\n\n\
    Exit status: 0 all nodes could be compared, 1 some could not, 2 usage or evaluation error, 130 interrupted.")]
pub struct DiffArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    sudo: SudoArgs,
}

type Compared = (String, Result<Difference, String>);

/// Compares and prints.
pub async fn run(args: DiffArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let display = Display::start(interrupts, Vec::new());
    let compared = compared(&args, display.events(), interrupts).await;
    display.end().await;
    let mut is_good = true;
    for (node, result) in compared? {
        match result {
            Ok(difference) => print(&text(&node, &difference))?,
            Err(error) => {
                is_good = false;
                eprintln!("{error}");
            }
        }
    }
    Ok(if is_good { Exit::Good } else { Exit::NodeFailed })
}

async fn compared(args: &DiffArgs, events: &EventSink, interrupts: &Interrupts) -> Result<Vec<Compared>, Error> {
    let prepared = prepare(&args.flake, args.select.request("diff"), events, interrupts).await?;
    let hosts = Arc::new(Hosts::new(&prepared.plan)?.asking(args.sudo.source(interrupts), &prepared.nodes));
    let parts = Comparison {
        hosts: hosts.clone(),
        toplevels: Arc::new(evaluated(&prepared, events)),
        run_dir: prepared.run_dir.path().to_owned(),
        cancel: interrupts.token().clone(),
    };
    let compared = futures::stream::iter(&prepared.nodes)
        .map(async |node: &String| {
            let step = format!("diff:{node}");
            let show = |line| {
                events.send(Event::StepOutput { step: step.clone(), line });
            };
            let result = compare(&parts, node, show).await;
            (node.clone(), result.map_err(|error| format!("node `{node}`, step `{step}`: {error}")))
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    hosts.close().await;
    Ok(compared)
}
