//! How much there may be of something in a time: of what a shop is asked of our own accord, or of what it
//! sends. Pure: the time is an argument.

use std::time::Duration;

use shop::Allowance;
use tokio::time::Instant;

/// Imports leave this part of what may be used at once to what sales wait for.
const LEFT_BY_IMPORTS: u32 = 2;

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Units that come back in a second, and that may be used at once when none was used for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) per_second: u32,
    pub(crate) at_once: u32,
}

impl From<&Allowance> for Rate {
    fn from(allowance: &Allowance) -> Self {
        let Allowance {
            per_second,
            at_once,
            changed_page: _,
            placed_page: _,
            order: _,
        } = *allowance;
        Self {
            per_second,
            at_once,
        }
    }
}

/// Units at once, and more as time passes. Whoever takes some is told how long to wait for them, so that
/// those who wait are served in turn; an import takes none before they are there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Budget {
    /// When nothing of the burst is used any more.
    full_at: Option<Instant>,
}

impl Budget {
    /// Takes `units`, which may be used after this time.
    pub(crate) fn take(&mut self, rate: Rate, units: u32, now: Instant) -> Duration {
        let used = self.used(now) + time_of(rate, units);
        self.full_at = Some(now + used);
        used.saturating_sub(time_of(rate, rate.at_once))
    }

    /// Takes `units` that are used whatever is left. They are never owed by more than a whole burst: those that
    /// wait for their turn have a limit to their waiting.
    pub(crate) fn note(&mut self, rate: Rate, units: u32, now: Instant) {
        let used = self.used(now);
        let most = time_of(rate, rate.at_once).max(used);
        let used = (used + time_of(rate, units)).min(most);
        self.full_at = Some(now + used);
    }

    /// Takes `units` if they are there beyond what is left to others; else says when to ask again.
    pub(crate) fn take_spare(
        &mut self,
        rate: Rate,
        units: u32,
        now: Instant,
    ) -> Result<(), Duration> {
        let cost = time_of(rate, units);
        let used = self.used(now) + cost;
        // What costs more than the share goes when nothing else is used.
        let share = time_of(rate, rate.at_once / LEFT_BY_IMPORTS).max(cost);
        match used.checked_sub(share) {
            Some(wait) if !wait.is_zero() => Err(wait),
            Some(_) | None => {
                self.full_at = Some(now + used);
                Ok(())
            }
        }
    }

    /// How many units may be used now.
    pub(crate) fn left(&self, rate: Rate, now: Instant) -> u32 {
        let room = time_of(rate, rate.at_once).saturating_sub(self.used(now));
        // What a unit takes to come back is rounded down.
        let nanos = room.as_nanos() + u128::from(!room.is_zero());
        let units = nanos * u128::from(rate.per_second.max(1)) / NANOS_PER_SECOND;
        u32::try_from(units).unwrap_or(u32::MAX)
    }

    /// How long until so many units may be used; of more than a burst, until all of one may.
    pub(crate) fn wait(&self, rate: Rate, units: u32, now: Instant) -> Duration {
        let used = self.used(now) + time_of(rate, units.min(rate.at_once));
        used.saturating_sub(time_of(rate, rate.at_once))
    }

    /// Takes back what was not used.
    pub(crate) fn give_back(&mut self, rate: Rate, units: u32, now: Instant) {
        let used = self.used(now).saturating_sub(time_of(rate, units));
        self.full_at = Some(now + used);
    }

    /// What is used of the burst, in the time that it takes to come back.
    fn used(&self, now: Instant) -> Duration {
        self.full_at
            .map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }

    /// Takes one unit if it may be used now; else says how long until one may be, and takes none.
    pub(crate) fn take_now(&mut self, rate: Rate, now: Instant) -> Result<(), Duration> {
        let mut taken = self.clone();
        let wait = taken.take(rate, 1, now);
        if !wait.is_zero() {
            return Err(wait);
        }
        *self = taken;
        Ok(())
    }
}

/// How long units take to come back.
fn time_of(rate: Rate, units: u32) -> Duration {
    Duration::from_secs(units.into()) / rate.per_second.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(100);
    const RATE: Rate = Rate {
        per_second: 10,
        at_once: 3,
    };

    #[test]
    fn a_burst_goes_at_once_and_the_rest_in_turn() {
        let now = Instant::now();
        let mut budget = Budget::default();
        let waits: Vec<Duration> = (0..6).map(|_| budget.take(RATE, 1, now)).collect();
        assert_eq!(
            waits,
            [0, 0, 0, 1, 2, 3].map(|intervals: u32| EVERY * intervals)
        );
        assert_eq!(budget.take(RATE, 4, now), EVERY * 7, "as much as it costs");
    }

    #[test]
    fn what_is_not_used_comes_back_up_to_the_burst() {
        let mut now = Instant::now();
        let mut budget = Budget::default();
        for _ in 0..3 {
            budget.take(RATE, 1, now);
        }
        now += EVERY;
        assert_eq!(budget.take(RATE, 1, now), Duration::ZERO);
        assert_eq!(budget.take(RATE, 1, now), EVERY);
        now += EVERY * 1_000;
        let waits: Vec<Duration> = (0..4).map(|_| budget.take(RATE, 1, now)).collect();
        assert_eq!(
            waits.last(),
            Some(&EVERY),
            "no more than the burst is saved"
        );
    }

    #[test]
    fn an_import_takes_only_what_leaves_half_of_the_burst() {
        let rate = Rate {
            at_once: 10,
            ..RATE
        };
        let mut now = Instant::now();
        let mut budget = Budget::default();
        for _ in 0..5 {
            assert_eq!(budget.take_spare(rate, 1, now), Ok(()));
        }
        assert_eq!(budget.take_spare(rate, 1, now), Err(EVERY));
        for _ in 0..5 {
            assert_eq!(budget.take(rate, 1, now), Duration::ZERO);
        }
        assert_eq!(budget.take_spare(rate, 1, now), Err(EVERY * 6));
        now += EVERY * 6;
        assert_eq!(budget.take_spare(rate, 1, now), Ok(()));
        // What costs more than that goes all the same, when nothing is used.
        assert_eq!(budget.take_spare(rate, 8, now), Err(EVERY * 5));
        now += EVERY * 5;
        assert_eq!(budget.take_spare(rate, 8, now), Ok(()));
    }

    #[test]
    fn what_is_used_unasked_is_owed_up_to_a_burst() {
        let now = Instant::now();
        let mut budget = Budget::default();
        for _ in 0..1_000 {
            budget.note(RATE, 1, now);
        }
        assert_eq!(budget.take_spare(RATE, 1, now), Err(EVERY * 3));
        assert_eq!(budget.take(RATE, 1, now), EVERY);
    }
}
