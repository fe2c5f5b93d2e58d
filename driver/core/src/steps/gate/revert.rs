//! Takes nodes back at a gate: those that came last first, and those that came together at the same time.

use super::Gate;
use crate::event::Event;
use crate::host::script::{Activation, System};
use crate::steps::new_nonce;
use crate::steps::transition::{asked_for, rolled_back};
use crate::steps::{StepFailure, Tried};

/// What became of the nodes that were to roll back.
#[derive(Default)]
pub(super) struct Reverted {
    /// They run again what they ran before.
    pub done: Vec<String>,
    /// The rollback failed.
    pub failed: Vec<(String, StepFailure)>,
    /// They were not tried.
    pub left: Vec<String>,
}

impl Gate<'_> {
    /// Takes these nodes back, the last one first. Nothing more is begun after a failure or an interrupt.
    pub(super) async fn revert(&self, nodes: &[String]) -> Reverted {
        let settings = &self.runner.parts.settings;
        let width = self.width();
        let waves = waves(&self.rollout.reverts, nodes);
        let mut reverted = Reverted::default();
        for together in waves.iter().flat_map(|wave| wave.chunks(width)) {
            if !reverted.failed.is_empty() || settings.cancel.is_cancelled() {
                reverted.left.extend_from_slice(together);
                continue;
            }
            let ended = together.iter().map(|node| self.revert_one(node));
            let ended = futures::future::join_all(ended).await;
            for (node, result) in together.iter().zip(ended) {
                match result {
                    Ok(()) => reverted.done.push(node.clone()),
                    Err(failure) => reverted.failed.push((node.clone(), failure)),
                }
            }
        }
        reverted
    }

    /// No more at a time than on the way there.
    fn width(&self) -> usize {
        let rollout = self.rollout;
        let at_once = self.runner.parts.settings.activations;
        let limits = [rollout.max_parallel, rollout.max_unavailable, Some(at_once)];
        let width = limits.into_iter().flatten().min();
        width.unwrap_or_default().max(1)
    }

    /// Takes a node back to what it ran before its rollout, which the node itself knows. This is never rolled back: if it fails,
    /// that is said.
    async fn revert_one(&self, node: &str) -> Tried<()> {
        self.say(format!("reverting {node}"));
        let parts = &self.runner.parts;
        let host = parts.hosts.get(node).await?;
        let undo = self.state().before(node).and_then(|before| before.undo);
        let undo = undo.ok_or_else(|| StepFailure::Because(format!("node `{node}` has nothing to be reverted to")))?;
        let nonce = new_nonce();
        let by = (nonce.as_str(), parts.settings.deployer.as_str());
        let activation = Activation {
            lease: Some(self.runner.lease_of(self.id, node).await?),
            ..asked_for(System::Before(undo), parts.identity(node), &parts.options(node), by)
        };
        let asked = (&activation, parts.options(node));
        let show = |line| self.say(format!("{node}: {line}"));
        let system = rolled_back(&*host, asked, &parts.settings.cancel, &show).await?;
        let what = format!("runs {system}");
        let rollout = self.id.to_owned();
        parts.events.send(Event::Reverted { rollout, node: node.to_owned(), detail: what.clone() });
        let what = format!("reverted with the rollout {}: {what}", self.id);
        self.state().reverted(node, what);
        Ok(())
    }
}

/// Of the waves of a whole rollout, what these nodes are in.
fn waves(reverts: &[Vec<String>], nodes: &[String]) -> Vec<Vec<String>> {
    let only = |wave: &Vec<String>| {
        let meant = wave.iter().filter(|node| nodes.contains(node));
        meant.cloned().collect::<Vec<_>>()
    };
    let mut waves: Vec<Vec<String>> = reverts.iter().map(only).collect();
    waves.retain(|wave| !wave.is_empty());
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn nodes_go_back_in_the_waves_of_their_rollout() {
        let reverts = ["e", "c d", "b", "a"].map(names);
        let of = |nodes| {
            let waves = waves(&reverts, &names(nodes));
            let waves: Vec<String> = waves.iter().map(|wave| wave.join("+")).collect();
            waves.join(" ")
        };
        assert_eq!(of("e d c b a"), "e c+d b a");
        assert_eq!(of("d b"), "d b");
        assert_eq!(of(""), "");
    }
}
