//! Instants: RFC 2822 in v2, ISO 8601 in v3, an empty text for none.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// The weekday is for people: a wrong one changes no instant.
static RFC_2822: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);

/// `None` for no date, and for one of before computers, which stands for none.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let instant = RFC_2822
        .parse_timestamp(text)
        .or_else(|_| text.parse())
        .ok()?;
    (instant > Timestamp::UNIX_EPOCH).then_some(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_generations_of_the_api_are_read() {
        for (text, shown) in [
            ("Mon, 05 Jan 2026 09:00:05 +0000", "2026-01-05T09:00:05Z"),
            ("Sun, 05 Jan 2026 09:00:05 +0000", "2026-01-05T09:00:05Z"),
            ("Mon, 05 Jan 2026 11:00:05 +0200", "2026-01-05T09:00:05Z"),
            ("2026-01-05T09:00:03+00:00", "2026-01-05T09:00:03Z"),
            ("2026-01-05T09:00:03.5Z", "2026-01-05T09:00:03.5Z"),
        ] {
            assert_eq!(instant(text).map(|at| at.to_string()), Some(shown.into()));
        }
        for text in ["", " ", "0", "Thu, 01 Jan 1970 00:00:00 +0000", "yesterday"] {
            assert_eq!(instant(text), None, "{text:?}");
        }
    }
}
