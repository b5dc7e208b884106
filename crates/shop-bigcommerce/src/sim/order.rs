//! An order as the store keeps it.

use jiff::Timestamp;

use super::catalogue::Catalogue;
use super::money::{Currency, Fine, tax_in};

/// One of the fifteen, by its id.
pub type Status = u8;

pub const INCOMPLETE: Status = 0;
pub const PENDING: Status = 1;
pub const SHIPPED: Status = 2;
pub const REFUNDED: Status = 4;
pub const CANCELLED: Status = 5;
pub const DECLINED: Status = 6;
pub const AWAITING_PAYMENT: Status = 7;
pub const COMPLETED: Status = 10;
pub const AWAITING_FULFILLMENT: Status = 11;
pub const MANUAL_VERIFICATION: Status = 12;
pub const DISPUTED: Status = 13;
pub const PARTIALLY_REFUNDED: Status = 14;

pub const LABELS: [&str; 15] = [
    "Incomplete",
    "Pending",
    "Shipped",
    "Partially Shipped",
    "Refunded",
    "Cancelled",
    "Declined",
    "Awaiting Payment",
    "Awaiting Pickup",
    "Awaiting Shipment",
    "Completed",
    "Awaiting Fulfillment",
    "Manual Verification Required",
    "Disputed",
    "Partially Refunded",
];

/// Something that the store tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Created,
    Updated,
    Status { from: Status, to: Status },
    Refund(u64),
    Transaction(u64),
    Archived,
}

#[derive(Clone, Debug)]
pub struct Order {
    pub id: u64,
    pub status: Status,
    pub created_at: Timestamp,
    /// A payment or a refund need not move it.
    pub modified_at: Timestamp,
    pub is_archived: bool,
    pub currency: Currency,
    pub lines: Vec<Line>,
    /// All costs include tax.
    pub shipping: Fine,
    pub handling: Fine,
    pub wrapping: Fine,
    pub fees: Vec<Fee>,
    /// Off the order, and known to no line.
    pub manual_discount: Fine,
    pub gift_certificate: Fine,
    pub store_credit: Fine,
    /// Whether the order's total has the two taken off already. Nobody knows which.
    pub credits_deducted: bool,
    pub method: &'static str,
    pub transactions: Vec<Transaction>,
    pub refunds: Vec<Refund>,
    pub buyer: u64,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub id: u64,
    pub product: usize,
    pub quantity: i64,
    /// The order's coupon, as far as this line bears it.
    pub discount: Fine,
    /// The line that this one is a part of, at no price of its own.
    pub parent: Option<u64>,
    pub quantity_refunded: i64,
}

#[derive(Clone, Copy, Debug)]
pub struct Fee {
    pub id: u64,
    pub cost: Fine,
}

#[derive(Clone, Copy, Debug)]
pub struct Transaction {
    pub id: u64,
    pub event: &'static str,
    pub method: &'static str,
    pub amount: Fine,
    pub at: Timestamp,
    pub is_ok: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Refund {
    pub id: u64,
    pub payment: u64,
    pub amount: Fine,
    pub at: Timestamp,
    pub is_declined: bool,
    /// The line and how many of it, for a refund of goods.
    pub goods: Option<(u64, i64)>,
}

impl Line {
    /// Before discounts, tax included.
    pub fn before(&self, catalogue: &Catalogue) -> Fine {
        match self.parent {
            Some(_) => 0,
            None => catalogue.product(self.product).price * self.quantity,
        }
    }

    pub fn after(&self, catalogue: &Catalogue) -> Fine {
        self.before(catalogue) - self.discount
    }
}

impl Order {
    /// One that nothing stands in yet.
    pub fn placed(
        id: u64,
        now: Timestamp,
        (status, method): (Status, &'static str),
        currency: Currency,
        buyer: u64,
    ) -> Self {
        Self {
            id,
            status,
            created_at: now,
            modified_at: now,
            is_archived: false,
            currency,
            lines: Vec::new(),
            shipping: 0,
            handling: 0,
            wrapping: 0,
            fees: Vec::new(),
            manual_discount: 0,
            gift_certificate: 0,
            store_credit: 0,
            credits_deducted: false,
            method,
            transactions: Vec::new(),
            refunds: Vec::new(),
            buyer,
        }
    }

    pub fn subtotal(&self, catalogue: &Catalogue) -> Fine {
        self.lines.iter().map(|line| line.before(catalogue)).sum()
    }

    pub fn coupon(&self) -> Fine {
        self.lines.iter().map(|line| line.discount).sum()
    }

    pub fn fees(&self) -> Fine {
        self.fees.iter().map(|fee| fee.cost).sum()
    }

    /// What was sold, whatever it was paid with.
    pub fn sold(&self, catalogue: &Catalogue) -> Fine {
        self.subtotal(catalogue) + self.shipping + self.handling + self.wrapping + self.fees()
            - self.coupon()
            - self.manual_discount
    }

    /// As it stands on the order.
    pub fn total(&self, catalogue: &Catalogue) -> Fine {
        let credits = if self.credits_deducted {
            self.gift_certificate + self.store_credit
        } else {
            0
        };
        self.sold(catalogue) - credits
    }

    /// Everything is taxed alike, discounts less.
    pub fn tax(&self, catalogue: &Catalogue) -> Fine {
        tax_in(self.sold(catalogue))
    }

    pub fn is_shipped_somewhere(&self) -> bool {
        self.shipping > 0
    }

    /// Money that has come in by transaction.
    pub fn received(&self) -> Fine {
        let received =
            |t: &&Transaction| t.is_ok && matches!(t.event, "purchase" | "capture" | "settled");
        let of = self.transactions.iter().filter(received);
        of.map(|transaction| transaction.amount).sum()
    }

    pub fn refunded(&self) -> Fine {
        let given = self.refunds.iter().filter(|refund| !refund.is_declined);
        given.map(|refund| refund.amount).sum()
    }
}
