//! What an item is for, and how it came to be.

use retail::LineKind;

/// What an item is for. Only products have stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    Product,
    Shipping,
    Handling,
    GiftWrapping,
    Fee,
    Rounding,
}

/// How an item came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An order sold what was not known (SH-9, WC-8).
    Order,
    /// Shipping, fees and rounding: at first use, or when the shop is linked (SH-6, BC-5).
    Service,
    /// Somebody made it there. No event tells of it: the catalogue knows, and is who listens.
    Catalogue,
}

impl ItemKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Shipping => "shipping",
            Self::Handling => "handling",
            Self::GiftWrapping => "gift_wrapping",
            Self::Fee => "fee",
            Self::Rounding => "rounding",
        }
    }

    /// What a service is called in lists and reports.
    pub(super) const fn service_name(self) -> &'static str {
        match self {
            Self::Product => "",
            Self::Shipping => "Shipping charges",
            Self::Handling => "Handling charges",
            Self::GiftWrapping => "Gift wrapping",
            Self::Fee => "Fees",
            Self::Rounding => "Rounding",
        }
    }

    /// The kind of item that such a line sells.
    #[must_use]
    pub const fn of(line: &LineKind) -> Self {
        match line {
            LineKind::Product(_) => Self::Product,
            LineKind::Shipping => Self::Shipping,
            LineKind::Handling => Self::Handling,
            LineKind::GiftWrapping => Self::GiftWrapping,
            LineKind::Fee => Self::Fee,
            LineKind::Rounding => Self::Rounding,
        }
    }
}

impl Origin {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Service => "service",
            Self::Catalogue => "catalogue",
        }
    }
}
