//! One order at one version, as the shop knows it. Amounts are in cents, without tax unless said.

use jiff::Timestamp;

use super::catalogue::{Catalogue, Product};
use super::person::Person;
use super::tax::{Rate, TaxClass, Zone, rates, tax};

#[derive(Clone, Debug)]
pub struct Order {
    pub id: u64,
    /// What people call the order by: a text, with a plugin any text.
    pub number: String,
    pub zone: Zone,
    pub status: Status,
    pub via: Via,
    pub means: Means,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub lines: Vec<Line>,
    pub shipping: Vec<Shipping>,
    pub fees: Vec<Fee>,
    pub coupon: Option<Coupon>,
    /// Newest first.
    pub refunds: Vec<Refund>,
    /// By how much the shop's total is off its parts, as with tax rounded at subtotal level.
    pub gap: i64,
    pub note: &'static str,
    pub(super) person: Person,
    /// 0 for a guest.
    pub customer_id: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    CheckoutDraft,
    Pending,
    OnHold,
    Processing,
    Completed,
    Refunded,
    Cancelled,
    Failed,
    /// A plugin's own.
    Packing,
}

impl Status {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CheckoutDraft => "checkout-draft",
            Self::Pending => "pending",
            Self::OnHold => "on-hold",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Refunded => "refunded",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Packing => "emballage",
        }
    }
}

/// Where the order came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    RestApi,
    StoreApi,
    Admin,
}

impl Via {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RestApi => "rest-api",
            Self::StoreApi => "store-api",
            Self::Admin => "admin",
        }
    }
}

/// How it is to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    Card,
    BankTransfer,
    OnDelivery,
}

impl Means {
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Card => "carte",
            Self::BankTransfer => "bacs",
            Self::OnDelivery => "cod",
        }
    }

    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Card => "Carte de crédit",
            Self::BankTransfer => "Virement bancaire",
            Self::OnDelivery => "Paiement à la livraison",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub id: u64,
    /// The product's place in the catalogue; `None`: a line of a plugin's, with nothing but a name.
    pub product: Option<usize>,
    /// The product was deleted in the shop since: the line keeps its name and tells no more what it
    /// is of. Of a variation the parent stays, and the line is shown as if it were of that. (Here one line forgets alone; in a real shop every order does that is saved again.)
    pub is_forgotten: bool,
    pub quantity: i64,
    pub unit_cents: i64,
    /// What coupons take off the whole line.
    pub discount: i64,
    /// How many refunds put back to stock.
    pub restocked: i64,
}

/// The name of a line without a product.
pub const PLUGIN_LINE: &str = "Gravure";

impl Line {
    #[must_use]
    pub const fn subtotal(&self) -> i64 {
        self.unit_cents * self.quantity
    }

    #[must_use]
    pub const fn total(&self) -> i64 {
        self.subtotal() - self.discount
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

#[derive(Clone, Copy, Debug)]
pub struct Shipping {
    pub id: u64,
    pub title: &'static str,
    pub method: &'static str,
    pub total: i64,
}

/// May be negative: a rebate. The shop taxes that too.
#[derive(Clone, Copy, Debug)]
pub struct Fee {
    pub id: u64,
    pub name: &'static str,
    pub total: i64,
}

/// Ten per cent off every line.
#[derive(Clone, Copy, Debug)]
pub struct Coupon {
    pub id: u64,
}

#[derive(Clone, Copy, Debug)]
pub struct Refund {
    pub id: u64,
    pub reason: &'static str,
    /// Tax included.
    pub amount: i64,
}

impl Order {
    #[must_use]
    pub fn line_tax(&self, catalogue: &Catalogue) -> i64 {
        let lines = self.lines.iter();
        lines
            .map(|line| tax(self.zone, line.class(catalogue), line.total()))
            .sum()
    }

    /// Tax on the lines as if there were no coupon.
    #[must_use]
    pub fn line_tax_undiscounted(&self, catalogue: &Catalogue) -> i64 {
        let lines = self.lines.iter();
        lines
            .map(|line| tax(self.zone, line.class(catalogue), line.subtotal()))
            .sum()
    }

    #[must_use]
    pub fn fee_tax(&self) -> i64 {
        let fees = self.fees.iter();
        fees.map(|fee| tax(self.zone, TaxClass::Standard, fee.total))
            .sum()
    }

    #[must_use]
    pub fn shipping_tax(&self) -> i64 {
        let shipping = self.shipping.iter();
        shipping
            .map(|line| tax(self.zone, TaxClass::Standard, line.total))
            .sum()
    }

    #[must_use]
    pub fn shipping_total(&self) -> i64 {
        self.shipping.iter().map(|line| line.total).sum()
    }

    #[must_use]
    pub fn discount(&self) -> i64 {
        self.lines.iter().map(|line| line.discount).sum()
    }

    #[must_use]
    pub fn total_tax(&self, catalogue: &Catalogue) -> i64 {
        self.line_tax(catalogue) + self.fee_tax() + self.shipping_tax()
    }

    /// What the buyer pays.
    #[must_use]
    pub fn total(&self, catalogue: &Catalogue) -> i64 {
        let lines: i64 = self.lines.iter().map(Line::total).sum();
        let fees: i64 = self.fees.iter().map(|fee| fee.total).sum();
        lines + fees + self.shipping_total() + self.total_tax(catalogue) + self.gap
    }

    #[must_use]
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }

    /// Every rate in use, with the tax it makes on lines and fees and on shipping.
    pub(super) fn tax_lines(&self, catalogue: &Catalogue) -> Vec<(Rate, i64, i64)> {
        let mut sums: Vec<(Rate, i64, i64)> = Vec::new();
        let mut add = |class, goods: i64, shipping: i64| {
            for rate in rates(self.zone, class) {
                let (goods, shipping) = (rate.on(goods), rate.on(shipping));
                match sums.iter_mut().find(|(known, ..)| known.id == rate.id) {
                    Some(sum) => {
                        sum.1 += goods;
                        sum.2 += shipping;
                    }
                    None => sums.push((*rate, goods, shipping)),
                }
            }
        };
        for line in &self.lines {
            add(line.class(catalogue), line.total(), 0);
        }
        for fee in &self.fees {
            add(TaxClass::Standard, fee.total, 0);
        }
        for line in &self.shipping {
            add(TaxClass::Standard, 0, line.total);
        }
        sums
    }
}
