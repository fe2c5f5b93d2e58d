//! How much of this machine evaluation may take: from what the user says, otherwise from cores and free memory.

use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory that evaluating one real NixOS system may take, in MiB.
const MEMORY_OF_ONE: u64 = 2048;

/// How much of this machine evaluation takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Resources {
    /// Evaluations at the same time.
    pub workers: usize,
    /// MiB of memory for each.
    pub memory: u64,
}

impl Resources {
    /// What the user says, and for the rest what this machine has.
    #[must_use]
    pub fn new(workers: Option<NonZeroUsize>, memory: Option<NonZeroU64>) -> Self {
        let memory = memory.map_or(MEMORY_OF_ONE, NonZeroU64::get);
        let workers = workers.map(NonZeroUsize::get).unwrap_or_else(|| {
            let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
            let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
            fitting(cores, memory, available_mebibytes(&meminfo))
        });
        Self { workers, memory }
    }
}

/// With a quarter of room to spare: an evaluator sees that it has grown too large only afterwards.
fn fitting(cores: usize, memory: u64, available: Option<u64>) -> usize {
    let of_one = memory.saturating_add(memory / 4).max(1);
    let by_memory = available.map(|all| usize::try_from(all / of_one).unwrap_or(usize::MAX));
    cores.min(by_memory.unwrap_or(cores)).max(1)
}

fn available_mebibytes(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024)
}

/// Slots for evaluating processes, shared by all evaluators of a run.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    slots: Arc<Semaphore>,
    size: u32,
}

impl Pool {
    pub(super) fn new(workers: usize) -> Self {
        let size = u32::try_from(workers.max(1)).unwrap_or(u32::MAX);
        Self { slots: Arc::new(Semaphore::new(size as usize)), size }
    }

    /// Waits for one slot; it is free again when the value is dropped.
    pub(super) async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        // Only a closed semaphore gives none, and nothing closes it.
        self.slots.clone().acquire_owned().await.ok()
    }

    /// Waits until nothing else runs.
    pub(super) async fn all(&self) -> Option<OwnedSemaphorePermit> {
        self.slots.clone().acquire_many_owned(self.size).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_bounds_the_workers() {
        let memory = available_mebibytes("MemTotal: 1 kB\nMemAvailable:    6000000 kB\n");
        assert_eq!(memory, Some(5859));
        assert_eq!(fitting(8, 2048, memory), 2);
        assert_eq!(fitting(8, 500, memory), 8);
        assert_eq!(fitting(8, 2048, Some(1)), 1);
        assert_eq!(fitting(3, 2048, None), 3);
        assert_eq!(available_mebibytes("nothing"), None);
    }

    #[test]
    fn what_the_user_says_counts() {
        let said = Resources::new(NonZeroUsize::new(7), NonZeroU64::new(100));
        assert_eq!((said.workers, said.memory), (7, 100));
        let own = Resources::new(None, None);
        assert!(own.workers >= 1 && own.memory == 2048);
    }

    #[tokio::test]
    async fn alone_means_that_nothing_else_runs() {
        let pool = Pool::new(2);
        let one = pool.slot().await;
        let all = tokio::spawn({
            let pool = pool.clone();
            async move { pool.all().await.is_some() }
        });
        tokio::task::yield_now().await;
        assert!(!all.is_finished());
        drop(one);
        assert!(all.await.unwrap());
    }
}
