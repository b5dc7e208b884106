//! When something that came to nothing is tried again.

use std::time::Duration;

use uuid::Uuid;

/// For a shop that cannot be asked: after its nth failure in a row, and after every further one.
const OF_A_CONNECTION: [Duration; 8] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_mins(1),
    Duration::from_mins(5),
];

/// For one row that the shop does not take.
const OF_A_ROW: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(10),
    Duration::from_hours(1),
    Duration::from_hours(6),
];

/// For stock of which nobody knows whether the shop took it, or that has to be heard of first. It is looked at soon: it
/// may be a last unit.
const OF_A_DOUBT: [Duration; 8] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(1),
];

/// A shop that asks to be left alone for longer is asked again after this all the same.
const ALONE_LIMIT: Duration = Duration::from_hours(1);
/// A wait is longer by up to this part of it, so that what failed at once is not tried at once.
const SPREAD_PARTS: u32 = 4;

/// How long a connection is left alone after its `tries`th failure in a row, from 1 on. `asked` is what the shop says.
#[must_use]
pub fn of_connection(tries: u32, connection: Uuid, asked: Option<Duration>) -> Duration {
    let own = spread(nth(&OF_A_CONNECTION, tries), connection, tries);
    own.max(asked.unwrap_or_default().min(ALONE_LIMIT))
}

/// The same of one row.
#[must_use]
pub fn of_row(tries: u32, subject: Uuid) -> Duration {
    spread(nth(&OF_A_ROW, tries), subject, tries)
}

/// The same of stock that is in doubt.
#[must_use]
pub fn of_doubt(tries: u32, subject: Uuid) -> Duration {
    spread(nth(&OF_A_DOUBT, tries), subject, tries)
}

fn nth(waits: &[Duration], tries: u32) -> Duration {
    let place = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let last = waits.last().copied().unwrap_or_default();
    waits.get(place).copied().unwrap_or(last)
}

/// Ids are random enough to keep their waits apart.
fn spread(wait: Duration, id: Uuid, tries: u32) -> Duration {
    let (_, low) = id.as_u64_pair();
    let part = (low ^ u64::from(tries).wrapping_mul(0x9e37_79b9)) % 1_000;
    let part = u32::try_from(part).unwrap_or_default();
    wait + wait * part / 1_000 / SPREAD_PARTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_limit_and_differ() {
        let id = Uuid::from_u128(0x0195_c0de_0000_7000_8000_0000_0000_0001);
        let mut before = Duration::ZERO;
        for tries in 1..=8 {
            let wait = of_connection(tries, id, None);
            let least = OF_A_CONNECTION[tries as usize - 1];
            assert!(wait >= least && wait <= least * 5 / 4, "{tries}: {wait:?}");
            assert!(wait > before);
            before = wait;
        }
        assert!(of_connection(1_000, id, None) <= OF_A_CONNECTION[7] * 5 / 4);
        let other = Uuid::from_u128(0x0195_c0de_0000_7000_8000_0000_0000_0fff);
        assert_ne!(of_row(1, id), of_row(1, other));
    }

    #[test]
    fn a_shop_that_asks_to_be_left_alone_is_and_not_for_ever() {
        let id = Uuid::from_u128(7);
        let asked = Some(Duration::from_mins(2));
        assert_eq!(of_connection(1, id, asked), Duration::from_mins(2));
        let for_ever = Some(Duration::from_hours(1_000));
        assert_eq!(of_connection(1, id, for_ever), ALONE_LIMIT);
    }
}
