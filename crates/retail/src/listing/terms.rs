//! In what a shop counts: its currency, tax and units.

use crate::Currency;

use super::Measure;

/// What a shop's numbers mean. Asked for when a connection is linked and again now and then; never assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub currency: Currency,
    /// Whether the prices that are entered include tax.
    pub prices_include_tax: bool,
    pub weight: WeightUnit,
    pub dimensions: DimensionUnit,
    /// Where its stock is, as the shop calls it, where it has places; else empty.
    pub location: Box<str>,
}

/// A unit of weight that shops use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightUnit {
    Carat,
    Gram,
    Kilogram,
    Ounce,
    Pound,
    /// 2,000 pounds.
    ShortTon,
}

/// A unit of length that shops use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DimensionUnit {
    Millimetre,
    Centimetre,
    Metre,
    Inch,
    Foot,
    Yard,
}

impl WeightUnit {
    /// In hundredths of a microgram: every unit is a whole number of them.
    const fn size(self) -> u128 {
        match self {
            Self::Carat => 20_000_000,
            Self::Gram => 100_000_000,
            Self::Kilogram => 100_000_000_000,
            Self::Ounce => 2_834_952_313,
            Self::Pound => 45_359_237_000,
            Self::ShortTon => 90_718_474_000_000,
        }
    }

    /// So many milligrams in this unit, rounded to its nearest thousandth, halves up.
    #[must_use]
    pub fn of_milligrams(self, milligrams: u64) -> Measure {
        nearest(u128::from(milligrams) * 100_000, self.size())
    }

    /// So much of this unit in milligrams, rounded to the nearest, halves up.
    #[must_use]
    pub fn milligrams(self, Measure(thousandths): Measure) -> u64 {
        let milligrams = (u128::from(thousandths) * self.size() + 50_000_000) / 100_000_000;
        u64::try_from(milligrams).unwrap_or(u64::MAX)
    }
}

impl DimensionUnit {
    /// In micrometres.
    const fn size(self) -> u128 {
        match self {
            Self::Millimetre => 1_000,
            Self::Centimetre => 10_000,
            Self::Metre => 1_000_000,
            Self::Inch => 25_400,
            Self::Foot => 304_800,
            Self::Yard => 914_400,
        }
    }

    /// So many micrometres in this unit, rounded to its nearest thousandth, halves up.
    #[must_use]
    pub fn of_micrometres(self, micrometres: u64) -> Measure {
        nearest(u128::from(micrometres), self.size())
    }

    /// So much of this unit in micrometres, rounded to the nearest, halves up.
    #[must_use]
    pub fn micrometres(self, Measure(thousandths): Measure) -> u64 {
        let micrometres = (u128::from(thousandths) * self.size() + 500) / 1_000;
        u64::try_from(micrometres).unwrap_or(u64::MAX)
    }
}

/// Thousandths of a unit of `size`.
fn nearest(amount: u128, size: u128) -> Measure {
    Measure(u64::try_from((amount * 2_000 + size) / (size * 2)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ec_01_weights_are_in_the_shops_unit_to_a_thousandth() {
        for (milligrams, unit, thousandths) in [
            (1_500_000, WeightUnit::Kilogram, 1_500),
            (1_500_000, WeightUnit::Gram, 1_500_000),
            (453_592, WeightUnit::Pound, 1_000),
            (28_350, WeightUnit::Ounce, 1_000),
            (200, WeightUnit::Carat, 1_000),
            (907_184_740, WeightUnit::ShortTon, 1_000),
            (499, WeightUnit::Kilogram, 0),
            (500, WeightUnit::Kilogram, 1),
            (0, WeightUnit::Pound, 0),
        ] {
            assert_eq!(unit.of_milligrams(milligrams), Measure(thousandths));
        }
    }

    #[test]
    fn a_weight_in_another_unit_is_the_same_weight() {
        for (unit, thousandths, milligrams) in [
            (WeightUnit::Kilogram, 1_500, 1_500_000),
            (WeightUnit::Gram, 1, 1),
            (WeightUnit::Pound, 1_000, 453_592),
            (WeightUnit::Ounce, 1_000, 28_350),
            (WeightUnit::Carat, 1_000, 200),
        ] {
            assert_eq!(unit.milligrams(Measure(thousandths)), milligrams);
        }
    }

    #[test]
    fn a_length_in_another_unit_is_the_same_length() {
        for (unit, thousandths, micrometres) in [
            (DimensionUnit::Inch, 1_000, 25_400),
            (DimensionUnit::Centimetre, 1_500, 15_000),
            (DimensionUnit::Millimetre, 1, 1),
            (DimensionUnit::Inch, 1, 25),
        ] {
            assert_eq!(unit.micrometres(Measure(thousandths)), micrometres);
        }
    }

    #[test]
    fn ec_01_dimensions_are_in_the_shops_unit_to_a_thousandth() {
        for (micrometres, unit, thousandths) in [
            (25_400, DimensionUnit::Inch, 1_000),
            (300_000, DimensionUnit::Centimetre, 30_000),
            (300_000, DimensionUnit::Metre, 300),
            (304_800, DimensionUnit::Foot, 1_000),
            (914_400, DimensionUnit::Yard, 1_000),
            (1, DimensionUnit::Millimetre, 1),
        ] {
            assert_eq!(unit.of_micrometres(micrometres), Measure(thousandths));
        }
    }
}
