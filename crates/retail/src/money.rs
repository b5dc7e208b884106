//! Money is exact: whole minor units of one currency, and arithmetic that says when it cannot.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::quantity::Quantity;

/// Why an amount cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("amount is too large")]
    Overflow,
    #[error("amounts are in {left} and {right}")]
    CurrenciesDiffer { left: Currency, right: Currency },
    #[error("amount is not a decimal number")]
    NotADecimal,
    #[error("amount has more decimals than {currency} has")]
    TooPrecise { currency: Currency },
    #[error("currency code is unknown or has no minor unit")]
    UnknownCurrency,
}

/// An ISO 4217 currency that can be booked: one whose number of decimals is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    pub const CAD: Self = Self(iso_currency::Currency::CAD);
    pub const EUR: Self = Self(iso_currency::Currency::EUR);
    pub const JPY: Self = Self(iso_currency::Currency::JPY);

    /// By its three-letter code, in upper case.
    pub fn from_code(code: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(code)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or(MoneyError::UnknownCurrency)
    }

    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimals of the minor unit: 2 for CAD, 0 for JPY, 3 for TND.
    #[must_use]
    pub fn decimals(self) -> u32 {
        // `from_code` admits only currencies that have an exponent.
        self.0.exponent().map_or(0, u32::from)
    }
}

/// By code.
impl Ord for Currency {
    fn cmp(&self, other: &Self) -> Ordering {
        self.code().cmp(other.code())
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in minor units (cents, yen, millimes) of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// A decimal text in major units, such as `-23.00`. Trailing zeros beyond the currency's
    /// decimals are fine; digits there are [`MoneyError::TooPrecise`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        match parse_scaled(text, currency.decimals()) {
            Ok(minor) => Ok(Self::new(minor, currency)),
            Err(ParseScaledError::NotADecimal) => Err(MoneyError::NotADecimal),
            Err(ParseScaledError::TooPrecise) => Err(MoneyError::TooPrecise { currency }),
            Err(ParseScaledError::Overflow) => Err(MoneyError::Overflow),
        }
    }

    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_add)
    }

    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_sub)
    }

    /// Adds up amounts of one currency; nothing adds up to zero.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Self::checked_add)
    }

    /// As much of it as `part` is of `whole`, to the nearest minor unit; a half goes away from zero.
    pub fn share(self, part: Quantity, whole: Quantity) -> Result<Self, MoneyError> {
        let factors = [self.minor, part.milli(), whole.milli()];
        let is_negative = factors.iter().filter(|factor| **factor < 0).count() % 2 == 1;
        let [money, part, whole] = factors.map(|factor| u128::from(factor.unsigned_abs()));
        let share = (2 * money * part + whole)
            .checked_div(2 * whole)
            .and_then(|share| i64::try_from(share).ok())
            .ok_or(MoneyError::Overflow)?;
        let minor = if is_negative { -share } else { share };
        Ok(Self::new(minor, self.currency))
    }

    fn with(self, other: Self, op: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrenciesDiffer {
                left: self.currency,
                right: other.currency,
            });
        }
        op(self.minor, other.minor)
            .map(|minor| Self::new(minor, self.currency))
            .ok_or(MoneyError::Overflow)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10_u64.saturating_pow(self.currency.decimals());
        let magnitude = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        let whole = magnitude / scale;
        let text = if scale == 1 {
            format!("{sign}{whole} {}", self.currency)
        } else {
            let width = self.currency.decimals() as usize;
            let part = magnitude % scale;
            format!("{sign}{whole}.{part:0width$} {}", self.currency)
        };
        f.pad(&text)
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::from_code(code)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParseScaledError {
    NotADecimal,
    TooPrecise,
    Overflow,
}

/// Reads `[-]digits[.digits]` as a whole number of 10^-decimals, exactly.
pub(crate) fn parse_scaled(text: &str, decimals: u32) -> Result<i64, ParseScaledError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(part) {
        return Err(ParseScaledError::NotADecimal);
    }
    let part = part.trim_end_matches('0');
    let missing = (decimals as usize)
        .checked_sub(part.len())
        .ok_or(ParseScaledError::TooPrecise)?;
    let step = |value: i64, digit: i64| -> Result<i64, ParseScaledError> {
        let signed = if negative {
            digit.checked_neg()
        } else {
            Some(digit)
        };
        value
            .checked_mul(10)
            .zip(signed)
            .and_then(|(value, digit)| value.checked_add(digit))
            .ok_or(ParseScaledError::Overflow)
    };
    whole
        .bytes()
        .chain(part.bytes())
        .chain(std::iter::repeat_n(b'0', missing))
        .try_fold(0, |value, byte| step(value, i64::from(byte & 0x0f)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cad(minor: i64) -> Money {
        Money::new(minor, Currency::CAD)
    }

    #[test]
    fn parses_what_shops_send() {
        for (text, minor) in [
            ("20.00", 2000),
            ("-23.00", -2300),
            ("0.05", 5),
            ("7", 700),
            ("7.6", 760),
            ("1.2300", 123),
            ("-0.00", 0),
        ] {
            assert_eq!(Money::parse(text, Currency::CAD), Ok(cad(minor)), "{text}");
        }
        assert_eq!(Money::parse("500", Currency::JPY).unwrap().minor(), 500);
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in [
            "", "-", "+1", "1e2", "1,00", "NaN", "1.", ".1", "0x10", "1 ",
        ] {
            assert_eq!(
                Money::parse(text, Currency::CAD),
                Err(MoneyError::NotADecimal),
                "{text:?}"
            );
        }
        assert!(matches!(
            Money::parse("1.005", Currency::CAD),
            Err(MoneyError::TooPrecise { .. })
        ));
        assert_eq!(
            Money::parse("99999999999999999999", Currency::CAD),
            Err(MoneyError::Overflow)
        );
    }

    #[test]
    fn prints_major_units_with_the_currency() {
        assert_eq!(cad(-5).to_string(), "-0.05 CAD");
        assert_eq!(cad(123_456).to_string(), "1234.56 CAD");
        assert_eq!(Money::new(500, Currency::JPY).to_string(), "500 JPY");
        assert_eq!(format!("{:>10}", cad(100)), "  1.00 CAD");
    }

    #[test]
    fn never_mixes_currencies_or_wraps() {
        assert!(matches!(
            cad(1).checked_add(Money::new(1, Currency::EUR)),
            Err(MoneyError::CurrenciesDiffer { .. })
        ));
        assert_eq!(cad(i64::MAX).checked_add(cad(1)), Err(MoneyError::Overflow));
        assert_eq!(Money::sum(Currency::CAD, [cad(1), cad(2)]), Ok(cad(3)));
    }

    #[test]
    fn a_share_is_rounded_half_away_from_zero() {
        let milli = Quantity::from_milli;
        for (minor, part, whole, share) in [
            (996, 125, 1_000, 125),
            (-996, 125, 1_000, -125),
            (10, 1, 3, 3),
            (-10, 2, 3, -7),
            (10, -3, 3, -10),
            (7, 0, 3, 0),
            (i64::MAX, 1_000, 1_000, i64::MAX),
        ] {
            let came = cad(minor).share(milli(part), milli(whole));
            assert_eq!(came, Ok(cad(share)), "{minor} {part}/{whole}");
        }
        for (part, whole) in [(2, 1), (1, 0)] {
            let came = cad(i64::MAX).share(milli(part), milli(whole));
            assert_eq!(came, Err(MoneyError::Overflow));
        }
    }

    #[test]
    fn only_bookable_currencies_exist() {
        assert_eq!(Currency::from_code("CAD"), Ok(Currency::CAD));
        assert_eq!(Currency::from_code("XXX"), Err(MoneyError::UnknownCurrency));
        assert_eq!(Currency::from_code("cad"), Err(MoneyError::UnknownCurrency));
        assert_eq!(Currency::from_code("TND").unwrap().decimals(), 3);
    }
}
