//! Numbers that look random and are the same for the same seed (splitmix64).

/// A sequence of numbers.
pub(super) struct Random(u64);

impl Random {
    /// The sequence of one round: a round can be played again without those before it.
    pub(super) fn of(seed: u64, round: usize) -> Self {
        Self(seed.wrapping_add((round as u64).wrapping_mul(0x2545_f491_4f6c_dd1d)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than this, and 0 for 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 { 0 } else { self.next() % limit }
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let place = self.below(from.len() as u64);
        &from[usize::try_from(place).unwrap_or(0)]
    }
}
