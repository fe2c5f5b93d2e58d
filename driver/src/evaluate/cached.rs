//! An evaluator in front of another one: it answers from the cache what is known and still there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::StreamExt;
use futures::channel::mpsc::UnboundedSender;
use futures::stream::BoxStream;

use super::cache::Cache;
use super::evaluation::Parts;
use super::roots::protect;
use super::{Attribute, CacheStatus, Evaluated, Evaluator, Toplevel};
use crate::event::Event;

/// Most nodes that are looked up together: their derivations are arguments of one command.
const AT_ONCE: usize = 64;

/// Answers from the cache, and asks the other evaluator for the rest.
pub(super) struct Cached<E> {
    inner: E,
    lookup: Lookup,
}

#[derive(Clone)]
struct Lookup {
    cache: Arc<Cache>,
    parts: Parts,
    count: Arc<AtomicU32>,
}

impl<E> Cached<E> {
    pub(super) fn new(inner: E, cache: Arc<Cache>, parts: Parts) -> Self {
        let lookup = Lookup { cache, parts, count: Arc::default() };
        Self { inner, lookup }
    }
}

impl<E: Evaluator> Evaluator for Cached<E> {
    fn evaluate(&self, nodes: BoxStream<'static, String>) -> BoxStream<'static, Evaluated> {
        let (unknown, rest) = futures::channel::mpsc::unbounded();
        let lookup = self.lookup.clone();
        // The sender goes with the last of the nodes, and so ends what the other evaluator waits for.
        let start = (nodes.ready_chunks(AT_ONCE), unknown);
        let known = futures::stream::unfold(start, move |(mut chunks, unknown)| {
            let lookup = lookup.clone();
            async move {
                let some = chunks.next().await?;
                let found = lookup.known(some, &unknown).await;
                Some((futures::stream::iter(found), (chunks, unknown)))
            }
        });
        let known = known.flatten();
        let Lookup { cache, parts, .. } = self.lookup.clone();
        let end = futures::stream::once(settle(cache.clone(), parts.clone()));
        let evaluated = self.inner.evaluate(rest.boxed()).inspect(move |found| {
            if let Ok(toplevel) = &found.result {
                cache.keep_derivation(parts.attribute, &found.node, toplevel);
            }
        });
        let end = end.filter_map(async |()| None);
        futures::stream::select(known, evaluated.chain(end)).boxed()
    }
}

async fn settle(cache: Arc<Cache>, parts: Parts) {
    // Gathering writes the facts of one node beside the flake while another one is evaluated.
    let is_expected = parts.attribute == Attribute::Gatherers;
    if let Some(warning) = cache.settle(&parts.flake).await
        && !is_expected
    {
        parts.events.send(Event::Warning(warning.to_owned()));
    }
}

impl Lookup {
    /// The answers for some of these nodes; the others are told on.
    async fn known(&self, nodes: Vec<String>, unknown: &UnboundedSender<String>) -> Vec<Evaluated> {
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for node in nodes {
            match self.cache.derivation(self.parts.attribute, &node) {
                Some(toplevel) if Path::new(&toplevel.drv_path).exists() => {
                    found.push((node, toplevel));
                }
                _ => missing.push(node),
            }
        }
        if !self.rooted(&found).await {
            missing.extend(found.drain(..).map(|(node, _)| node));
        }
        for node in missing {
            let _ = unknown.unbounded_send(node);
        }
        found.into_iter().map(answer).collect()
    }

    /// Roots them, which also shows that the store has them still.
    async fn rooted(&self, found: &[(String, Toplevel)]) -> bool {
        if found.is_empty() {
            return true;
        }
        let paths: Vec<&str> = found.iter().map(|(_, top)| top.drv_path.as_str()).collect();
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-known-{number}", self.parts.attribute.name());
        let link: PathBuf = self.parts.run_dir.join(name);
        protect(self.parts.flake.nix(), &link, &paths).await.is_ok()
    }
}

fn answer((node, toplevel): (String, Toplevel)) -> Evaluated {
    let cache_status = if Path::new(&toplevel.out_path).exists() { CacheStatus::Local } else { CacheStatus::Unknown };
    Evaluated { node, result: Ok(Toplevel { cache_status, ..toplevel }) }
}
