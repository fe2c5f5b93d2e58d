//! Jobs that come one by one, in groups: an evaluator that takes many at once is worth a short wait.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::stream::{BoxStream, Stream};
use futures::{StreamExt, future};
use tokio::sync::mpsc::UnboundedReceiver;

use netlib_core::evaluation::Job;

/// How long to wait for the next job before those that are there begin. Hosts that answer do so within less.
const SETTLE: Duration = Duration::from_millis(400);

/// The jobs of a run.
pub(super) struct Incoming {
    jobs: BoxStream<'static, Option<Job>>,
    /// Whether others than those that somebody asks for are still to come.
    pub is_open: bool,
}

impl Incoming {
    /// Those that come by themselves, and those that somebody asks for.
    pub(super) fn new(coming: impl Stream<Item = Job> + Send + 'static, mut asked: UnboundedReceiver<Job>) -> Self {
        let end = futures::stream::once(future::ready(None));
        let coming = coming.map(Some).chain(end);
        let asked = futures::stream::poll_fn(move |waker| asked.poll_recv(waker)).map(Some);
        Self { jobs: futures::stream::select(coming, asked).boxed(), is_open: true }
    }

    /// The next group, which is empty if nobody comes by itself any more; none at the end. What comes while a group is evaluated
    /// is part of the next one.
    pub(super) async fn group(&mut self) -> Option<BTreeSet<Job>> {
        let mut group = BTreeSet::new();
        loop {
            let next = self.jobs.next();
            let next = match (group.is_empty(), self.is_open) {
                (true, _) => next.await,
                (false, is_open) => match tokio::time::timeout(SETTLE * u32::from(is_open), next).await {
                    Ok(next) => next,
                    Err(_) => return Some(group),
                },
            };
            match next {
                Some(Some(job)) => {
                    group.insert(job);
                }
                Some(None) => {
                    self.is_open = false;
                    if group.is_empty() {
                        return Some(group);
                    }
                }
                None => return (!group.is_empty()).then_some(group),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netlib_core::evaluation::Attribute;

    #[tokio::test(start_paused = true)]
    async fn who_comes_late_is_in_the_next_group() {
        let (sender, coming) = futures::channel::mpsc::unbounded();
        let (asking, asked) = tokio::sync::mpsc::unbounded_channel();
        let mut incoming = Incoming::new(coming, asked);
        let job = |node: &str| Job { node: node.to_owned(), attribute: Attribute::Toplevels };
        tokio::spawn(async move {
            for (node, after) in [("a", 0), ("b", 100), ("c", 300), ("d", 5000)] {
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
