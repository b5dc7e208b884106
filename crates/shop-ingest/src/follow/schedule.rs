//! How long a shop that is away is left alone. Data: changing it is changing a row.

use std::time::Duration;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// After the first attempt, the second and so on; a little over ten hours in all. After the attempt
/// that has no pause, the hint is laid aside for people.
const PAUSES: [Duration; 9] = [
    seconds(5),
    seconds(15),
    seconds(60),
    seconds(2 * 60),
    seconds(5 * 60),
    seconds(15 * 60),
    seconds(3_600),
    seconds(3 * 3_600),
    seconds(6 * 3_600),
];

/// The pause after this attempt, the first being 1; `None` after the last.
pub(super) fn pause(attempt: u64) -> Option<Duration> {
    let index = usize::try_from(attempt.saturating_sub(1)).ok()?;
    PAUSES.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::DELIVERIES_LIMIT;

    #[test]
    fn pauses_grow_and_end() {
        assert!(PAUSES.is_sorted());
        assert_eq!(pause(1), Some(seconds(5)));
        assert_eq!(pause(DELIVERIES_LIMIT - 1), Some(seconds(6 * 3_600)));
        assert_eq!(pause(DELIVERIES_LIMIT), None);
        assert_eq!(pause(u64::MAX), None);
    }
}
