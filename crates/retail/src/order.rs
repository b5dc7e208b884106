//! A shop's order as every platform's is told to the ledger: one whole snapshot, the target state.

use jiff::Timestamp;

use crate::customer::Customer;
use crate::ids::ConnectionId;
use crate::money::{Currency, Money};
use crate::outline::{Outline, OutlinedLine};
use crate::quantity::Quantity;
use crate::status::SaleState;
use crate::text::{Barcode, LineKey, PaymentKey, ReceiptNumber, ShopOrderId, ShopVariantId, Sku};
use crate::version::Version;

/// What an order is known by, for ever: relinking the same shop gives the same key (POS-9, R-10).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey {
    pub connection: ConnectionId,
    pub order: ShopOrderId,
}

/// Everything the shop says of one order at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub key: OrderKey,
    pub version: Version,
    /// The number people know the order by (SH-16).
    pub receipt_number: ReceiptNumber,
    pub placed_at: Timestamp,
    pub state: SaleState,
    /// The shop's own word for the status, for people.
    pub shop_status: String,
    pub lines: Vec<OrderLine>,
    /// The shop's total, tax included; authoritative. Its currency is the order's.
    pub total: Money,
    pub payments: Vec<OrderPayment>,
    /// `None` when the shop names nobody: the connection's guest stands in (POS-12).
    pub customer: Option<Customer>,
}

impl Order {
    /// More lines than this are refused: no shop's checkout makes them, and every page has a limit.
    pub const LINES_LIMIT: usize = 1_000;

    /// What the shop holds for a line while the order is not booked: what is sold less what went back, as far
    /// as that makes sense in an order that may be refused for it. Nothing of what is void, and of services.
    #[must_use]
    pub fn held(&self, line: &OrderLine) -> Quantity {
        match (self.state, &line.kind) {
            (SaleState::Voided, _)
            | (
                _,
                LineKind::Shipping
                | LineKind::Handling
                | LineKind::GiftWrapping
                | LineKind::Fee
                | LineKind::Rounding,
            ) => Quantity::ZERO,
            (SaleState::Closed | SaleState::NotImported, LineKind::Product(_)) => {
                let most = line.quantity.max(Quantity::ZERO);
                let restocked = line.restocked.clamp(Quantity::ZERO, most);
                line.quantity
                    .checked_sub(restocked)
                    .unwrap_or(line.quantity)
            }
        }
    }

    /// What is left of the order where it cannot be booked.
    #[must_use]
    pub fn outline(&self) -> Outline {
        let lines = self.lines.iter().filter_map(|line| match &line.kind {
            LineKind::Product(item) => Some(OutlinedLine {
                item: item.clone(),
                quantity: self.held(line),
            }),
            LineKind::Shipping
            | LineKind::Handling
            | LineKind::GiftWrapping
            | LineKind::Fee
            | LineKind::Rounding => None,
        });
        Outline {
            version: self.version,
            receipt_number: Some(self.receipt_number.clone()),
            placed_at: Some(self.placed_at),
            lines: lines.collect(),
        }
    }

    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.total.currency()
    }
}

/// One line of an order. Shipping, fees and rounding are lines too, so that lines add up to the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    pub key: LineKey,
    pub kind: LineKind,
    pub name: String,
    pub quantity: Quantity,
    /// How much of `quantity` the shop says went back to stock: never negative, and nothing of a
    /// line that is itself a return.
    pub restocked: Quantity,
    /// The line's amount after discounts, without tax.
    pub net: Money,
    pub tax: Money,
}

/// What a line is for. Only products have stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineKind {
    Product(ItemRef),
    /// Booked on the retailer's "Shipping charges" product (SH-7).
    Shipping,
    /// Booked on products of their own as well (BC-5).
    Handling,
    GiftWrapping,
    Fee,
    /// What is left between the lines and the shop's total.
    Rounding,
}

/// What a shop says of the thing sold. With nothing known but a name (a plugin's line, a product
/// deleted since) the line is of the item that another snapshot named, else of a stand-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemRef {
    pub variant: Option<ShopVariantId>,
    pub sku: Option<Sku>,
    pub barcode: Option<Barcode>,
}

impl LineKind {
    /// Whether it says which item the line is of. A service does; a product by its variant or SKU.
    #[must_use]
    pub const fn names_item(&self) -> bool {
        match self {
            Self::Product(ItemRef {
                variant,
                sku,
                barcode: _,
            }) => variant.is_some() || sku.is_some(),
            Self::Shipping | Self::Handling | Self::GiftWrapping | Self::Fee | Self::Rounding => {
                true
            }
        }
    }
}

/// One payment as the order tells it. `amount` is positive for both kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPayment {
    pub key: PaymentKey,
    pub kind: PaymentKind,
    /// The shop's name of the means of payment, for example `bacs`.
    pub method: String,
    pub amount: Money,
    /// `None` where the shop does not say.
    pub paid_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentKind {
    Received,
    Refunded,
}

impl PaymentKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Refunded => "refunded",
        }
    }
}
