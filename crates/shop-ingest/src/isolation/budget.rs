//! How many requests a shop gets of our own accord. Pure: the time is an argument.

use std::time::Duration;

use tokio::time::Instant;

/// Requests at once, and one more after each interval. Whoever takes one is told how long to wait for it,
/// so that those who wait are served in turn.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    every: Duration,
    /// All but the one that may go at any time.
    slack: Duration,
    /// When nothing of the burst is used any more.
    full_at: Option<Instant>,
}

impl Budget {
    pub(crate) fn new(every: Duration, burst: u32) -> Self {
        Self {
            every,
            slack: every.saturating_mul(burst.saturating_sub(1)),
            full_at: None,
        }
    }

    /// Takes one request; it may be made after this time.
    pub(crate) fn take(&mut self, now: Instant) -> Duration {
        let used_until = self.full_at.map_or(now, |at| at.max(now));
        self.full_at = Some(used_until + self.every);
        used_until.duration_since(now).saturating_sub(self.slack)
    }

    /// Takes one request if it may be made now; else says how long until one may be, and takes none.
    pub(crate) fn take_now(&mut self, now: Instant) -> Result<(), Duration> {
        let mut taken = self.clone();
        let wait = taken.take(now);
        if !wait.is_zero() {
            return Err(wait);
        }
        *self = taken;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(100);

    #[test]
    fn a_burst_goes_at_once_and_the_rest_in_turn() {
        let now = Instant::now();
        let mut budget = Budget::new(EVERY, 3);
        let waits: Vec<Duration> = (0..6).map(|_| budget.take(now)).collect();
        assert_eq!(
            waits,
            [0, 0, 0, 1, 2, 3].map(|intervals: u32| EVERY * intervals)
        );
    }

    #[test]
    fn what_is_not_used_comes_back_up_to_the_burst() {
        let mut now = Instant::now();
        let mut budget = Budget::new(EVERY, 3);
        for _ in 0..3 {
            budget.take(now);
        }
        now += EVERY;
        assert_eq!(budget.take(now), Duration::ZERO);
        assert_eq!(budget.take(now), EVERY);
        now += EVERY * 1_000;
        let waits: Vec<Duration> = (0..4).map(|_| budget.take(now)).collect();
        assert_eq!(
            waits.last(),
            Some(&EVERY),
            "no more than the burst is saved"
        );
    }
}
