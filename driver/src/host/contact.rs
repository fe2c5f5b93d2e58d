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
            let asked = tokio::select! {
                asked = hosts.get(&node) => asked,
                // Whoever it is handed to knows of the interrupt as well, and says so to those who wait.
                () = cancel.cancelled() => {
                    let _ = answers.unbounded_send(node);
                    return;
                }
            };
            match asked {
                Ok(_) => {
                    events.send(Event::Online { node: node.clone() });
                    // Nobody waits for it when the run has ended.
                    let _ = answers.unbounded_send(node);
                }
                Err(error) if error.is_offline() => {
                    let message = error.to_string();
                    events.send(Event::Offline { node, message });
                }
                // The first step of the node tells.
                Err(_) => {}
            }
        });
    }
    stream.boxed()
}
