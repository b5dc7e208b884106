//! How long a shop, an order and a delivery are left alone. Data: changing it is changing a row.

use std::time::Duration;

use crate::reading::GIVEN_BACK_EVERY;

/// After the first failure in a row, the second and so on; the last repeats. One request that breaks off says
/// little: the first pauses are short, and a shop that is away is known after some seconds.
const PAUSES: [Duration; 16] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(10),
    Duration::from_secs(15),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_mins(1),
    Duration::from_mins(2),
    Duration::from_mins(5),
    Duration::from_mins(15),
    LONGEST,
];
const LONGEST: Duration = Duration::from_hours(1);
/// Those that are for a request that breaks off: what finds no room waits for longer things.
const SHORT_PAUSES: u64 = 10;

/// Younger hints are never given up: a shop may be away over a weekend. The inbox keeps them ten times as long.
const PATIENCE: Duration = Duration::from_hours(3 * 24);

/// The pause after this many failures, the first being 1.
pub(super) fn pause(failures: u64) -> Duration {
    let index = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    PAUSES.get(index).copied().unwrap_or(LONGEST)
}

/// Whether an order was asked for in vain for so long that people have to look at it: it, or its shop,
/// failed this often. Age alone is not enough: it may be this process that was away.
pub(super) fn is_given_up(failures: u64, age: Duration) -> bool {
    failures > PAUSES.len() as u64 && age > PATIENCE
}

/// How long a hint that finds no room stays at the broker, after this many deliveries of it.
pub(super) fn give_back(delivered: u64) -> Duration {
    pause(delivered.saturating_add(SHORT_PAUSES)).min(GIVEN_BACK_EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{DELIVERIES_LIMIT, is_delivered_too_often};

    #[test]
    fn pauses_grow_and_the_last_repeats() {
        assert!(PAUSES.is_sorted());
        assert_eq!(pause(0), Duration::from_millis(200));
        assert_eq!(pause(1), Duration::from_millis(200));
        assert_eq!(pause(2), Duration::from_millis(500));
        assert_eq!(pause(16), LONGEST);
        assert_eq!(pause(u64::MAX), LONGEST);
    }

    #[test]
    fn only_what_is_old_and_failed_often_is_given_up() {
        let old = PATIENCE + Duration::from_secs(1);
        for (failures, age, given_up) in [
            (1, Duration::ZERO, false),
            (1, old, false),
            (16, old, false),
            (17, old, true),
            (17, PATIENCE, false),
            (10_000, PATIENCE, false),
        ] {
            assert_eq!(is_given_up(failures, age), given_up, "{failures} {age:?}");
        }
    }

    /// Whatever is given back again and again, and is held by some processes that end meanwhile, is
    /// never taken for a message that ends them.
    #[test]
    fn what_is_given_back_is_never_delivered_too_often() {
        const RESTARTS: u64 = DELIVERIES_LIMIT / 2;
        let mut age = Duration::ZERO;
        for delivered in 1..10_000 {
            assert!(
                !is_delivered_too_often(delivered + RESTARTS, age),
                "delivered {delivered} times within {age:?}"
            );
            age += give_back(delivered);
        }
    }
}
