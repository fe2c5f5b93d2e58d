//! Finds out which nodes answer: all are asked at the same time, and each that answers is told on at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::{BoxStream, FuturesUnordered};
use tokio_util::sync::CancellationToken;

use super::Hosts;
use crate::event::{Event, EventSink};

/// The nodes that answer, as they do. Those that do not are known by their events, and by [`Hosts::get`].
pub fn answering(
    hosts: &Arc<Hosts>,
    nodes: &BTreeSet<String>,
    events: &EventSink,
    cancel: &CancellationToken,
) -> BoxStream<'static, String> {
    let ask = |node: String| {
        let (hosts, events, cancel) = (hosts.clone(), events.clone(), cancel.clone());
        tokio::spawn(async move {
            let asked = cancel.run_until_cancelled(hosts.get(&node)).await;
            match &asked {
                Some(Ok(_)) => events.send(Event::Online { node: node.clone() }),
                Some(Err(error)) if error.is_offline() => {
                    events.send(Event::Offline { node: node.clone(), message: error.to_string() });
                }
                _ => {}
            }
            // The first step of the node tells of other errors. Whoever it is handed to knows of an interrupt as well, and says
            // so to those who wait.
            (!matches!(asked, Some(Err(_)))).then_some(node)
        })
    };
    let asked: FuturesUnordered<_> = nodes.iter().cloned().map(ask).collect();
    asked.filter_map(async |answers| answers.ok().flatten()).boxed()
}
