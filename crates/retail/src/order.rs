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
    /// as that makes sense in an order that may be refused for it. Nothing of what is void or unfinished,
    /// and of services.
    #[must_use]
    pub fn held(&self, line: &OrderLine) -> Quantity {
        match (self.state, &line.kind) {
            (SaleState::Voided | SaleState::Unfinished, _)
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

    /// What is still to be handed over of a line: of a product that is sold, what did not go back and what
    /// the shop is not done with.
    #[must_use]
    pub fn to_hand_over(&self, line: &OrderLine) -> Quantity {
        match self.state {
            SaleState::Closed => line.kept_less(line.handed_over()),
            SaleState::Voided | SaleState::Unfinished | SaleState::NotImported => Quantity::ZERO,
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
    /// How much of `quantity` the shop says it is done with: shipped, picked up, or paid back. Some count
    /// what went back to stock, too: see [`OrderLine::handed_over`].
    pub fulfilled: Quantity,
    /// The line's amount after discounts, without tax.
    pub net: Money,
    pub tax: Money,
}

impl OrderLine {
    /// How much of the line the shop is done with besides what went back to stock. Nothing moves by it
    /// (POS-11), so a shop that says more than can be is taken at what can be, and not refused.
    #[must_use]
    pub fn handed_over(&self) -> Quantity {
        self.fulfilled.clamp(Quantity::ZERO, self.kept())
    }

    /// What the buyer is to have of a product: what was sold less what went back.
    #[must_use]
    pub fn kept(&self) -> Quantity {
        self.kept_less(Quantity::ZERO)
    }

    /// The same, less a part of it.
    fn kept_less(&self, part: Quantity) -> Quantity {
        match &self.kind {
            LineKind::Product(_) => {
                let kept = self.quantity.checked_sub(self.restocked);
                let rest = kept.and_then(|kept| kept.checked_sub(part));
                rest.unwrap_or_default().max(Quantity::ZERO)
            }
            LineKind::Shipping
            | LineKind::Handling
            | LineKind::GiftWrapping
            | LineKind::Fee
            | LineKind::Rounding => Quantity::ZERO,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConnectionId, ContentHash};

    fn order(line: OrderLine) -> Order {
        Order {
            key: OrderKey {
                connection: ConnectionId::new(uuid::Uuid::nil()),
                order: ShopOrderId::new("1").unwrap(),
            },
            version: Version {
                modified_at: Timestamp::UNIX_EPOCH,
                content: ContentHash::new([0; 32]),
            },
            receipt_number: ReceiptNumber::new("1").unwrap(),
            placed_at: Timestamp::UNIX_EPOCH,
            state: SaleState::Closed,
            shop_status: String::new(),
            lines: vec![line],
            total: Money::zero(Currency::EUR),
            payments: Vec::new(),
            customer: None,
        }
    }

    fn line(quantity: i64, restocked: i64, fulfilled: i64) -> OrderLine {
        OrderLine {
            key: LineKey::new("line:1").unwrap(),
            kind: LineKind::Product(ItemRef::default()),
            name: String::new(),
            quantity: Quantity::from_milli(quantity),
            restocked: Quantity::from_milli(restocked),
            fulfilled: Quantity::from_milli(fulfilled),
            net: Money::zero(Currency::EUR),
            tax: Money::zero(Currency::EUR),
        }
    }

    #[test]
    fn pos_02_what_was_sold_went_back_was_handed_over_or_is_to_be() {
        for (quantity, restocked, told, handed_over, left) in [
            (3_000, 0, 0, 0, 3_000),
            (3_000, 1_000, 1_000, 1_000, 1_000),
            (1_500, 0, 1_000, 1_000, 500),
            // More than can be, and less than nothing.
            (3_000, 1_000, 3_000, 2_000, 0),
            (3_000, 0, -1_000, 0, 3_000),
            // A return within the order, and nonsense that posting refuses.
            (-2_000, 0, 1_000, 0, 0),
            (1_000, 2_000, 1_000, 0, 0),
            (i64::MIN, i64::MAX, i64::MAX, 0, 0),
        ] {
            let mut order = order(line(quantity, restocked, told));
            let of = |order: &Order| {
                let line = &order.lines[0];
                (line.handed_over().milli(), order.to_hand_over(line).milli())
            };
            let case = (quantity, restocked, told);
            assert_eq!(of(&order), (handed_over, left), "{case:?}");
            order.state = SaleState::Voided;
            assert_eq!(of(&order), (handed_over, 0), "{case:?}");
            order.lines[0].kind = LineKind::Shipping;
            assert_eq!(of(&order), (0, 0), "{case:?}");
        }
    }
}
