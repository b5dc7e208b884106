//! Prices with tax and without.

use crate::{Money, MoneyError};

/// A tax, in thousandths of a percent: every rate in use is a whole number of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaxRate(u32);

/// No tax is that high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tax of {0} thousandths of a percent is more than {limit}", limit = TaxRate::LIMIT)]
pub struct TaxRateError(u32);

/// What something costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    pub amount: Money,
    /// Whether the tax is in it.
    pub includes_tax: bool,
}

impl TaxRate {
    /// A hundred percent, in thousandths of one.
    pub const LIMIT: u32 = 100_000;

    pub const fn new(millipercent: u32) -> Result<Self, TaxRateError> {
        if millipercent > Self::LIMIT {
            return Err(TaxRateError(millipercent));
        }
        Ok(Self(millipercent))
    }

    #[must_use]
    pub const fn millipercent(self) -> u32 {
        self.0
    }

    fn whole_and_taxed(self) -> (i128, i128) {
        (
            Self::LIMIT.into(),
            i128::from(Self::LIMIT) + i128::from(self.0),
        )
    }
}

impl Price {
    /// The amount with tax, or without. Rounded to the minor unit, halves away from zero, as shops do; what is meant
    /// already is not touched.
    pub fn meant(self, with_tax: bool, rate: TaxRate) -> Result<Money, MoneyError> {
        let Self {
            amount,
            includes_tax,
        } = self;
        let (whole, taxed) = rate.whole_and_taxed();
        let (by, of) = match (includes_tax, with_tax) {
            (true, true) | (false, false) => return Ok(amount),
            (false, true) => (taxed, whole),
            (true, false) => (whole, taxed),
        };
        let exact = i128::from(amount.minor()) * by;
        let away = exact.signum() * (of / 2);
        let minor = i64::try_from((exact + away) / of).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(minor, amount.currency()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Currency;

    fn price(minor: i64, includes_tax: bool) -> Price {
        Price {
            amount: Money::new(minor, Currency::EUR),
            includes_tax,
        }
    }

    #[test]
    fn prices_are_converted_by_the_rate_and_rounded_as_shops_do() {
        let rate = |millipercent| TaxRate::new(millipercent).unwrap();
        for (minor, includes_tax, millipercent, meant) in [
            (1_000, false, 21_000, 1_210),
            (1_210, true, 21_000, 1_000),
            // 9.975 %, of Quebec.
            (1_999, false, 9_975, 2_198),
            // Halves go up.
            (50, false, 1_000, 51),
            (150, false, 1_000, 152),
            (999, true, 21_000, 826),
            (0, false, 21_000, 0),
            (1_000, false, 0, 1_000),
        ] {
            let found = price(minor, includes_tax).meant(!includes_tax, rate(millipercent));
            assert_eq!(found.unwrap().minor(), meant, "{minor} at {millipercent}");
        }
        assert!(TaxRate::new(100_001).is_err());
        let most = price(i64::MAX, false).meant(true, rate(1));
        assert_eq!(most, Err(MoneyError::Overflow));
    }

    proptest! {
        /// Who adds tax and takes it off again has what there was.
        #[test]
        fn tax_that_is_added_comes_off_again(minor in -1_000_000_000_i64..1_000_000_000, rate in 0_u32..=100_000) {
            let rate = TaxRate::new(rate).unwrap();
            let with = price(minor, false).meant(true, rate).unwrap();
            let again = Price { amount: with, includes_tax: true };
            prop_assert_eq!(again.meant(false, rate).unwrap().minor(), minor);
        }

        /// No further from the exact amount than half a cent, and never of another sign.
        #[test]
        fn rounding_is_to_the_nearest(minor in -1_000_000_000_i64..1_000_000_000, rate in 0_u32..=100_000) {
            let rate = TaxRate::new(rate).unwrap();
            let without = price(minor, true).meant(false, rate).unwrap().minor();
            let (whole, taxed) = rate.whole_and_taxed();
            let off = i128::from(minor) * whole - i128::from(without) * taxed;
            prop_assert!(off.abs() * 2 <= taxed);
            prop_assert!(without.signum() * minor.signum() >= 0);
        }
    }
}
