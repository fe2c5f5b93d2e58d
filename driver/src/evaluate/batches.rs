//! Nodes that come one by one, in groups: an evaluator that takes many at once is worth a short wait.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;

/// How long to wait for the next node before those that are there begin. Hosts that answer do so within less.
const SETTLE: Duration = Duration::from_millis(400);

/// The next group; none at the end of the stream. What comes while a group is evaluated is part of the next one.
pub(super) async fn next_batch(nodes: &mut BoxStream<'static, String>) -> Option<BTreeSet<String>> {
    let mut batch = BTreeSet::from([nodes.next().await?]);
    while let Ok(Some(node)) = tokio::time::timeout(SETTLE, nodes.next()).await {
        batch.insert(node);
    }
    Some(batch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_comes_late_is_in_the_next_group() {
        let (sender, receiver) = futures::channel::mpsc::unbounded();
        let mut nodes = receiver.boxed();
        tokio::spawn(async move {
            for (node, after) in [("a", 0), ("b", 100), ("c", 300), ("d", 5000)] {
                tokio::time::sleep(Duration::from_millis(after)).await;
                sender.unbounded_send(node.to_owned()).unwrap();
            }
        });
        let mut groups = Vec::new();
        while let Some(batch) = next_batch(&mut nodes).await {
            groups.push(Vec::from_iter(batch).join(""));
        }
        assert_eq!(groups, ["abc", "d"]);
    }
}
