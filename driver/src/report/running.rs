//! Which steps run at this moment, for whoever has to say what an interrupt leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::readers::Reader;
use crate::event::{Event, WalkStep};
use crate::plan::StepKind;

/// Which steps run at this moment. Clones see the same.
#[derive(Clone, Debug, Default)]
pub struct Running {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    steps: BTreeMap<String, WalkStep>,
    running: BTreeSet<String>,
}

impl Running {
    /// The nodes in the middle of an activation, sorted.
    #[must_use]
    pub fn activating(&self) -> Vec<String> {
        // What a panicked thread left behind is still the best answer.
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let steps = state.running.iter().filter_map(|step| state.steps.get(step));
        let nodes: BTreeSet<String> =
            steps.filter(|step| step.kind == StepKind::Activate).filter_map(|step| step.node.clone()).collect();
        nodes.into_iter().collect()
    }
}

impl Reader for Running {
    fn read(&mut self, event: &Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::WalkStarted { steps } => {
                let steps = steps.iter().map(|step| (step.id.clone(), step.clone()));
                state.steps = steps.collect();
            }
            Event::StepStarted { step } => {
                state.running.insert(step.clone());
            }
            Event::StepFinished { step, .. } => {
                state.running.remove(step);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::event::StepResult;
    use crate::graph::Graph;
    use crate::plan::tests::example;

    #[test]
    fn only_activations_that_have_not_ended_are_named() {
        let graph = Graph::from_plan(&example()).unwrap();
        let mut running = Running::default();
        let seen = running.clone();
        running.read(&Event::WalkStarted { steps: graph.steps().cloned().collect() });
        for step in ["activate:beta", "activate:alpha", "build:gamma"] {
            let step = step.to_owned();
            running.read(&Event::StepStarted { step });
        }
        assert_eq!(seen.activating(), ["alpha", "beta"]);
        running.read(&Event::StepFinished {
            step: "activate:alpha".to_owned(),
            result: StepResult::Done(String::new()),
            elapsed: Duration::ZERO,
        });
        assert_eq!(seen.activating(), ["beta"]);
    }
}
