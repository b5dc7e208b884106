//! Randomness that a seed decides, the same on every machine and with every release of a library.

/// `SplitMix64`.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included. `low` when they are crossed.
    pub const fn between(&mut self, low: u64, high: u64) -> u64 {
        match high.checked_sub(low) {
            None => low,
            Some(u64::MAX) => self.next(),
            Some(width) => low + self.next() % (width + 1),
        }
    }

    pub const fn percent(&mut self, chance: u64) -> bool {
        self.between(1, 100) <= chance
    }

    /// A place in a list of `length`; 0 when it is empty.
    pub fn index(&mut self, length: usize) -> usize {
        let last = u64::try_from(length.saturating_sub(1)).unwrap_or(u64::MAX);
        usize::try_from(self.between(0, last)).unwrap_or(0)
    }

    /// One of `choices`, each as likely as its weight says.
    pub fn weighted<T: Copy, const N: usize>(&mut self, choices: [(u64, T); N]) -> T {
        const { assert!(N > 0, "nothing to choose from") };
        let total: u64 = choices.iter().map(|(weight, _)| weight).sum();
        let mut left = self.between(1, total.max(1));
        for (weight, choice) in choices {
            if left <= weight {
                return choice;
            }
            left -= weight;
        }
        choices[N - 1].1
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.index(place + 1));
        }
    }
}
