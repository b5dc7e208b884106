//! Decimal numbers as people write them, exactly.

use crate::money::{ParseScaledError, parse_scaled};

/// What stands before the decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Point or comma. A number that may be two is refused.
    #[default]
    Either,
    Point,
    Comma,
}

/// Why a cell is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("is not a number; one is written as 1234.5 or 1234,5, without marks between thousands")]
    NotANumber,
    #[error("may be thousands or decimals: say which mark the file has before decimals")]
    Ambiguous,
    #[error("has more than {0} decimals")]
    TooPrecise(u32),
    #[error("is too large")]
    TooLarge,
}

/// As many decimals as a group of thousands has digits.
const GROUP: usize = 3;

/// A whole number of 10^-decimals.
pub fn read(text: &str, decimals: u32, mark: Mark) -> Result<i64, NumberError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let marks = |mark| digits.matches(mark).count();
    let (points, commas) = (marks('.'), marks(','));
    let is_other = match mark {
        Mark::Either => false,
        Mark::Point => commas > 0,
        Mark::Comma => points > 0,
    };
    if is_other || points + commas > 1 {
        return Err(NumberError::NotANumber);
    }
    if mark == Mark::Either
        && let Some((whole, part)) = digits.split_once(['.', ','])
        && part.len() == GROUP
        && (1..=GROUP).contains(&whole.len())
        && !whole.starts_with('0')
        && part.bytes().all(|digit| digit.is_ascii_digit())
    {
        return Err(NumberError::Ambiguous);
    }
    parse_scaled(&text.replace(',', "."), decimals).map_err(|error| match error {
        ParseScaledError::NotADecimal => NumberError::NotANumber,
        ParseScaledError::TooPrecise => NumberError::TooPrecise(decimals),
        ParseScaledError::Overflow => NumberError::TooLarge,
    })
}

/// With a point, at least `shown` decimals, and never as a number that may be two.
#[must_use]
pub fn write(value: i64, decimals: u32, shown: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let scale = 10_u64.pow(decimals);
    let (whole, part) = (value.unsigned_abs() / scale, value.unsigned_abs() % scale);
    let (width, shown) = (decimals as usize, shown as usize);
    let mut part = if width == 0 {
        String::new()
    } else {
        format!("{part:0width$}")
    };
    while part.len() > shown && part.ends_with('0') {
        part.pop();
    }
    if part.is_empty() {
        return format!("{sign}{whole}");
    }
    unambiguous(format!("{sign}{whole}.{part}"))
}

/// A number with a point for its mark, as one that cannot be two.
#[must_use]
pub fn unambiguous(mut number: String) -> String {
    let decimals = number.split_once('.').map_or(0, |(_, part)| part.len());
    if decimals == GROUP {
        number.push('0');
    }
    number
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use NumberError::{Ambiguous, NotANumber, TooLarge, TooPrecise};

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, mark, expected) in [
            ("12", Mark::Either, Ok(1_200)),
            ("12.5", Mark::Either, Ok(1_250)),
            ("12,5", Mark::Either, Ok(1_250)),
            ("12,50", Mark::Comma, Ok(1_250)),
            ("12.5000", Mark::Either, Ok(1_250)),
            ("0.120", Mark::Either, Ok(12)),
            ("1234.560", Mark::Either, Ok(123_456)),
            ("-3,4", Mark::Either, Ok(-340)),
            ("1.234", Mark::Either, Err(Ambiguous)),
            ("12,340", Mark::Either, Err(Ambiguous)),
            ("-123.000", Mark::Either, Err(Ambiguous)),
            ("12.340", Mark::Point, Ok(1_234)),
            ("1,234", Mark::Point, Err(NotANumber)),
            ("1.234", Mark::Comma, Err(NotANumber)),
            ("1.234,56", Mark::Either, Err(NotANumber)),
            ("1.234.567", Mark::Either, Err(NotANumber)),
            ("1 234", Mark::Either, Err(NotANumber)),
            ("€ 5", Mark::Either, Err(NotANumber)),
            ("1E+2", Mark::Either, Err(NotANumber)),
            (".5", Mark::Either, Err(NotANumber)),
            ("5.", Mark::Either, Err(NotANumber)),
            ("0.1255", Mark::Either, Err(TooPrecise(2))),
            ("92233720368547758.08", Mark::Either, Err(TooLarge)),
        ] {
            assert_eq!(read(text, 2, mark), expected, "{text} {mark:?}");
        }
    }

    #[test]
    fn numbers_are_written_so_that_nobody_takes_them_for_others() {
        for (value, decimals, shown, text) in [
            (1_250, 2, 2, "12.50"),
            (500, 0, 0, "500"),
            (1_234, 3, 3, "1.2340"),
            (21_000, 3, 0, "21"),
            (9_975, 3, 0, "9.9750"),
            (-1, 3, 0, "-0.0010"),
            (1_250_000, 6, 0, "1.25"),
        ] {
            assert_eq!(write(value, decimals, shown), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value: i64, decimals in 0_u32..7, shown in 0_u32..4) {
            let text = write(value, decimals, shown.min(decimals));
            prop_assert_eq!(read(&text, decimals, Mark::Either), Ok(value), "{}", text);
            prop_assert_eq!(read(&text, decimals, Mark::Point), Ok(value), "{}", text);
        }
    }
}
