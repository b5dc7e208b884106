//! Money, quantities, instants and ids.

use jiff::Timestamp;
use jiff::civil::Date;
use retail::{Currency, Money, MoneyError, Quantity};
use uuid::Uuid;

use super::WireError;
use crate::google::r#type as wire;

const NANOS_PER_UNIT: i64 = 1_000_000_000;
const NANO_DECIMALS: u32 = 9;

#[must_use]
pub fn money_into(money: Money) -> wire::Money {
    let per_unit = minor_per_unit(money.currency());
    let nanos_per_minor = NANOS_PER_UNIT / per_unit;
    // The remainder is below one unit, so its nanos are below a billion.
    let nanos = i32::try_from((money.minor() % per_unit) * nanos_per_minor).unwrap_or(0);
    wire::Money {
        currency_code: money.currency().code().to_owned(),
        units: money.minor() / per_unit,
        nanos,
    }
}

pub fn money_from(field: &'static str, money: Option<wire::Money>) -> Result<Money, WireError> {
    let wire::Money {
        currency_code,
        units,
        nanos,
    } = money.ok_or(WireError::Missing(field))?;
    let invalid = |error: MoneyError| WireError::invalid(field, error);
    let currency = Currency::from_code(&currency_code).map_err(invalid)?;
    let per_unit = minor_per_unit(currency);
    let nanos_per_minor = NANOS_PER_UNIT / per_unit;
    let nanos = i64::from(nanos);
    if nanos.abs() >= NANOS_PER_UNIT || (units.signum() * nanos.signum()) < 0 {
        return Err(WireError::invalid(field, "nanos do not go with the units"));
    }
    if nanos % nanos_per_minor != 0 {
        return Err(invalid(MoneyError::TooPrecise { currency }));
    }
    units
        .checked_mul(per_unit)
        .and_then(|minor| minor.checked_add(nanos / nanos_per_minor))
        .map(|minor| Money::new(minor, currency))
        .ok_or_else(|| invalid(MoneyError::Overflow))
}

/// A currency of more decimals than nanos can hold does not exist (ISO 4217 ends at four).
fn minor_per_unit(currency: Currency) -> i64 {
    10_i64.pow(currency.decimals().min(NANO_DECIMALS))
}

#[must_use]
pub fn quantity_into(quantity: Quantity) -> wire::Decimal {
    wire::Decimal {
        value: quantity.to_string(),
    }
}

pub fn quantity_from(
    field: &'static str,
    quantity: Option<wire::Decimal>,
) -> Result<Quantity, WireError> {
    let wire::Decimal { value } = quantity.ok_or(WireError::Missing(field))?;
    value
        .parse()
        .map_err(|error| WireError::invalid(field, error))
}

#[must_use]
pub fn instant_into(instant: Timestamp) -> prost_types::Timestamp {
    // protobuf counts nanoseconds upwards from the second before; jiff's have the second's sign.
    let (seconds, nanos) = (instant.as_second(), instant.subsec_nanosecond());
    let (seconds, nanos) = if nanos < 0 {
        (seconds - 1, nanos + 1_000_000_000)
    } else {
        (seconds, nanos)
    };
    prost_types::Timestamp { seconds, nanos }
}

pub fn instant_from(
    field: &'static str,
    instant: Option<prost_types::Timestamp>,
) -> Result<Timestamp, WireError> {
    let prost_types::Timestamp { seconds, nanos } = instant.ok_or(WireError::Missing(field))?;
    Timestamp::new(seconds, nanos).map_err(|error| WireError::invalid(field, error))
}

#[must_use]
pub fn date_into(date: Date) -> wire::Date {
    wire::Date {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    }
}

/// A whole day: a date that leaves something out is wrong.
pub fn date_from(field: &'static str, date: Option<wire::Date>) -> Result<Date, WireError> {
    let wire::Date { year, month, day } = date.ok_or(WireError::Missing(field))?;
    let invalid = |error: &dyn std::fmt::Display| WireError::invalid(field, error);
    let year = i16::try_from(year).map_err(|error| invalid(&error))?;
    let month = i8::try_from(month).map_err(|error| invalid(&error))?;
    let day = i8::try_from(day).map_err(|error| invalid(&error))?;
    if year < 1 {
        return Err(invalid(&"there is no such year"));
    }
    Date::new(year, month, day).map_err(|error| invalid(&error))
}

/// Any of our ids, from its text.
pub fn uuid_from(field: &'static str, text: &str) -> Result<Uuid, WireError> {
    if text.is_empty() {
        return Err(WireError::Missing(field));
    }
    Uuid::try_parse(text).map_err(|error| WireError::invalid(field, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_goes_there_and_back() {
        for code in ["CAD", "JPY", "TND"] {
            let currency = Currency::from_code(code).unwrap();
            for minor in [0, 1, -1, 99, -100, 123_456, i64::MAX, i64::MIN] {
                let money = Money::new(minor, currency);
                assert_eq!(money_from("total", Some(money_into(money))), Ok(money));
            }
        }
    }

    #[test]
    fn money_that_cannot_be_booked_is_refused() {
        let wire = |code: &str, units, nanos| {
            money_from(
                "total",
                Some(wire::Money {
                    currency_code: code.to_owned(),
                    units,
                    nanos,
                }),
            )
        };
        assert!(wire("CAD", 1, 1).is_err(), "a billionth of a dollar");
        assert!(wire("CAD", 1, -10_000_000).is_err(), "signs differ");
        assert!(wire("CAD", i64::MAX, 0).is_err(), "too large in cents");
        assert!(wire("", 1, 0).is_err(), "no currency");
        assert_eq!(money_from("total", None), Err(WireError::Missing("total")));
    }

    #[test]
    fn days_go_there_and_back_and_others_are_refused() {
        for text in ["2026-11-21", "2024-02-29", "0001-01-01", "9999-12-31"] {
            let date: Date = text.parse().unwrap();
            assert_eq!(date_from("from", Some(date_into(date))), Ok(date));
        }
        for (year, month, day) in [(2026, 2, 29), (0, 5, 1), (2026, 0, 0), (70_000, 1, 1)] {
            let date = wire::Date { year, month, day };
            assert!(date_from("from", Some(date)).is_err(), "{date:?}");
        }
        assert_eq!(date_from("from", None), Err(WireError::Missing("from")));
    }

    #[test]
    fn instants_go_there_and_back() {
        for text in ["2026-11-21T19:52:29Z", "1969-12-31T23:59:59.5Z"] {
            let instant: Timestamp = text.parse().unwrap();
            assert_eq!(instant_from("at", Some(instant_into(instant))), Ok(instant));
        }
    }
}
