//! Where results of an evaluation are pinned up, for those who wait for one node's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::{EvaluateError, Evaluated, Scope, Toplevel, Toplevels};
use crate::diagnose::Diagnosis;
use crate::event::{Event, EventSink};

type Outcome = Result<Toplevel, Arc<EvaluateError>>;

/// Results by node; each is awaited by whoever needs it.
#[derive(Debug)]
pub struct Board {
    slots: BTreeMap<String, watch::Receiver<Option<Outcome>>>,
    reader: AbortHandle,
}

impl Drop for Board {
    /// What nobody waits for any more is not evaluated.
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Board {
    /// Reads the stream to its end in a task of its own. Results of other nodes than these are ignored.
    #[must_use]
    pub fn fill(
        nodes: &BTreeSet<String>,
        results: BoxStream<'static, Evaluated>,
        events: EventSink,
    ) -> Self {
        let mut senders = BTreeMap::new();
        let mut slots = BTreeMap::new();
        for node in nodes {
            let (sender, receiver) = watch::channel(None);
            senders.insert(node.clone(), sender);
            slots.insert(node.clone(), receiver);
        }
        let reader = tokio::spawn(pin_up(senders, results, events)).abort_handle();
        Self { slots, reader }
    }
}

async fn pin_up(
    mut senders: BTreeMap<String, watch::Sender<Option<Outcome>>>,
    mut results: BoxStream<'static, Evaluated>,
    events: EventSink,
) {
    while let Some(Evaluated { node, result }) = results.next().await {
        let result = result.map_err(Arc::new);
        if let Err(error) = &result
            && error.scope == Scope::All
        {
            for sender in std::mem::take(&mut senders).into_values() {
                sender.send_replace(Some(Err(error.clone())));
            }
        } else if let Some(sender) = senders.remove(&node) {
            if result.is_ok() {
                events.send(Event::Evaluated { node });
            }
            sender.send_replace(Some(result));
        }
    }
    for (node, sender) in senders {
        sender.send_replace(Some(Err(Arc::new(no_result(node)))));
    }
}

fn no_result(node: String) -> EvaluateError {
    EvaluateError {
        scope: Scope::Node(node),
        diagnosis: Diagnosis::plain("the evaluator ended without a result for it"),
    }
}

impl Toplevels for Board {
    fn toplevel(&self, node: &str) -> BoxFuture<'_, Outcome> {
        let node = node.to_owned();
        Box::pin(async move {
            let Some(slot) = self.slots.get(&node) else {
                return Err(Arc::new(no_result(node)));
            };
            let mut slot = slot.clone();
            let outcome = slot
                .wait_for(Option::is_some)
                .await
                .ok()
                .and_then(|value| value.clone());
            outcome.unwrap_or_else(|| Err(Arc::new(no_result(node))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toplevel(name: &str) -> Toplevel {
        Toplevel {
            drv_path: format!("/nix/store/{name}.drv"),
            out_path: format!("/nix/store/{name}"),
        }
    }

    fn failed(node: &str, scope: Scope) -> Evaluated {
        let diagnosis = Diagnosis::plain("boom");
        Evaluated {
            node: node.to_owned(),
            result: Err(EvaluateError { scope, diagnosis }),
        }
    }

    async fn asked(results: Vec<Evaluated>) -> Vec<Result<String, String>> {
        let nodes = ["a", "b"].map(str::to_owned).into();
        let (events, _reader) = EventSink::channel();
        let board = Board::fill(&nodes, futures::stream::iter(results).boxed(), events);
        let mut found = Vec::new();
        for node in ["a", "b", "c"] {
            let result = board.toplevel(node).await;
            found.push(
                result
                    .map(|top| top.out_path)
                    .map_err(|error| error.to_string()),
            );
        }
        found
    }

    #[tokio::test]
    async fn each_node_has_its_own_result_even_when_the_evaluator_gave_none() {
        let good = Evaluated {
            node: "b".to_owned(),
            result: Ok(toplevel("b")),
        };
        let found = asked(vec![good]).await;
        assert!(found[0].as_ref().unwrap_err().contains("without a result"));
        assert_eq!(found[1], Ok("/nix/store/b".to_owned()));
        assert!(found[2].is_err());
    }

    #[tokio::test]
    async fn an_error_of_all_ends_what_is_left() {
        let good = Evaluated {
            node: "b".to_owned(),
            result: Ok(toplevel("b")),
        };
        let found = asked(vec![good, failed("a", Scope::All)]).await;
        assert!(found[0].as_ref().unwrap_err().contains("boom"));
        assert_eq!(found[1], Ok("/nix/store/b".to_owned()));
    }
}
