//! How long a shop is left alone after failures in a row. Pure: randomness is an argument.

use std::time::Duration;

use super::Dice;

/// The most that is waited after the first failure; doubled for each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// After so many failures in a row the circuit opens: the shop is away, not unlucky.
const OPENS_AFTER: u32 = 6;
/// How long it stays open, at least and at most. One attempt then decides.
const OPEN_AT_LEAST: Duration = Duration::from_secs(30);
const OPEN_AT_MOST: Duration = Duration::from_mins(1);
/// After what only a person can mend.
const LASTING: Duration = Duration::from_mins(10);
/// A shop that asks for more is tried after this all the same.
const LONGEST_ASKED_FOR: Duration = Duration::from_hours(6);

/// The most that is waited when it is our own database or broker that is away.
const OURS: Duration = Duration::from_secs(5);

/// What sort of failure one was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setback {
    /// Time may mend it; `after` is what the shop asked for.
    Passing { after: Option<Duration> },
    /// A person has to act.
    Lasting,
    /// Not the shop's: it says nothing about the shop, and ends as soon as we are well.
    Ours,
}

/// Failures in a row of one task of one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
}

impl Breaker {
    pub(crate) const fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// How long to wait before the next attempt: exponential with full jitter, then the open circuit.
    pub(crate) fn failed(&mut self, setback: Setback, dice: &mut Dice) -> Duration {
        let after = match setback {
            Setback::Ours => return OURS / 2 + dice.up_to(OURS / 2),
            Setback::Lasting => return LASTING + dice.up_to(LASTING / 10),
            Setback::Passing { after } => after.unwrap_or_default().min(LONGEST_ASKED_FOR),
        };
        self.failures = self.failures.saturating_add(1);
        let pause = if self.is_open() {
            OPEN_AT_LEAST + dice.up_to(OPEN_AT_MOST.saturating_sub(OPEN_AT_LEAST))
        } else {
            let doubled = FIRST_PAUSE.saturating_mul(1 << (self.failures - 1));
            dice.up_to(doubled)
        };
        pause.max(after)
    }

    pub(crate) const fn is_open(&self) -> bool {
        self.failures >= OPENS_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSING: Setback = Setback::Passing { after: None };

    /// The pauses of failures in a row, for one seed.
    fn pauses(seed: u64, failures: usize) -> Vec<Duration> {
        let (mut breaker, mut dice) = (Breaker::default(), Dice::new(seed));
        (0..failures)
            .map(|_| breaker.failed(PASSING, &mut dice))
            .collect()
    }

    #[test]
    fn pauses_are_jittered_below_a_bound_that_doubles_until_the_circuit_opens() {
        let mut most = [Duration::ZERO; 8];
        for seed in 0..500 {
            for (most, pause) in most.iter_mut().zip(pauses(seed, 8)) {
                *most = pause.max(*most);
            }
        }
        for (index, bound) in [1, 2, 4, 8, 16].into_iter().enumerate() {
            let bound = Duration::from_secs(bound);
            assert!(most[index] <= bound, "{index}: {:?}", most[index]);
            assert!(most[index] > bound * 9 / 10, "{index}: {:?}", most[index]);
        }
        for pause in pauses(7, 8).split_off(5) {
            assert!((OPEN_AT_LEAST..=OPEN_AT_MOST).contains(&pause), "{pause:?}");
        }
    }

    #[test]
    fn the_circuit_opens_after_failures_in_a_row_and_one_success_closes_it() {
        let (mut breaker, mut dice) = (Breaker::default(), Dice::new(1));
        for _ in 1..OPENS_AFTER {
            breaker.failed(PASSING, &mut dice);
            assert!(!breaker.is_open());
        }
        breaker.failed(PASSING, &mut dice);
        assert!(breaker.is_open());
        breaker.failed(PASSING, &mut dice);
        assert!(breaker.is_open(), "the one attempt failed");
        breaker.succeeded();
        assert!(!breaker.is_open());
        assert!(breaker.failed(PASSING, &mut dice) <= FIRST_PAUSE);
    }

    #[test]
    fn a_shop_is_left_alone_as_long_as_it_asks_for_within_reason() {
        for (after, least) in [
            (Duration::from_secs(30), Duration::from_secs(30)),
            (Duration::from_hours(100), LONGEST_ASKED_FOR),
        ] {
            let mut breaker = Breaker::default();
            let setback = Setback::Passing { after: Some(after) };
            assert_eq!(breaker.failed(setback, &mut Dice::new(1)), least);
        }
    }

    #[test]
    fn what_a_person_must_mend_is_tried_seldom_from_the_first() {
        let pause = Breaker::default().failed(Setback::Lasting, &mut Dice::new(1));
        assert!(pause >= LASTING);
    }

    #[test]
    fn our_own_troubles_open_no_circuit() {
        let (mut breaker, mut dice) = (Breaker::default(), Dice::new(1));
        for _ in 0..100 {
            assert!(breaker.failed(Setback::Ours, &mut dice) <= OURS);
        }
        assert!(!breaker.is_open());
    }

    #[test]
    fn failures_without_end_do_no_harm() {
        let mut breaker = Breaker { failures: u32::MAX };
        assert!(breaker.failed(PASSING, &mut Dice::new(1)) <= OPEN_AT_MOST);
    }
}
