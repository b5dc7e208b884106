//! One order at one version, as the shop knows it. Amounts are in cents, with tax or without as the
//! shop's prices are.

use jiff::Timestamp;

use super::catalogue::{Catalogue, Product};
use super::person::Person;
use super::tax::{Pricing, TaxClass, tax};

#[derive(Clone, Debug)]
pub struct Order {
    /// What people call the order by, with the merchant's prefix.
    pub id: String,
    pub internal_id: u64,
    pub status: Status,
    pub fulfilment: Fulfilment,
    pub method: &'static str,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pub lines: Vec<Line>,
    pub shipping: Option<Charge>,
    pub handling: Option<Charge>,
    pub tips: Option<Charge>,
    /// Ten per cent off every line.
    pub coupon: bool,
    /// A promotion, borne by the first line.
    pub promotion: i64,
    /// What gift cards paid of the total.
    pub gift_card: i64,
    pub refunds: Vec<Refund>,
    pub(super) person: Person,
    /// Every saving of an order leaves its mark in the shop's notes.
    pub touched: u32,
}

/// The payment status: what eCom decides stock by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Incomplete,
    AwaitingPayment,
    Paid,
    PartiallyRefunded,
    Refunded,
    Cancelled,
    /// Named by the merchant.
    Custom,
}

impl Status {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "INCOMPLETE",
            Self::AwaitingPayment => "AWAITING_PAYMENT",
            Self::Paid => "PAID",
            Self::PartiallyRefunded => "PARTIALLY_REFUNDED",
            Self::Refunded => "REFUNDED",
            Self::Cancelled => "CANCELLED",
            Self::Custom => "CUSTOM_PAYMENT_STATUS_1",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fulfilment {
    AwaitingProcessing,
    Processing,
    Shipped,
    Delivered,
    Returned,
}

impl Fulfilment {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingProcessing => "AWAITING_PROCESSING",
            Self::Processing => "PROCESSING",
            Self::Shipped => "SHIPPED",
            Self::Delivered => "DELIVERED",
            Self::Returned => "RETURNED",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub id: u64,
    /// The product's place in the catalogue; `None`: only written into the order.
    pub product: Option<usize>,
    pub quantity: i64,
    pub unit_cents: i64,
    /// What the coupon takes off the whole line.
    pub coupon: i64,
    /// The same as the order states it: not reckoned anew when the order is edited.
    pub coupon_stated: i64,
    pub promotion: i64,
}

/// The name of a line without a product.
pub const WRITTEN_LINE: &str = "Gravure";

impl Line {
    #[must_use]
    pub const fn subtotal(&self) -> i64 {
        self.unit_cents * self.quantity
    }

    #[must_use]
    pub const fn amount(&self) -> i64 {
        self.subtotal() - self.coupon - self.promotion
    }

    #[must_use]
    pub fn product<'a>(&self, catalogue: &'a Catalogue) -> Option<&'a Product> {
        self.product.map(|place| catalogue.product(place))
    }

    #[must_use]
    pub fn class(&self, catalogue: &Catalogue) -> TaxClass {
        self.product(catalogue)
            .map_or(TaxClass::Standard, |product| product.class)
    }
}

/// Shipping, handling or a tip.
#[derive(Clone, Copy, Debug)]
pub struct Charge {
    pub name: &'static str,
    pub cents: i64,
    pub class: TaxClass,
}

#[derive(Clone, Copy, Debug)]
pub struct Refund {
    pub at: Timestamp,
    pub cents: i64,
}

impl Order {
    /// The same version, as it comes about now: `before` is what the order was until then.
    pub(super) fn happening_at(mut self, now: Timestamp, before: Option<&Self>) -> Self {
        let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
        self.modified_at = second;
        self.created_at = before.map_or(second, |before| before.created_at);
        let earlier = before.map_or(&[][..], |before| &before.refunds);
        for (place, refund) in self.refunds.iter_mut().enumerate() {
            refund.at = earlier.get(place).map_or(second, |refund| refund.at);
        }
        self
    }

    pub(super) fn charges(&self) -> impl Iterator<Item = &Charge> {
        [&self.shipping, &self.handling, &self.tips]
            .into_iter()
            .flatten()
    }

    #[must_use]
    pub fn tax(&self, pricing: Pricing, catalogue: &Catalogue) -> i64 {
        let lines = self.lines.iter();
        let lines = lines.map(|line| tax(pricing, line.class(catalogue), line.amount()));
        let charges = self.charges();
        let charges = charges.map(|charge| tax(pricing, charge.class, charge.cents));
        lines.sum::<i64>() + charges.sum::<i64>()
    }

    /// What the goods cost, however they are paid.
    #[must_use]
    pub fn total(&self, pricing: Pricing, catalogue: &Catalogue) -> i64 {
        let lines: i64 = self.lines.iter().map(Line::amount).sum();
        let charges: i64 = self.charges().map(|charge| charge.cents).sum();
        let on_top = if pricing.includes_tax() {
            0
        } else {
            self.tax(pricing, catalogue)
        };
        lines + charges + on_top
    }

    #[must_use]
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.cents).sum()
    }
}
