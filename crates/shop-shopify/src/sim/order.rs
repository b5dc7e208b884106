//! One order at one version, as the shop knows it. Amounts are in cents of the shop's currency.

use jiff::Timestamp;

use super::catalogue::{Catalogue, Product};
use super::person::Person;

#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of the order that may go with any other"
)]
pub struct Order {
    pub id: u64,
    /// Shown as `#1001`.
    pub number: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub cancelled_at: Option<Timestamp>,
    /// Made with a test card: never a sale.
    pub test: bool,
    /// Whether prices include tax.
    pub taxes_included: bool,
    /// Whether the buyer pays in dollars.
    pub abroad: bool,
    pub fulfilled: bool,
    pub edited: bool,
    pub tagged: bool,
    pub lines: Vec<Line>,
    /// None: nothing is shipped, and no sale comes of it.
    pub shipping: Option<Shipping>,
    pub tip: i64,
    /// By how much the shop's total is off its parts.
    pub gap: i64,
    pub payments: Vec<Payment>,
    pub refunds: Vec<Refund>,
    /// `None`: a guest without an address.
    pub(super) person: Option<Person>,
}

#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub id: u64,
    /// The product's place in the catalogue; `None`: typed by hand, nothing but a name.
    pub product: Option<usize>,
    /// Never falls.
    pub quantity: i64,
    /// Units that an edit took off.
    pub removed: i64,
    pub unit_cents: i64,
    /// Off each unit, by a code.
    pub discount_cents: i64,
}

#[derive(Clone, Copy, Debug)]
pub struct Shipping {
    pub id: u64,
    pub title: &'static str,
    pub cents: i64,
}

#[derive(Clone, Debug)]
pub struct Payment {
    pub id: u64,
    pub kind: TransactionKind,
    pub succeeded: bool,
    pub gateway: &'static str,
    pub cents: i64,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionKind {
    Sale,
    Authorization,
    Capture,
    Refund,
    Void,
}

impl TransactionKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sale => "SALE",
            Self::Authorization => "AUTHORIZATION",
            Self::Capture => "CAPTURE",
            Self::Refund => "REFUND",
            Self::Void => "VOID",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Refund {
    pub id: u64,
    pub at: Timestamp,
    pub lines: Vec<RefundedLine>,
    /// The transaction that gave money back; none where nothing was paid.
    pub transaction: Option<u64>,
    pub cents: i64,
}

#[derive(Clone, Copy, Debug)]
pub struct RefundedLine {
    pub id: u64,
    /// The line's place in the order.
    pub line: usize,
    pub units: i64,
    pub restocked: bool,
}

/// The name of a line without a product.
pub const HAND_TYPED: &str = "Gravure sur mesure";

impl Line {
    #[must_use]
    pub fn product<'a>(&self, catalogue: &'a Catalogue) -> Option<&'a Product> {
        self.product.map(|place| catalogue.product(place))
    }

    /// Of one unit, after discounts; with tax where prices include it.
    #[must_use]
    pub const fn price(&self) -> i64 {
        self.unit_cents - self.discount_cents
    }

    /// Of one unit.
    #[must_use]
    pub fn tax(&self, catalogue: &Catalogue, included: bool) -> i64 {
        let percent = self.product(catalogue).map_or(21, |p| p.tax_percent);
        tax(self.price(), percent, included)
    }
}

/// Halves up; amounts are never negative.
pub fn tax(cents: i64, percent: i64, included: bool) -> i64 {
    let base = if included { 100 + percent } else { 100 };
    (2 * cents * percent + base) / (2 * base)
}

impl Order {
    pub(super) fn refunded_units(&self, line: usize) -> i64 {
        let of_line = self.refunds.iter().flat_map(|refund| &refund.lines);
        of_line
            .filter(|back| back.line == line)
            .map(|back| back.units)
            .sum()
    }

    /// Units of a line that went back to the shelf.
    pub(super) fn restocked(&self, line: usize) -> i64 {
        let of_line = self.refunds.iter().flat_map(|refund| &refund.lines);
        of_line
            .filter(|back| back.line == line && back.restocked)
            .map(|back| back.units)
            .sum()
    }

    pub(super) fn current_units(&self, place: usize) -> i64 {
        let line = &self.lines[place];
        line.quantity - line.removed - self.refunded_units(place)
    }

    /// What `units` of each line, and shipping and tip, come to; and the tax in it.
    pub(super) fn reckon(&self, catalogue: &Catalogue, units: impl Fn(usize) -> i64) -> (i64, i64) {
        let included = self.taxes_included;
        let (mut total, mut taxes) = (self.tip + self.gap, 0);
        for (place, line) in self.lines.iter().enumerate() {
            total += line.price() * units(place);
            taxes += line.tax(catalogue, included) * units(place);
        }
        if let Some(shipping) = &self.shipping {
            total += shipping.cents;
            taxes += tax(shipping.cents, 21, included);
        }
        if !included {
            total += taxes;
        }
        (total, taxes)
    }

    /// As Shopify keeps it: of all units that ever were in the order.
    pub(super) fn before_returns(&self, catalogue: &Catalogue) -> (i64, i64) {
        self.reckon(catalogue, |place| self.lines[place].quantity)
    }

    /// Of what is left in the order.
    pub(super) fn current(&self, catalogue: &Catalogue) -> (i64, i64) {
        self.reckon(catalogue, |place| self.current_units(place))
    }

    pub(super) fn moved(&self, kinds: &[TransactionKind]) -> i64 {
        let moved = self.payments.iter();
        moved
            .filter(|payment| payment.succeeded && kinds.contains(&payment.kind))
            .map(|payment| payment.cents)
            .sum()
    }

    pub(super) fn received(&self) -> i64 {
        self.moved(&[TransactionKind::Sale, TransactionKind::Capture])
    }

    pub(super) fn given_back(&self) -> i64 {
        self.moved(&[TransactionKind::Refund])
    }
}
