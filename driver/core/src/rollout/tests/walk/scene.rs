//! Random rollouts, and what becomes of each of their nodes.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::plan::Plan;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    Well,
    UpToDate,
    UnhealthyBefore,
    FailsToActivate,
    FailsItsCheck,
    Offline,
}

#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub fates: Vec<(Fate, u64)>,
    pub sizes: Vec<usize>,
    pub max_unavailable: Option<usize>,
    pub max_parallel: Option<usize>,
    pub max_failures: usize,
    pub skips: bool,
}

pub(super) fn scene() -> impl Strategy<Value = Scene> {
    let fate = prop_oneof![
        8 => Just(Fate::Well), 2 => Just(Fate::UpToDate), 1 => Just(Fate::UnhealthyBefore),
        1 => Just(Fate::FailsToActivate), 1 => Just(Fate::FailsItsCheck), 1 => Just(Fate::Offline),
    ];
    (
        prop::collection::vec((fate, 0..20_u64), 1..12),
        prop::collection::vec(1..5_usize, 1..5),
        prop::option::of(1..4_usize),
        prop::option::of(1..4_usize),
        0..3_usize,
        any::<bool>(),
    )
        .prop_map(|(fates, sizes, max_unavailable, max_parallel, max_failures, skips)| Scene {
            fates,
            sizes,
            max_unavailable,
            max_parallel,
            max_failures,
            skips,
        })
}

impl Scene {
    /// Nodes by batch; what the sizes leave over is one more.
    pub(super) fn batches(&self) -> Vec<Vec<String>> {
        let mut names = (0..self.fates.len()).map(|place| format!("n{place:02}"));
        let mut batches = Vec::new();
        for size in &self.sizes {
            batches.push(names.by_ref().take(*size).collect::<Vec<_>>());
        }
        batches.push(names.collect());
        batches.retain(|batch| !batch.is_empty());
        batches
    }

    pub(super) fn plan(&self) -> Plan {
        let batches = self.batches();
        let all: Vec<&String> = batches.iter().flatten().collect();
        let target = json!({ "host": "h", "user": null, "port": null });
        let nodes: serde_json::Map<String, Value> =
            all.iter().map(|node| ((*node).clone(), json!({ "target": target, "system": "s" }))).collect();
        let mut steps = serde_json::Map::new();
        let after_completion: Vec<String> = all.iter().map(|node| format!("copy:{node}")).collect();
        steps.insert(
            "gate:r:0".to_owned(),
            json!({ "kind": "gate", "rollout": "r", "batch": 0, "afterCompletion": after_completion }),
        );
        for (place, batch) in batches.iter().enumerate() {
            let before = format!("gate:r:{place}");
            let mut ended = Vec::new();
            for node in batch {
                let after = [format!("copy:{node}"), before.clone()];
                steps.insert(format!("copy:{node}"), json!({ "kind": "copy", "node": node }));
                steps.insert(format!("activate:{node}"), json!({ "kind": "activate", "node": node, "after": after }));
                steps.insert(
                    format!("check:{node}"),
                    json!({ "kind": "check", "node": node, "after": [format!("activate:{node}")] }),
                );
                ended.extend([format!("activate:{node}"), format!("check:{node}")]);
            }
            let number = place + 1;
            let gate =
                json!({ "kind": "gate", "rollout": "r", "batch": number, "after": [before], "afterCompletion": ended });
            steps.insert(format!("gate:r:{number}"), gate);
        }
        let document = json!({
            "version": 3, "network": { "name": "n", "id": "i" }, "nodes": nodes, "steps": steps,
            "rollouts": { "r": {
                "role": "r", "nodes": all, "batches": batches.iter().map(|nodes| json!({ "nodes": nodes })).collect::<Vec<_>>(),
                "maxParallel": self.max_parallel, "maxUnavailable": self.max_unavailable, "maxFailures": self.max_failures,
                "autoRevert": "rollout", "onUnreachable": if self.skips { "skip" } else { "fail" }, "coordinator": all[0],
            } },
        });
        Plan::parse(document.to_string().as_bytes()).unwrap()
    }

    pub(super) fn fate(&self, node: &str) -> (Fate, u64) {
        self.fates[node[1..].parse::<usize>().unwrap()]
    }
}
