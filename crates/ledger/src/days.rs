//! Days, as the clocks of a place count them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Whole days: from one on, and up to another that is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    from: Date,
    until: Date,
}

/// Why these are not days that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DaysError {
    #[error("is not after the first day")]
    Empty,
    #[error("is more than {limit} days after the first", limit = Days::LIMIT)]
    TooMany,
}

impl Days {
    /// Ten years and a little.
    pub const LIMIT: i32 = 3_700;

    pub fn new(from: Date, until: Date) -> Result<Self, DaysError> {
        match until.duration_since(from).as_hours() / 24 {
            ..=0 => Err(DaysError::Empty),
            days if days > i64::from(Self::LIMIT) => Err(DaysError::TooMany),
            _ => Ok(Self { from, until }),
        }
    }

    /// The instants at which the first begins and the last has ended in `zone`: a day may have 23 hours there, or 25,
    /// and need not begin at midnight.
    #[must_use]
    pub fn within(self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        // There are dates without an instant only where instants end, in the year 9999.
        let begins = |date: Date| {
            let begins = date.to_zoned(zone.clone());
            begins.map_or(Timestamp::MAX, |begins| begins.timestamp())
        };
        (begins(self.from), begins(self.until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, until: &str) -> Result<Days, DaysError> {
        Days::new(from.parse().unwrap(), until.parse().unwrap())
    }

    #[test]
    fn sh_08_a_day_is_as_long_as_the_clocks_of_its_place_make_it() {
        for (zone, day, next, begins, ends) in [
            (
                "UTC",
                "2026-11-21",
                "2026-11-22",
                "2026-11-21T00:00:00Z",
                "2026-11-22T00:00:00Z",
            ),
            // Clocks go forward: 23 hours; and back: 25.
            (
                "America/Toronto",
                "2026-03-08",
                "2026-03-09",
                "2026-03-08T05:00:00Z",
                "2026-03-09T04:00:00Z",
            ),
            (
                "America/Toronto",
                "2026-11-01",
                "2026-11-02",
                "2026-11-01T04:00:00Z",
                "2026-11-02T05:00:00Z",
            ),
            // Forward at midnight: the day begins at one.
            (
                "America/Havana",
                "2026-03-08",
                "2026-03-09",
                "2026-03-08T05:00:00Z",
                "2026-03-09T04:00:00Z",
            ),
            // Back to midnight: the day begins the first time that it is midnight.
            (
                "America/Havana",
                "2026-11-01",
                "2026-11-02",
                "2026-11-01T04:00:00Z",
                "2026-11-02T05:00:00Z",
            ),
            // A day that was left out.
            (
                "Pacific/Apia",
                "2011-12-30",
                "2011-12-31",
                "2011-12-30T10:00:00Z",
                "2011-12-30T10:00:00Z",
            ),
        ] {
            let zone_named = TimeZone::get(zone).unwrap();
            let instants = days(day, next).unwrap().within(&zone_named);
            let expected = (begins.parse().unwrap(), ends.parse().unwrap());
            assert_eq!(instants, expected, "{zone} {day}");
        }
    }

    #[test]
    fn days_that_are_none_or_too_many_are_refused() {
        assert_eq!(days("2026-11-21", "2026-11-21"), Err(DaysError::Empty));
        assert_eq!(days("2026-11-22", "2026-11-21"), Err(DaysError::Empty));
        assert!(days("2016-01-01", "2026-01-01").is_ok());
        assert_eq!(days("2001-01-01", "2026-01-01"), Err(DaysError::TooMany));
        let last = days("9999-12-30", "9999-12-31").unwrap();
        let zone = TimeZone::get("America/Toronto").unwrap();
        assert_eq!(last.within(&zone).1, Timestamp::MAX);
    }
}
