//! What large walks cost: how often a step is asked for, and, where somebody wants to know, how time grows.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use super::*;

/// Steps of a sort of graph, each with a name whose order is that of its number.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Independent,
    /// Each step after the first tenth comes after seventeen of these: 153,000 edges between 10,000 steps.
    Edges,
    /// One at a time, as `maxUnavailable = 1` has it.
    OneAtATime,
}

fn graph(shape: Shape, count: usize) -> Graph {
    let id = |number: usize| format!("s{number:06}");
    let first = count / 10;
    let step = |number: usize| {
        let before = match shape {
            Shape::Edges if number >= first => (0..17).map(|at| (number * 31 + at) % first).collect(),
            _ => Vec::new(),
        };
        Step { after: before.into_iter().map(id).collect(), ..Step::bare(StepKind::Activate) }
    };
    Graph::from_steps(&(0..count).map(|number| (id(number), step(number))).collect()).unwrap()
}

/// Ends at once, lets in one at a time if that is the shape, and counts how often it is asked.
struct Counting {
    shape: Shape,
    is_busy: AtomicBool,
    asked: AtomicUsize,
}

impl Execute for Counting {
    fn execute(&self, _: &StepId) -> BoxFuture<'_, StepResult> {
        Box::pin(async {
            tokio::task::yield_now().await;
            StepResult::Done(String::new())
        })
    }

    fn admit(&self, _: &StepId) -> Admission {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match self.shape {
            Shape::OneAtATime if self.is_busy.swap(true, Ordering::Relaxed) => Admission::Full,
            _ => Admission::Now,
        }
    }

    fn ended(&self, _: &StepId, _: &StepResult) {
        self.is_busy.store(false, Ordering::Relaxed);
    }
}

/// Walks it; how often a step was asked for.
fn walked(shape: Shape, count: usize) -> usize {
    let counting = Counting { shape, is_busy: AtomicBool::new(false), asked: AtomicUsize::new(0) };
    let limits = Limits { overall: 64, ..Limits::default() };
    let (events, _reader) = EventSink::channel();
    let graph = graph(shape, count);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let walk = run(&graph, &counting, going_on(&limits), &events, CancellationToken::new());
    assert!(runtime.block_on(walk).values().all(StepResult::is_success));
    counting.asked.into_inner()
}

#[test]
fn no_step_is_asked_for_again_because_another_one_ended() {
    for shape in [Shape::Independent, Shape::Edges, Shape::OneAtATime] {
        let asked = walked(shape, 500);
        assert!(asked <= 4 * 500, "{shape:?}: asked {asked} times");
    }
}

/// `checks/bench walk` runs it.
#[test]
#[ignore = "prints times, which depend on the machine"]
fn bench_walk() {
    for shape in [Shape::Independent, Shape::Edges, Shape::OneAtATime] {
        let mut before: Option<(usize, f64)> = None;
        for count in [1000, 3000, 10_000] {
            // The fastest of some: other programs of the machine make a walk slower, never faster.
            let walk = |_| {
                let since = Instant::now();
                walked(shape, count);
                since.elapsed().as_secs_f64()
            };
            let seconds = (0..7).map(walk).fold(f64::INFINITY, f64::min);
            let grows = before.map(|(less, then)| {
                let exponent = (seconds / then).ln() / (count as f64 / less as f64).ln();
                format!("  exponent {exponent:.2}")
            });
            println!("{shape:?}: {count} steps {seconds:.3} s{}", grows.unwrap_or_default());
            before = Some((count, seconds));
        }
    }
}
