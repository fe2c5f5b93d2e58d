//! A switch that says nothing: when to ask the host what it waits for.

use std::time::Duration;

use tokio::time::Instant;

/// How long a switch may say nothing before that is spoken of.
const SILENCE: Duration = Duration::from_secs(20);

/// How long a log has not grown, told at longer and longer intervals.
pub(super) struct Silence {
    since: Instant,
    next: Duration,
}

impl Silence {
    /// The log has just grown.
    pub(super) fn from_now() -> Self {
        Self { since: Instant::now(), next: SILENCE }
    }

    /// The seconds so far, when it is time to speak of them.
    pub(super) fn is_to_be_told(&mut self) -> Option<u64> {
        let so_far = self.since.elapsed();
        if so_far < self.next {
            return None;
        }
        self.next = so_far * 2;
        Some(so_far.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_told_at_longer_and_longer_intervals() {
        let mut silence = Silence::from_now();
        let mut told = Vec::new();
        for _ in 0..200 {
            tokio::time::advance(Duration::from_secs(1)).await;
            told.extend(silence.is_to_be_told());
        }
        assert_eq!(told, [20, 40, 80, 160]);
    }
}
