//! Jobs that come one by one, in groups: an evaluator that takes many at once is worth a short wait.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::stream::{BoxStream, Stream};
use futures::{StreamExt, future};
use tokio::sync::mpsc::UnboundedReceiver;

use netlib_core::evaluation::Job;

/// How long to wait for the next job before those that are there begin. Hosts that answer do so within less.
const SETTLE: Duration = Duration::from_millis(400);

/// Most jobs that are taken at once.
const MOST: usize = 4096;

/// The jobs of a run.
pub(super) struct Incoming {
    jobs: BoxStream<'static, Vec<Option<Job>>>,
    /// Whether others than those that somebody asks for are still to come.
    pub is_open: bool,
}

impl Incoming {
    /// Those that come by themselves, and those that somebody asks for.
    pub(super) fn new(coming: impl Stream<Item = Job> + Send + 'static, mut asked: UnboundedReceiver<Job>) -> Self {
        let end = futures::stream::once(future::ready(None));
        let coming = coming.map(Some).chain(end);
        let asked = futures::stream::poll_fn(move |waker| asked.poll_recv(waker)).map(Some);
        Self { jobs: futures::stream::select(coming, asked).ready_chunks(MOST).boxed(), is_open: true }
    }

    /// The next group, which may be empty once nobody comes by itself any more; none at the end. What comes while a group is
    /// evaluated is part of the next one.
    pub(super) async fn group(&mut self) -> Option<BTreeSet<Job>> {
        let mut group: BTreeSet<Job> = self.ready().await?.into_iter().collect();
        let more = async {
            while self.is_open {
                group.extend(self.ready().await.unwrap_or_default());
            }
        };
        // What takes longer is part of the next one.
        let _ = tokio::time::timeout(SETTLE, more).await;
        Some(group)
    }

    async fn ready(&mut self) -> Option<Vec<Job>> {
        let ready = self.jobs.next().await?;
        self.is_open &= !ready.contains(&None);
        Some(ready.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_comes_late_is_in_the_next_group() {
        let (sender, coming) = futures::channel::mpsc::unbounded();
        let (asking, asked) = tokio::sync::mpsc::unbounded_channel();
        let mut incoming = Incoming::new(coming, asked);
        let job = |node: &str| Job::toplevel(node);
        tokio::spawn(async move {
            for (node, after) in [("a", 0), ("b", 100), ("c", 200), ("d", 5000)] {
                tokio::time::sleep(Duration::from_millis(after)).await;
                sender.unbounded_send(job(node)).unwrap();
            }
            asking.send(job("e")).unwrap();
            drop(sender);
            tokio::time::sleep(Duration::from_millis(100)).await;
            asking.send(job("f")).unwrap();
        });
        let mut groups = Vec::new();
        while let Some(group) = incoming.group().await {
            groups.push(group.into_iter().map(|job| job.node).collect::<String>());
        }
        // Once all have come, nobody waits for more.
        assert_eq!(groups, ["abc", "de", "f"]);
    }
}
