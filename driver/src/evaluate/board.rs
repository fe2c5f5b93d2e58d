//! Where results of an evaluation are pinned up, for those who wait for one node's.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{EvaluateError, Evaluated, Scope, Toplevel, Toplevels};
use crate::diagnose::Kind;
use crate::event::{Event, EventSink};

type Outcome = Result<Toplevel, Arc<EvaluateError>>;

/// Results by node; each is awaited by whoever needs it.
#[derive(Debug)]
pub struct Board {
    slots: BTreeMap<String, watch::Receiver<Option<Outcome>>>,
    reader: JoinHandle<()>,
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
    pub fn fill(nodes: &BTreeSet<String>, results: BoxStream<'static, Evaluated>, events: EventSink) -> Self {
        let mut senders = BTreeMap::new();
        let mut slots = BTreeMap::new();
        for node in nodes {
            let (sender, receiver) = watch::channel(None);
            senders.insert(node.clone(), sender);
            slots.insert(node.clone(), receiver);
        }
        let reader = tokio::spawn(pin_up(senders, results, events));
        Self { slots, reader }
    }

    /// Waits until all is evaluated, told and remembered. Whoever has the last result has not seen the end yet.
    pub async fn end(mut self) {
        // Only a reader that was ended or panicked gives an error, and then there is nothing to wait for.
        let _ = (&mut self.reader).await;
    }
}

async fn pin_up(
    mut senders: BTreeMap<String, watch::Sender<Option<Outcome>>>,
    mut results: BoxStream<'static, Evaluated>,
    events: EventSink,
) {
    let mut told = Told::default();
    while let Some(Evaluated { node, result }) = results.next().await {
        match result.map_err(|error| told.error(&node, error, &events)) {
            Err(error) if error.scope == Scope::All => {
                for sender in std::mem::take(&mut senders).into_values() {
                    sender.send_replace(Some(Err(error.clone())));
                }
            }
            result => {
                let Some(sender) = senders.remove(&node) else {
                    continue;
                };
                if let Ok(toplevel) = &result {
                    told.warnings(&node, &toplevel.warnings);
                    let status = toplevel.cache_status;
                    events.send(Event::Evaluated { node, status });
                }
                sender.send_replace(Some(result));
            }
        }
    }
    told.warn(&events);
    for (node, sender) in senders {
        sender.send_replace(Some(Err(Arc::new(no_result(&node)))));
    }
}

/// What people were told already, so that they read it once.
#[derive(Default)]
struct Told {
    /// By what they say, the node that had it first.
    errors: HashMap<(Kind, Option<String>, String), String>,
    warnings: BTreeMap<String, BTreeSet<String>>,
}

impl Told {
    /// Tells of an error at once; of one like it, only that it is like it.
    fn error(&mut self, node: &str, mut error: EvaluateError, events: &EventSink) -> Arc<EvaluateError> {
        if error.diagnosis.kind == Kind::Interrupted {
            return Arc::new(error);
        }
        match self.errors.entry(error.diagnosis.regardless_of(node)) {
            Entry::Occupied(first) => error.same_as = Some(first.get().clone()),
            Entry::Vacant(place) => {
                place.insert(node.to_owned());
            }
        }
        events.send(Event::NotEvaluated { node: node.to_owned(), message: error.to_string() });
        Arc::new(error)
    }

    fn warnings(&mut self, node: &str, warnings: &[String]) {
        for warning in warnings {
            let nodes = self.warnings.entry(warning.clone()).or_default();
            nodes.insert(node.to_owned());
        }
    }

    /// Each warning once, with the names of all whose configuration has it.
    fn warn(self, events: &EventSink) {
        for (warning, nodes) in self.warnings {
            let names: Vec<String> = nodes.into_iter().collect();
            events.send(Event::Warning(format!("{}: {warning}", names.join(", "))));
        }
    }
}

fn no_result(node: &str) -> EvaluateError {
    EvaluateError::plain(node, "the evaluator ended without a result for it")
}

impl Toplevels for Board {
    fn toplevel(&self, node: &str) -> BoxFuture<'_, Outcome> {
        let node = node.to_owned();
        Box::pin(async move {
            let Some(slot) = self.slots.get(&node) else {
                return Err(Arc::new(no_result(&node)));
            };
            let mut slot = slot.clone();
            let outcome = slot.wait_for(Option::is_some).await.ok().and_then(|value| value.clone());
            outcome.unwrap_or_else(|| Err(Arc::new(no_result(&node))))
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
            warnings: vec!["old".to_owned()],
            ..Toplevel::default()
        }
    }

    fn failed(node: &str, scope: Scope) -> Evaluated {
        let error = EvaluateError { scope, ..EvaluateError::plain(node, "boom") };
        Evaluated { node: node.to_owned(), result: Err(error) }
    }

    fn good(node: &str) -> Evaluated {
        Evaluated { node: node.to_owned(), result: Ok(toplevel(node)) }
    }

    async fn asked(results: Vec<Evaluated>) -> Vec<Result<String, String>> {
        let nodes = ["a", "b"].map(str::to_owned).into();
        let (events, _reader) = EventSink::channel();
        let board = Board::fill(&nodes, futures::stream::iter(results).boxed(), events);
        let mut found = Vec::new();
        for node in ["a", "b", "c"] {
            let result = board.toplevel(node).await;
            found.push(result.map(|top| top.out_path).map_err(|error| error.to_string()));
        }
        found
    }

    #[tokio::test]
    async fn each_node_has_its_own_result_even_when_the_evaluator_gave_none() {
        let found = asked(vec![good("b")]).await;
        assert!(found[0].as_ref().unwrap_err().contains("without a result"));
        assert_eq!(found[1], Ok("/nix/store/b".to_owned()));
        assert!(found[2].is_err());
    }

    #[tokio::test]
    async fn an_error_and_a_warning_of_many_are_told_once_with_all_names() {
        let nodes = ["a", "b", "c", "d"].map(str::to_owned).into();
        let (events, mut reader) = EventSink::channel();
        let node = |name: &str| failed(name, Scope::Node(name.to_owned()));
        let results = vec![node("c"), good("a"), node("d"), good("b")];
        let board = Board::fill(&nodes, futures::stream::iter(results).boxed(), events);
        for node in &nodes {
            let _ = board.toplevel(node).await;
        }
        drop(board);
        let mut told = Vec::new();
        while let Some(event) = reader.recv().await {
            match event {
                Event::NotEvaluated { message, .. } => told.push(message),
                Event::Warning(text) => told.push(text),
                _ => {}
            }
        }
        assert_eq!(
            told,
            [
                "node `c` does not evaluate: boom",
                "node `d` does not evaluate: the same error as node `c`: boom",
                "a, b: old",
            ]
        );
    }

    #[test]
    fn an_error_in_what_all_nodes_share_is_the_same_error() {
        let about = |node: &str, text: &str| EvaluateError::plain(node, &text.replace("NODE", node)).diagnosis;
        for text in [
            "The option `nodes.NODE.configuration.x' does not exist",
            "node \"NODE\" needs the fact \"key\" of node \"c\"",
        ] {
            let (one, other) = (about("a", text), about("b", text));
            assert_eq!(one.regardless_of("a"), other.regardless_of("b"), "{text}");
        }
        let text = "The option `nodes.a.configuration.x' does not exist";
        let (one, other) = (about("a", text), about("b", text));
        assert_ne!(one.regardless_of("a"), other.regardless_of("b"));
    }

    #[tokio::test]
    async fn an_error_of_all_ends_what_is_left() {
        let found = asked(vec![good("b"), failed("a", Scope::All)]).await;
        assert!(found[0].as_ref().unwrap_err().contains("boom"));
        assert_eq!(found[1], Ok("/nix/store/b".to_owned()));
    }
}
