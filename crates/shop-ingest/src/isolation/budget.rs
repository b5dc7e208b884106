//! How much a shop is asked of our own accord. Pure: the time is an argument.

use std::time::Duration;

use shop::Allowance;
use tokio::time::Instant;

/// Imports leave this part of what may be used at once to what sales wait for.
const LEFT_BY_IMPORTS: u32 = 2;

/// Units at once, and more as time passes. Whoever takes some is told how long to wait for them, so that
/// those who wait are served in turn; an import takes none before they are there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Budget {
    /// When nothing of the burst is used any more.
    full_at: Option<Instant>,
}

impl Budget {
    /// Takes `units`, which may be used after this time.
    pub(crate) fn take(&mut self, allowance: &Allowance, units: u32, now: Instant) -> Duration {
        let used = self.used(now) + time_of(allowance, units);
        self.full_at = Some(now + used);
        used.saturating_sub(time_of(allowance, allowance.at_once))
    }

    /// Takes `units` that are used whatever is left. They are never owed by more than a whole burst: those that
    /// wait for their turn have a limit to their waiting.
    pub(crate) fn note(&mut self, allowance: &Allowance, units: u32, now: Instant) {
        let used = self.used(now);
        let most = time_of(allowance, allowance.at_once).max(used);
        let used = (used + time_of(allowance, units)).min(most);
        self.full_at = Some(now + used);
    }

    /// Takes `units` if they are there beyond what is left to others; else says when to ask again.
    pub(crate) fn take_spare(
        &mut self,
        allowance: &Allowance,
        units: u32,
        now: Instant,
    ) -> Result<(), Duration> {
        let cost = time_of(allowance, units);
        let used = self.used(now) + cost;
        // What costs more than the share goes when nothing else is used.
        let share = time_of(allowance, allowance.at_once / LEFT_BY_IMPORTS).max(cost);
        match used.checked_sub(share) {
            Some(wait) if !wait.is_zero() => Err(wait),
            Some(_) | None => {
                self.full_at = Some(now + used);
                Ok(())
            }
        }
    }

    /// What is used of the burst, in the time that it takes to come back.
    fn used(&self, now: Instant) -> Duration {
        self.full_at
            .map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }
}

/// How long units take to come back.
fn time_of(allowance: &Allowance, units: u32) -> Duration {
    Duration::from_secs(units.into()) / allowance.per_second.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(100);
    const ALLOWANCE: Allowance = Allowance {
        per_second: 10,
        at_once: 3,
        changed_page: 1,
        placed_page: 1,
        order: 1,
    };

    #[test]
    fn a_burst_goes_at_once_and_the_rest_in_turn() {
        let now = Instant::now();
        let mut budget = Budget::default();
        let waits: Vec<Duration> = (0..6).map(|_| budget.take(&ALLOWANCE, 1, now)).collect();
        assert_eq!(
            waits,
            [0, 0, 0, 1, 2, 3].map(|intervals: u32| EVERY * intervals)
        );
        assert_eq!(
            budget.take(&ALLOWANCE, 4, now),
            EVERY * 7,
            "as much as it costs"
        );
    }

    #[test]
    fn what_is_not_used_comes_back_up_to_the_burst() {
        let mut now = Instant::now();
        let mut budget = Budget::default();
        for _ in 0..3 {
            budget.take(&ALLOWANCE, 1, now);
        }
        now += EVERY;
        assert_eq!(budget.take(&ALLOWANCE, 1, now), Duration::ZERO);
        assert_eq!(budget.take(&ALLOWANCE, 1, now), EVERY);
        now += EVERY * 1_000;
        let waits: Vec<Duration> = (0..4).map(|_| budget.take(&ALLOWANCE, 1, now)).collect();
        assert_eq!(
            waits.last(),
            Some(&EVERY),
            "no more than the burst is saved"
        );
    }

    #[test]
    fn an_import_takes_only_what_leaves_half_of_the_burst() {
        let allowance = Allowance {
            at_once: 10,
            ..ALLOWANCE
        };
        let mut now = Instant::now();
        let mut budget = Budget::default();
        for _ in 0..5 {
            assert_eq!(budget.take_spare(&allowance, 1, now), Ok(()));
        }
        assert_eq!(budget.take_spare(&allowance, 1, now), Err(EVERY));
        for _ in 0..5 {
            assert_eq!(budget.take(&allowance, 1, now), Duration::ZERO);
        }
        assert_eq!(budget.take_spare(&allowance, 1, now), Err(EVERY * 6));
        now += EVERY * 6;
        assert_eq!(budget.take_spare(&allowance, 1, now), Ok(()));
        // What costs more than that goes all the same, when nothing is used.
        assert_eq!(budget.take_spare(&allowance, 8, now), Err(EVERY * 5));
        now += EVERY * 5;
        assert_eq!(budget.take_spare(&allowance, 8, now), Ok(()));
    }

    #[test]
    fn what_is_used_unasked_is_owed_up_to_a_burst() {
        let now = Instant::now();
        let mut budget = Budget::default();
        for _ in 0..1_000 {
            budget.note(&ALLOWANCE, 1, now);
        }
        assert_eq!(budget.take_spare(&ALLOWANCE, 1, now), Err(EVERY * 3));
        assert_eq!(budget.take(&ALLOWANCE, 1, now), EVERY);
    }
}
