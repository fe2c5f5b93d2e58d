//! How much of this machine evaluation may take: from what the user says, otherwise from cores and free memory.

use std::num::{NonZeroU64, NonZeroUsize};

use netlib_core::nix::memory::available;

/// Memory that evaluating one real NixOS system may take, in MiB.
const MEMORY_OF_ONE: u64 = 2048;

/// What a further one takes in the same process, which has read nixpkgs already.
const MEMORY_OF_FURTHER: u64 = 512;
/// Most systems of one process: whoever waits for the first of them waits for all.
const LARGEST_SET: u64 = 32;

/// How much of this machine evaluation takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Resources {
    /// Evaluations at the same time.
    pub workers: usize,
    /// MiB of memory for each.
    pub memory: u64,
    /// Systems that one process may evaluate.
    pub set: usize,
    /// MiB that such a process may take.
    share: u64,
}

impl Resources {
    /// What the user says, and for the rest what this machine has.
    pub fn new(workers: Option<NonZeroUsize>, memory: Option<NonZeroU64>) -> Self {
        let available = available();
        let said = memory.map(NonZeroU64::get);
        let memory = said.unwrap_or(MEMORY_OF_ONE);
        let workers = workers.map(NonZeroUsize::get).unwrap_or_else(|| {
            let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
            fitting(cores, memory, available)
        });
        let share = said.unwrap_or(available.unwrap_or(memory) * 4 / 5 / workers as u64);
        Self { workers, memory, set: set_within(share), share }
    }

    /// How many MiB a process of plain Nix may take before it looks for garbage, where so many nodes are evaluated: what a set
    /// makes it mostly needs to its end.
    pub(super) fn heap(&self, nodes: usize) -> u64 {
        let set = nodes.div_ceil(self.workers).clamp(1, self.set) as u64;
        self.share.min(MEMORY_OF_ONE + (set - 1) * MEMORY_OF_FURTHER)
    }
}

/// How many systems a process may evaluate that may take this much.
fn set_within(memory: u64) -> usize {
    let further = memory.saturating_sub(MEMORY_OF_ONE) / MEMORY_OF_FURTHER;
    usize::try_from((1 + further).min(LARGEST_SET)).unwrap_or(1)
}

/// With a quarter of room to spare: an evaluator sees that it has grown too large only afterwards.
fn fitting(cores: usize, memory: u64, available: Option<u64>) -> usize {
    let of_one = memory.saturating_add(memory / 4).max(1);
    let by_memory = available.map(|all| usize::try_from(all / of_one).unwrap_or(usize::MAX));
    cores.min(by_memory.unwrap_or(cores)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_bounds_the_workers() {
        let memory = Some(5859);
        assert_eq!(fitting(8, 2048, memory), 2);
        assert_eq!(fitting(8, 500, memory), 8);
        assert_eq!(fitting(8, 2048, Some(1)), 1);
        assert_eq!(fitting(3, 2048, None), 3);
    }

    #[test]
    fn memory_bounds_how_many_share_a_process() {
        let sets = [0, 2048, 2560, 8192, 1_000_000].map(set_within);
        assert_eq!(sets, [1, 1, 2, 13, 32]);
        let said = |memory| Resources::new(NonZeroUsize::new(2), NonZeroU64::new(memory));
        assert_eq!([1, 2, 4, 40].map(|nodes| said(4096).heap(nodes)), [2048, 2048, 2560, 4096]);
        assert_eq!(said(1000).heap(10), 1000);
    }

    #[test]
    fn what_the_user_says_counts() {
        let said = Resources::new(NonZeroUsize::new(7), NonZeroU64::new(100));
        assert_eq!((said.workers, said.memory), (7, 100));
        let own = Resources::new(None, None);
        assert!(own.workers >= 1 && own.memory == 2048);
    }
}
