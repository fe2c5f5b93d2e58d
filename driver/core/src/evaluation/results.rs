//! Results of an evaluation, for those who wait for one of them, and what people are told of them.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::diagnosis::Kind;
use super::{EvaluateError, Job, Toplevel};
use crate::event::{Event, EventSink};
use crate::lock::locked;

/// What came of a job.
pub type Outcome = Result<Toplevel, Arc<EvaluateError>>;

/// Results by job. What is asked for and was not to come is evaluated then.
#[derive(Debug)]
pub struct Results {
    published: Arc<EvaluationResults>,
    asked: UnboundedSender<Job>,
    reader: JoinHandle<()>,
}

/// Where results are published.
#[derive(Debug)]
pub struct EvaluationResults {
    slots: Mutex<BTreeMap<Job, watch::Sender<Option<Outcome>>>>,
    reported: Mutex<Reported>,
    events: EventSink,
}

/// What people were told already, so that they read it once.
#[derive(Debug, Default)]
struct Reported {
    /// By what they say, the node that had it first.
    errors: HashMap<(Kind, Option<String>, String), String>,
    warnings: BTreeMap<String, BTreeSet<String>>,
}

impl Drop for Results {
    /// What nobody waits for any more is not evaluated.
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Results {
    /// Results that are published on this published by a task that is asked for more on this channel.
    pub fn new(published: Arc<EvaluationResults>, asked: UnboundedSender<Job>, reader: JoinHandle<()>) -> Self {
        Self { published, asked, reader }
    }

    /// Waits until a job was evaluated.
    pub async fn get(&self, job: Job) -> Outcome {
        let ask = || {
            // Who has heard of it already passes over it; who is gone is found out below.
            let _ = self.asked.send(job.clone());
            watch::Sender::default()
        };
        let mut slot = locked(&self.published.slots).entry(job.clone()).or_insert_with(ask).subscribe();
        tokio::select! {
            biased;
            Ok(outcome) = slot.wait_for(Option::is_some) => outcome.clone(),
            () = self.asked.closed() => None,
        }
        .unwrap_or_else(|| Err(Arc::new(EvaluateError::plain(&job, "the evaluator ended without a result for it"))))
    }

    /// Waits until all is evaluated, told and remembered. Whoever has the last result has not seen the end yet.
    pub async fn end(mut self) {
        self.asked = unbounded_channel().0;
        // Only a reader that was ended or panicked gives an error, and then there is nothing to wait for.
        let _ = (&mut self.reader).await;
    }
}

impl EvaluationResults {
    /// A published without results.
    pub fn new(events: EventSink) -> Self {
        Self { slots: Mutex::default(), reported: Mutex::default(), events }
    }

    /// Tells of a result, and gives it to those who wait for it.
    pub fn publish(&self, job: &Job, result: Result<Toplevel, EvaluateError>) {
        let is_shown = job.is_toplevel();
        let outcome = match result {
            Ok(toplevel) => {
                if is_shown {
                    locked(&self.reported).warnings(&job.node, &toplevel.warnings);
                    let status = toplevel.cache_status;
                    self.events.send(Event::Evaluated { node: job.node.clone(), status });
                }
                Ok(toplevel)
            }
            Err(error) if is_shown => Err(Arc::new(self.report(&job.node, error))),
            Err(error) => Err(Arc::new(error)),
        };
        locked(&self.slots).entry(job.clone()).or_default().send_replace(Some(outcome));
    }

    /// Tells of an error at once; of one like it, only that it is like it.
    fn report(&self, node: &str, mut error: EvaluateError) -> EvaluateError {
        if error.diagnosis.kind == Kind::Interrupted {
            return error;
        }
        match locked(&self.reported).errors.entry(error.diagnosis.regardless_of(node)) {
            Entry::Occupied(_) if error.of.is_none() => return error,
            Entry::Occupied(first) => error.same_as = Some(first.get().clone()),
            Entry::Vacant(place) => {
                place.insert(node.to_owned());
            }
        }
        self.events.send(Event::NotEvaluated { node: node.to_owned(), message: error.to_string() });
        error
    }

    /// Whether a result was published.
    pub fn has(&self, job: &Job) -> bool {
        locked(&self.slots).get(job).is_some_and(|slot| slot.borrow().is_some())
    }

    /// A warning that belongs to no job.
    pub fn warn(&self, warning: String) {
        self.events.send(Event::Warning(warning));
    }

    /// Each warning that was not told yet, once, with the names of all whose configuration has it.
    pub fn warn_of_nodes(&self) {
        for (warning, nodes) in std::mem::take(&mut locked(&self.reported).warnings) {
            let names: Vec<String> = nodes.into_iter().collect();
            self.warn(format!("{}: {warning}", names.join(", ")));
        }
    }
}

impl Reported {
    fn warnings(&mut self, node: &str, warnings: &[String]) {
        for warning in warnings {
            self.warnings.entry(warning.clone()).or_default().insert(node.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(node: &str) -> Job {
        Job::toplevel(node)
    }

    fn failed(node: &str, of: Option<Job>) -> EvaluateError {
        EvaluateError { of, ..EvaluateError::plain(&job(node), "boom") }
    }

    #[tokio::test]
    async fn who_waits_has_the_result_and_what_nobody_meant_to_evaluate_is_asked_for() {
        let (events, _reader) = EventSink::channel();
        let published = Arc::new(EvaluationResults::new(events));
        let (asked, mut asking) = unbounded_channel();
        let results = Results::new(published.clone(), asked, tokio::spawn(std::future::pending()));
        published.publish(&job("a"), Ok(Toplevel { out_path: "/a".to_owned(), ..Toplevel::default() }));
        assert_eq!(results.get(job("a")).await.unwrap().out_path, "/a");
        let later = async {
            let asked = asking.recv().await.unwrap();
            published.publish(&asked, Err(failed("b", None)));
        };
        let (error, ()) = tokio::join!(results.get(job("b")), later);
        assert_eq!(error.unwrap_err().to_string(), "the network does not evaluate: boom");
        drop(asking);
        assert!(results.get(job("c")).await.unwrap_err().to_string().contains("without a result"));
    }

    #[tokio::test]
    async fn an_error_and_a_warning_of_many_are_told_once_with_all_names() {
        let (events, mut reader) = EventSink::channel();
        let published = EvaluationResults::new(events);
        let good = || Toplevel { warnings: vec!["old".to_owned()], ..Toplevel::default() };
        for (node, result) in [
            ("c", Err(failed("c", Some(job("c"))))),
            ("a", Ok(good())),
            ("d", Err(failed("d", Some(job("d"))))),
            ("b", Ok(good())),
            ("e", Err(failed("c", None))),
        ] {
            published.publish(&job(node), result);
        }
        published.publish(&Job { attribute: "programs".to_owned(), ..job("a") }, Ok(good()));
        published.warn_of_nodes();
        published.warn_of_nodes();
        drop(published);
        let mut reported = Vec::new();
        while let Some((event, _)) = reader.recv().await {
            match event {
                Event::NotEvaluated { message, .. } => reported.push(message),
                Event::Warning(text) => reported.push(text),
                _ => {}
            }
        }
        assert_eq!(
            reported,
            ["node `c` does not evaluate: boom", "node `d` does not evaluate: the same error as node `c`", "a, b: old",]
        );
    }

    #[test]
    fn an_error_in_what_all_nodes_share_is_the_same_error() {
        let about = |node: &str, text: &str| EvaluateError::plain(&job(node), &text.replace("NODE", node)).diagnosis;
        for text in ["The option `nodes.NODE.nixos.x' does not exist", "node `NODE` needs the fact `key` of node `c`"] {
            let (one, other) = (about("a", text), about("b", text));
            assert_eq!(one.regardless_of("a"), other.regardless_of("b"), "{text}");
        }
        let text = "The option `nodes.a.nixos.x' does not exist";
        let (one, other) = (about("a", text), about("b", text));
        assert_ne!(one.regardless_of("a"), other.regardless_of("b"));
    }
}
