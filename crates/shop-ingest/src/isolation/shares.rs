//! One shop's budget, shared by what is read there and what is written. Pure: the time is an argument.

use std::time::Duration;

use tokio::time::Instant;

use super::{Budget, Rate};

/// Whoever asked for something a moment ago is heeded for so long.
const HEEDED_FOR: Duration = Duration::from_secs(1);
/// Who is lent less than wanted comes back for this part of a second's worth.
const PARTS_OF_A_SECOND: u32 = 4;

/// While both sides want something, each has half; what one side leaves the other has. Nobody's half is saved up while
/// the other uses it.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    all: Budget,
    reads: Side,
    pushes: Side,
}

#[derive(Debug, Default)]
struct Side {
    /// What it uses, counted twice: so it is a half of the whole.
    half: Budget,
    heeded_until: Option<Instant>,
}

/// What is lent to who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Loan {
    pub(crate) units: u32,
    /// How long until there is more, if that is less than was wanted.
    pub(crate) more_in: Duration,
}

impl Shares {
    /// Takes `units` for a reader that waits for its turn. After which time they may be used.
    pub(crate) fn take(&mut self, rate: Rate, units: u32, now: Instant) -> Duration {
        let whole = self.all.take(rate, units, now);
        let half = if self.pushes.is_heeded(now) {
            self.reads.half.take(rate, units.saturating_mul(2), now)
        } else {
            self.reads.use_up(rate, units, now);
            Duration::ZERO
        };
        let wait = whole.max(half);
        self.reads.heed(now + wait);
        wait
    }

    /// Takes `units` for an import, if enough is left for everybody else; else says when to ask again.
    pub(crate) fn take_spare(
        &mut self,
        rate: Rate,
        units: u32,
        now: Instant,
    ) -> Result<(), Duration> {
        let half = if self.pushes.is_heeded(now) {
            self.reads.half.wait(rate, units.saturating_mul(2), now)
        } else {
            Duration::ZERO
        };
        let taken = if half.is_zero() {
            self.all.take_spare(rate, units, now)
        } else {
            Err(half)
        };
        match taken {
            Ok(()) => {
                self.reads.use_up(rate, units, now);
                self.reads.heed(now);
                Ok(())
            }
            Err(wait) => {
                self.reads.heed(now + wait);
                Err(wait)
            }
        }
    }

    /// Counts what is read without waiting. While somebody writes, it never uses up more than a half.
    pub(crate) fn note(&mut self, rate: Rate, units: u32, now: Instant) {
        let at_most = if self.pushes.is_heeded(now) {
            Rate {
                at_once: rate.at_once / 2,
                ..rate
            }
        } else {
            rate
        };
        self.all.note(at_most, units, now);
        self.reads.use_up(rate, units, now);
        self.reads.heed(now);
    }

    /// Lends as many units as are there, up to those wanted.
    pub(crate) fn lend(&mut self, rate: Rate, wanted: u32, now: Instant) -> Loan {
        let mut units = wanted.min(self.all.left(rate, now));
        let is_shared = self.reads.is_heeded(now);
        if is_shared {
            units = units.min(self.pushes.half.left(rate, now) / 2);
        }
        self.all.note(rate, units, now);
        self.pushes.use_up(rate, units, now);
        let rest = wanted - units;
        let mut more_in = Duration::ZERO;
        if rest > 0 {
            let most = (rate.at_once / 2).max(1);
            let next = rest.min((rate.per_second / PARTS_OF_A_SECOND).clamp(1, most));
            more_in = self.all.wait(rate, next, now);
            if is_shared {
                let half = self.pushes.half.wait(rate, next * 2, now);
                more_in = more_in.max(half);
            }
        }
        if wanted > 0 {
            self.pushes.heed(now + more_in);
        }
        Loan { units, more_in }
    }

    /// Takes back what was lent and not used; below zero, counts what was used beyond it.
    pub(crate) fn settle(&mut self, rate: Rate, units: i32, now: Instant) {
        let count = units.unsigned_abs();
        if units < 0 {
            self.all.note(rate, count, now);
            self.pushes.use_up(rate, count, now);
        } else {
            self.all.give_back(rate, count, now);
            self.pushes
                .half
                .give_back(rate, count.saturating_mul(2), now);
        }
    }
}

impl Side {
    fn is_heeded(&self, now: Instant) -> bool {
        self.heeded_until.is_some_and(|until| until > now)
    }

    /// It waits until then, and is heeded for a moment after.
    fn heed(&mut self, waits_until: Instant) {
        self.heeded_until = self.heeded_until.max(Some(waits_until + HEEDED_FOR));
    }

    /// Of the other's half, what nobody wanted: it is not owed.
    fn use_up(&mut self, rate: Rate, units: u32, now: Instant) {
        self.half.note(rate, units.saturating_mul(2), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        per_second: 10,
        at_once: 20,
    };
    const LONG: Duration = Duration::from_secs(200);

    /// Who writes as much as it may, for a while, beside `others`, which are called again and again until then.
    fn pushed(shares: &mut Shares, mut others: impl FnMut(&mut Shares, Instant)) -> u32 {
        let began = Instant::now();
        let (mut now, mut lent, mut next) = (began, 0, began);
        while now < began + LONG {
            others(shares, now);
            if now >= next {
                let loan = shares.lend(RATE, 1_000, now);
                lent += loan.units;
                next = now + loan.more_in;
            }
            now += Duration::from_millis(10);
        }
        lent
    }

    fn all() -> u32 {
        RATE.at_once + RATE.per_second * u32::try_from(LONG.as_secs()).unwrap()
    }

    #[test]
    fn who_writes_alone_has_all_of_it() {
        let lent = pushed(&mut Shares::default(), |_, _| {});
        assert!(lent * 100 >= all() * 95 && lent <= all(), "{lent}");
    }

    #[test]
    fn an_import_and_who_writes_have_half_each() {
        let mut imported = 0;
        let lent = pushed(&mut Shares::default(), |shares, now| {
            while shares.take_spare(RATE, 1, now).is_ok() {
                imported += 1;
            }
        });
        assert!(imported + lent <= all(), "{imported} and {lent}");
        for side in [imported, lent] {
            assert!(side * 100 >= all() * 45, "{imported} and {lent}");
        }
    }

    #[test]
    fn readers_in_turn_and_who_writes_have_half_each() {
        let (mut read, mut next) = (0, Instant::now());
        let lent = pushed(&mut Shares::default(), |shares, now| {
            if now >= next {
                read += 1;
                next = now + shares.take(RATE, 1, now);
            }
        });
        assert!(read + lent <= all() + 1, "{read} and {lent}");
        for side in [read, lent] {
            assert!(side * 100 >= all() * 45, "{read} and {lent}");
        }
    }

    #[test]
    fn hints_without_end_leave_half() {
        let lent = pushed(&mut Shares::default(), |shares, now| {
            shares.note(RATE, 5, now);
        });
        assert!(lent * 100 >= all() * 45, "{lent}");
    }

    #[test]
    fn a_poll_now_and_then_waits_for_next_to_nothing_and_costs_little() {
        let mut longest = Duration::ZERO;
        let mut polled: Option<Instant> = None;
        let lent = pushed(&mut Shares::default(), |shares, now| {
            if polled.is_none_or(|at| now > at + Duration::from_mins(1)) {
                polled = Some(now);
                longest = longest.max(shares.take(RATE, 1, now));
            }
        });
        assert!(longest <= Duration::from_millis(200), "{longest:?}");
        assert!(lent * 100 >= all() * 95, "{lent}");
    }

    #[test]
    fn what_is_not_used_comes_back_and_what_is_used_beyond_is_owed() {
        let now = Instant::now();
        let mut shares = Shares::default();
        let loan = shares.lend(RATE, 30, now);
        assert_eq!(loan.units, RATE.at_once);
        assert_eq!(loan.more_in, Duration::from_millis(200));
        shares.settle(RATE, 15, now);
        assert_eq!(shares.lend(RATE, 30, now).units, 15);
        shares.settle(RATE, -5, now);
        let later = now + Duration::from_secs(1);
        assert_eq!(shares.lend(RATE, 30, later).units, 10);
        shares.settle(RATE, i32::MAX, later);
        assert_eq!(shares.lend(RATE, 30, later).units, RATE.at_once);
        assert_eq!(shares.lend(RATE, 0, later).units, 0);
    }
}
