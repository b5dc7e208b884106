//! What hurts most is told first.

use retail::Quantity;

use crate::store::ProductView;

/// In the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Of what few are left.
    LastUnits,
    Stock,
    Price,
    Availability,
    Content,
    Images,
}

impl Rank {
    pub const ALL: [Self; 6] = [
        Self::LastUnits,
        Self::Stock,
        Self::Price,
        Self::Availability,
        Self::Content,
        Self::Images,
    ];

    /// As rows name it.
    #[must_use]
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// Of an item of which so much may be sold.
    #[must_use]
    pub fn of_stock(available: Quantity, last_units: Quantity) -> Self {
        if available <= last_units {
            Self::LastUnits
        } else {
            Self::Stock
        }
    }

    /// Of what a save changed: the worst of it.
    #[must_use]
    pub fn of_change(before: Option<&ProductView>, after: &ProductView) -> Self {
        let Some(before) = before else {
            return Self::Content;
        };
        let prices = |view: &ProductView| {
            let variants = view.product.variants.iter();
            let price = variants.map(|variant| (variant.item, variant.price));
            (view.product.tax, price.collect::<Vec<_>>())
        };
        let sold = |view: &ProductView| {
            let variants = view.product.variants.iter();
            let active = variants.map(|variant| (variant.item, variant.is_active));
            (view.online.clone(), active.collect::<Vec<_>>())
        };
        let mut rest = after.product.clone();
        rest.images.clone_from(&before.product.images);
        if prices(before) != prices(after) {
            Self::Price
        } else if sold(before) != sold(after) {
            Self::Availability
        } else if rest == before.product && before.product.images != after.product.images {
            Self::Images
        } else {
            Self::Content
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_04_last_units_are_first_and_images_last() {
        let mut sorted = Rank::ALL;
        sorted.sort_by_key(|rank| rank.number());
        assert_eq!(sorted, Rank::ALL);
        let units = |units| Quantity::units(units).unwrap();
        for (available, rank) in [
            (-1, Rank::LastUnits),
            (3, Rank::LastUnits),
            (4, Rank::Stock),
        ] {
            assert_eq!(Rank::of_stock(units(available), units(3)), rank);
        }
    }
}
