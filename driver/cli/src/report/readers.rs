//! Hands every event to all who read (progress, JSON lines, log files), and knows what runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use netlib_core::event::{Event, WalkStep};
use netlib_core::lock::locked;
use netlib_core::plan::StepKind;

/// The steps of the walk, by their ids.
#[derive(Debug, Default)]
pub struct Steps(BTreeMap<String, WalkStep>);

/// Reads the stream of events. A reader that cannot go on stays silent: it must not stop the run.
pub trait Reader: Send {
    /// Takes in the next event.
    fn read(&mut self, event: &Event, steps: &Steps);

    /// The stream ended.
    fn end(&mut self) {}
}

/// The nodes in the middle of an activation. Clones see the same.
pub type Activating = Arc<Mutex<BTreeSet<String>>>;

/// All who read.
#[derive(Default)]
pub struct Readers {
    steps: Steps,
    /// What is being activated.
    pub activating: Activating,
    readers: Vec<Box<dyn Reader>>,
}

impl Steps {
    /// Those of a walk.
    pub fn new<'a>(steps: impl IntoIterator<Item = &'a WalkStep>) -> Self {
        Self(steps.into_iter().map(|step| (step.id.clone(), step.clone())).collect())
    }

    /// For example `alpha: build`; the id of a step that is named in another way.
    pub fn name(&self, step: &str) -> String {
        match self.0.get(step) {
            Some(WalkStep { node: Some(node), .. }) => format!("{node}: {}", self.0[step].label()),
            _ => step.to_owned(),
        }
    }

    /// The node that a step concerns, or else the step itself.
    pub fn owner<'a>(&'a self, step: &'a str) -> &'a str {
        self.node(step).unwrap_or(step)
    }

    /// The node that a step concerns.
    pub fn node(&self, step: &str) -> Option<&str> {
        self.0.get(step)?.node.as_deref()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// How long the longest name of a node is.
    pub fn width(&self) -> usize {
        self.0.values().filter_map(|step| Some(step.node.as_ref()?.len())).max().unwrap_or_default()
    }
}

impl Readers {
    /// One more.
    pub fn add(&mut self, reader: impl Reader + 'static) {
        self.readers.push(Box::new(reader));
    }

    /// Hands an event to all of them.
    pub fn read(&mut self, event: &Event) {
        let activated = |step: &String| {
            let step = self.steps.0.get(step).filter(|step| step.kind == StepKind::Activate);
            step.and_then(|step| step.node.clone())
        };
        match event {
            Event::WalkStarted { steps } => self.steps = Steps::new(steps),
            Event::StepStarted { step } => locked(&self.activating).extend(activated(step)),
            Event::StepFinished { step, .. } => {
                if let Some(node) = activated(step) {
                    locked(&self.activating).remove(&node);
                }
            }
            _ => {}
        }
        for reader in &mut self.readers {
            reader.read(event, &self.steps);
        }
    }

    /// The stream ended.
    pub fn end(&mut self) {
        self.readers.iter_mut().for_each(|reader| reader.end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::example;
    use netlib_core::event::StepResult;
    use netlib_core::graph::Graph;

    #[test]
    fn only_activations_that_have_not_ended_are_named() {
        let graph = Graph::from_steps(&example().steps).unwrap();
        let mut readers = Readers::default();
        let activating = readers.activating.clone();
        readers.read(&Event::WalkStarted { steps: graph.steps().cloned().collect() });
        for step in ["activate:beta", "activate:alpha", "build:gamma"] {
            readers.read(&Event::StepStarted { step: step.to_owned() });
        }
        assert!(locked(&activating).iter().eq(["alpha", "beta"]));
        let result = StepResult::Done(String::new());
        readers.read(&Event::StepFinished { step: "activate:alpha".to_owned(), result, seconds: 0.0 });
        assert!(locked(&activating).iter().eq(["beta"]));
    }
}
