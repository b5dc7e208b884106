use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;

/// An instant, or the moment at which a day begins somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Instant(Timestamp),
    Day(Date),
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(instant) = text.parse() {
            return Ok(Self::Instant(instant));
        }
        text.parse().map(Self::Day).map_err(|_| {
            "an instant such as 2026-11-21T19:50:52Z or a day such as 2026-11-21 is wanted"
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_needs_its_offset_and_a_day_has_none() {
        let instant = "2026-11-21T19:50:52Z".parse().unwrap();
        for text in ["2026-11-21T19:50:52Z", "2026-11-21T14:50:52-05:00"] {
            assert_eq!(text.parse(), Ok(When::Instant(instant)), "{text}");
        }
        let day = When::Day(jiff::civil::date(2026, 11, 21));
        assert_eq!("2026-11-21".parse(), Ok(day));
        for text in ["", "yesterday", "2026-11-31", "19:50"] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }
}
