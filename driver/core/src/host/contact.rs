//! Finds out which nodes answer: all are asked at the same time, and each that answers is told on at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt;
use futures::channel::mpsc;
use futures::stream::BoxStream;
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
    let (answers, stream) = mpsc::unbounded();
    for node in nodes.clone() {
        let (hosts, events) = (hosts.clone(), events.clone());
        let (answers, cancel) = (answers.clone(), cancel.clone());
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
            // so to those who wait; nobody waits when the run has ended.
            if !matches!(asked, Some(Err(_))) {
                let _ = answers.unbounded_send(node);
            }
        });
    }
    stream.boxed()
}
