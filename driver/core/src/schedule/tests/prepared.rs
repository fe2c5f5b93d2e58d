//! Steps that wait for something outside of the walk take nobody's place.

use std::sync::Mutex;
use std::time::Duration;

use super::*;

#[derive(Default)]
struct Slow {
    order: Mutex<Vec<StepId>>,
}

impl Execute for Slow {
    fn execute(&self, step: &StepId) -> BoxFuture<'_, StepResult> {
        self.order.lock().unwrap().push(step.clone());
        Box::pin(async { StepResult::Done(String::new()) })
    }

    fn prepared(&self, step: &StepId) -> BoxFuture<'_, ()> {
        // The first in the graph's order has to wait for longest.
        let seconds = match step.as_str() {
            "a" => 3600,
            "b" => 60,
            _ => 0,
        };
        Box::pin(tokio::time::sleep(Duration::from_secs(seconds)))
    }
}

fn graph() -> Graph {
    let step =
        |after: &[&str]| Step { after: after.iter().map(|&id| id.to_owned()).collect(), ..Step::bare(StepKind::Build) };
    let steps = [("a", step(&[])), ("b", step(&[])), ("c", step(&[])), ("d", step(&["b"]))];
    let steps = steps.map(|(id, step)| (id.to_owned(), step)).into();
    Graph::from_steps(&steps).unwrap()
}

#[tokio::test(start_paused = true)]
async fn who_is_prepared_goes_first_and_whoever_waits_holds_up_nobody() {
    let limits = Limits { overall: 1, ..Limits::default() };
    let (events, _reader) = EventSink::channel();
    let slow = Slow::default();
    let graph = graph();
    let limits = going_on(&limits);
    let result = run(&graph, &slow, limits, &events, CancellationToken::new()).await;
    assert!(result.values().all(StepResult::is_success));
    assert_eq!(*slow.order.lock().unwrap(), ["c", "b", "d", "a"]);
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_walk_does_not_wait_for_them() {
    let cancel = CancellationToken::new();
    let limits = Limits { overall: 4, ..Limits::default() };
    let (events, _reader) = EventSink::channel();
    let slow = Slow::default();
    let token = cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(600)).await;
        token.cancel();
    });
    let since = tokio::time::Instant::now();
    let result = run(&graph(), &slow, going_on(&limits), &events, cancel).await;
    assert_eq!(result["a"], StepResult::Cancelled);
    assert!(matches!(result["d"], StepResult::Done(_)));
    assert!(since.elapsed() < Duration::from_secs(1200));
}
