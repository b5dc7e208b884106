//! Randomness from a seed, for spreading things in time. Nothing secret rests on it.

use std::time::Duration;

use retail::ConnectionId;

/// `SplitMix64`: the same seed gives the same throws.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Other throws for each connection and each of its tasks.
    pub(crate) fn of(seed: u64, connection: ConnectionId, task: &str) -> Self {
        let (high, low) = connection.uuid().as_u64_pair();
        let mut dice = Self::new(seed);
        for part in [high, low].into_iter().chain(task.bytes().map(u64::from)) {
            dice.0 ^= part;
            dice.throw();
        }
        dice
    }

    /// From nothing up to `most`, all equally likely.
    pub(crate) fn up_to(&mut self, most: Duration) -> Duration {
        let most = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX);
        let share = (u128::from(self.throw()) * (u128::from(most) + 1)) >> 64;
        Duration::from_nanos(u64::try_from(share).unwrap_or(most))
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn throws_are_within_bounds_spread_and_repeatable() {
        let most = Duration::from_secs(10);
        let throws =
            |mut dice: Dice| -> Vec<Duration> { (0..1_000).map(|_| dice.up_to(most)).collect() };
        let one = throws(Dice::new(7));
        assert_eq!(one, throws(Dice::new(7)));
        assert!(one.iter().all(|throw| *throw <= most));
        for part in 0..10 {
            let (from, to) = (most / 10 * part, most / 10 * (part + 1));
            let count = one
                .iter()
                .filter(|throw| (from..to).contains(*throw))
                .count();
            assert!(
                (60..140).contains(&count),
                "{count} of 1000 in {from:?}..{to:?}"
            );
        }
        assert_eq!(Dice::new(1).up_to(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn connections_and_tasks_throw_differently() {
        let of = |id, task| {
            Dice::of(1, ConnectionId::new(Uuid::from_u128(id)), task).up_to(Duration::MAX)
        };
        assert_ne!(of(1, "poll"), of(2, "poll"));
        assert_ne!(of(1, "poll"), of(1, "hooks"));
        assert_eq!(of(1, "poll"), of(1, "poll"));
    }
}
