//! How many, or how much: counted exactly, in thousandths of the item's unit.

use std::fmt;
use std::str::FromStr;

/// Why a quantity cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    #[error("quantity is too large")]
    Overflow,
    #[error("quantity is not a decimal number with at most three decimals")]
    NotADecimal,
}

/// A number of units in thousandths, so that 1.5 m of cloth is exact. May be negative: stock can be
/// (sales already made are shown, never refused).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i64);

impl Quantity {
    pub const ZERO: Self = Self(0);
    /// Thousandths in one unit.
    pub const SCALE: i64 = 1000;

    #[must_use]
    pub const fn from_milli(milli: i64) -> Self {
        Self(milli)
    }

    /// Whole units.
    pub const fn units(units: i64) -> Result<Self, QuantityError> {
        match units.checked_mul(Self::SCALE) {
            Some(milli) => Ok(Self(milli)),
            None => Err(QuantityError::Overflow),
        }
    }

    #[must_use]
    pub const fn milli(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn checked_add(self, other: Self) -> Result<Self, QuantityError> {
        match self.0.checked_add(other.0) {
            Some(milli) => Ok(Self(milli)),
            None => Err(QuantityError::Overflow),
        }
    }

    pub const fn checked_sub(self, other: Self) -> Result<Self, QuantityError> {
        match self.0.checked_sub(other.0) {
            Some(milli) => Ok(Self(milli)),
            None => Err(QuantityError::Overflow),
        }
    }

    pub const fn checked_neg(self) -> Result<Self, QuantityError> {
        match self.0.checked_neg() {
            Some(milli) => Ok(Self(milli)),
            None => Err(QuantityError::Overflow),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = Self::SCALE.unsigned_abs();
        let magnitude = self.0.unsigned_abs();
        let (whole, part) = (magnitude / scale, magnitude % scale);
        let sign = if self.0 < 0 { "-" } else { "" };
        if part == 0 {
            return f.pad(&format!("{sign}{whole}"));
        }
        let decimals = format!("{part:03}");
        f.pad(&format!("{sign}{whole}.{}", decimals.trim_end_matches('0')))
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        crate::money::parse_scaled(text, 3)
            .map(Self)
            .map_err(|error| match error {
                crate::money::ParseScaledError::Overflow => QuantityError::Overflow,
                crate::money::ParseScaledError::NotADecimal
                | crate::money::ParseScaledError::TooPrecise => QuantityError::NotADecimal,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_parses_without_loss() {
        for (milli, text) in [
            (0, "0"),
            (2000, "2"),
            (-3000, "-3"),
            (1500, "1.5"),
            (-1, "-0.001"),
            (i64::MAX, "9223372036854775.807"),
            (i64::MIN, "-9223372036854775.808"),
        ] {
            assert_eq!(Quantity::from_milli(milli).to_string(), text);
            assert_eq!(text.parse(), Ok(Quantity::from_milli(milli)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_quantity() {
        for text in ["", "-", "1.2345", "1e3", "1,5", "0x1", " 1", "1.", ".5"] {
            assert_eq!(
                text.parse::<Quantity>(),
                Err(QuantityError::NotADecimal),
                "{text:?}"
            );
        }
        assert_eq!(
            "9223372036854775.808".parse::<Quantity>(),
            Err(QuantityError::Overflow)
        );
        assert_eq!(
            Quantity::from_milli(i64::MAX).checked_add(Quantity::from_milli(1)),
            Err(QuantityError::Overflow)
        );
    }
}
