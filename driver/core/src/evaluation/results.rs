//! Results of an evaluation, for those who wait for one of them, and what people are told of them.

use std::collections::{BTreeMap, BTreeSet};
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
    /// Those of configurations that people were not told, with the nodes that have them.
    warnings: Mutex<BTreeMap<String, BTreeSet<String>>>,
    events: EventSink,
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
        Self { slots: Mutex::default(), warnings: Mutex::default(), events }
    }

    /// Tells of a result, and gives it to those who wait for it.
    pub fn publish(&self, job: &Job, result: Result<Toplevel, EvaluateError>) {
        if job.is_toplevel() {
            self.tell(&job.node, &result);
        }
        locked(&self.slots).entry(job.clone()).or_default().send_replace(Some(result.map_err(Arc::new)));
    }

    fn tell(&self, node: &str, result: &Result<Toplevel, EvaluateError>) {
        let node = node.to_owned();
        match result {
            Ok(toplevel) => {
                for warning in &toplevel.warnings {
                    locked(&self.warnings).entry(warning.clone()).or_default().insert(node.clone());
                }
                self.events.send(Event::Evaluated { node, status: toplevel.cache_status });
            }
            Err(error) if error.diagnosis.kind == Kind::Interrupted => {}
            Err(error) => self.events.send(Event::NotEvaluated { node, message: error.to_string() }),
        }
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
        for (warning, nodes) in std::mem::take(&mut *locked(&self.warnings)) {
            let names: Vec<String> = nodes.into_iter().collect();
            self.warn(format!("{}: {warning}", names.join(", ")));
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
    async fn errors_are_told_at_once_and_a_warning_of_many_once_with_all_names() {
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
            [
                "node `c` does not evaluate: boom",
                "node `d` does not evaluate: boom",
                "the network does not evaluate: boom",
                "a, b: old"
            ]
        );
    }
}
