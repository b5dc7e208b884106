//! The last word on edits within one second.

use jiff::{SignedDuration, Timestamp};
use shop::Reading;

/// Shops' instants of change have whole seconds, so two edits within one second have one instant, and of
/// two snapshots with that instant nobody can say which is the newer. Once the second is over, a snapshot
/// read from the shop shows the last edit of it: it is *settled*, and gets the last millisecond of its
/// second as its instant. So it beats every snapshot that was read while the second lasted, or that nobody
/// knows when it was read, and is itself beaten by any edit of a later second.
const LAST_OF_THE_SECOND: SignedDuration = SignedDuration::from_millis(999);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The version instant of a snapshot whose shop says it was changed at `modified_at`.
///
/// `asked_at` is the shop's own clock at a moment before it read the order, and `None` where that is not
/// known: our clock proves nothing about the shop's second. Nothing but this function makes an instant
/// settled, and only snapshots that we asked for are given to it with a moment: what a webhook carries was
/// read at any time.
///
/// An instant that has a fraction is left alone: such a shop tells its edits apart.
pub(crate) fn settled(modified_at: Timestamp, asked_at: Option<Timestamp>) -> Timestamp {
    let is_whole = modified_at.subsec_nanosecond() == 0;
    let is_over = asked_at.is_some_and(|asked_at| {
        modified_at
            .checked_add(SECOND)
            .is_ok_and(|end| asked_at >= end)
    });
    if !(is_whole && is_over) {
        return modified_at;
    }
    modified_at
        .checked_add(LAST_OF_THE_SECOND)
        .unwrap_or(modified_at)
}

/// What was read of a shop that was asked at `asked_at`, settled where it tells its version.
pub(crate) fn settle(mut reading: Reading, asked_at: Option<Timestamp>) -> Reading {
    let version = match &mut reading {
        Reading::Order { order, .. } => Some(&mut order.version),
        Reading::Refused(refusal) => refusal.outline.as_mut().map(|outline| &mut outline.version),
        Reading::Hint(_) | Reading::Nothing(_) | Reading::Event(_) => None,
    };
    if let Some(version) = version {
        version.modified_at = settled(version.modified_at, asked_at);
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_snapshot_read_after_its_second_has_the_last_word() {
        for (modified_at, asked_at, expected) in [
            // Over, by how much it matters not.
            ("12:00:05", Some("12:00:06"), "12:00:05.999"),
            ("12:00:05", Some("12:00:06.001"), "12:00:05.999"),
            ("12:00:05", Some("23:59:59"), "12:00:05.999"),
            // Not over, or just not.
            ("12:00:05", Some("12:00:05"), "12:00:05"),
            ("12:00:05", Some("12:00:05.999999999"), "12:00:05"),
            // Changed after it was asked: two clocks, or an answer that took its time.
            ("12:00:05", Some("11:00:00"), "12:00:05"),
            // Nobody knows when.
            ("12:00:05", None, "12:00:05"),
            // Told apart by the shop itself.
            ("12:00:05.25", Some("13:00:00"), "12:00:05.25"),
            ("12:00:05.000000001", Some("13:00:00"), "12:00:05.000000001"),
            // Settled once is settled.
            ("12:00:05.999", Some("13:00:00"), "12:00:05.999"),
        ] {
            let day = |time: &str| instant(&format!("2026-11-22T{time}Z"));
            let found = settled(day(modified_at), asked_at.map(day));
            assert_eq!(found, day(expected), "{modified_at} asked {asked_at:?}");
        }
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        assert_eq!(
            settled(Timestamp::MAX, Some(Timestamp::MAX)),
            Timestamp::MAX
        );
        let first = Timestamp::MIN;
        assert!(settled(first, Some(Timestamp::MAX)) >= first);
        let before_1970 = instant("1969-12-31T23:59:58Z");
        let settled = settled(before_1970, Some(Timestamp::UNIX_EPOCH));
        assert_eq!(settled, instant("1969-12-31T23:59:58.999Z"));
    }

    #[test]
    fn settled_beats_what_came_within_the_second_and_loses_to_the_next() {
        let second = instant("2026-11-22T12:00:05Z");
        let next = instant("2026-11-22T12:00:06Z");
        let last = settled(second, Some(next));
        assert!(second < last && last < next);
    }

    #[test]
    fn what_tells_no_version_is_not_settled() {
        let asked_at = Some(instant("2026-11-22T13:00:00Z"));
        let reading = Reading::Nothing("a draft");
        assert_eq!(settle(reading.clone(), asked_at), reading);
    }
}
