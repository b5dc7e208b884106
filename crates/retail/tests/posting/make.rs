//! Snapshots in few words. The version's content hash is made of the content, as a mapper does.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::{SignedDuration, Timestamp};
use retail::{
    ConnectionId, ContentHash, Currency, ItemId, ItemRef, LineKey, LineKind, Money, Order,
    OrderKey, OrderLine, OrderPayment, PaymentKey, PaymentKind, Quantity, ReceiptNumber, SaleState,
    ShopOrderId, Sku, Version,
};
use uuid::Uuid;

/// An order at one version, with the item that each of its lines is of.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub order: Order,
    pub items: Vec<ItemId>,
}

/// The item that is sold under a SKU.
pub fn item(sku: &str) -> ItemId {
    let mut hasher = DefaultHasher::new();
    sku.hash(&mut hasher);
    ItemId::new(Uuid::from_u128(u128::from(hasher.finish())))
}

/// What stands in for a line that has nothing but its name.
pub fn stand_in(name: &str) -> ItemId {
    item(&format!("known by its name alone: {name}"))
}

pub fn cad(minor: i64) -> Money {
    Money::new(minor, Currency::CAD)
}

pub fn milli(quantity: i64) -> Quantity {
    Quantity::from_milli(quantity)
}

pub fn line_key(key: &str) -> LineKey {
    LineKey::new(key).unwrap()
}

/// A paid-or-not, closed order without lines, in its first second.
pub fn order(id: &str) -> Draft {
    let key = OrderKey {
        connection: ConnectionId::new(Uuid::from_u128(7)),
        order: ShopOrderId::new(id).unwrap(),
    };
    Draft(Snapshot {
        order: Order {
            key,
            version: Version {
                modified_at: Timestamp::UNIX_EPOCH,
                content: ContentHash::new([0; 32]),
            },
            receipt_number: ReceiptNumber::new(id).unwrap(),
            placed_at: Timestamp::UNIX_EPOCH,
            state: SaleState::Closed,
            shop_status: "processing".into(),
            lines: Vec::new(),
            total: cad(0),
            payments: Vec::new(),
            customer: None,
        },
        items: Vec::new(),
    })
}

/// A snapshot in the making.
#[derive(Clone, Debug)]
pub struct Draft(Snapshot);

impl Draft {
    /// Modified so many seconds after the first.
    pub fn at(mut self, second: i64) -> Self {
        self.0.order.version.modified_at =
            Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
        self
    }

    pub fn state(mut self, state: SaleState) -> Self {
        self.0.order.state = state;
        self
    }

    /// A product line at 10.00 a unit and 1.50 of tax a line.
    pub fn line(self, key: &str, sku: &str, units: i64) -> Self {
        self.restocked_line(key, sku, units, 0)
    }

    pub fn restocked_line(self, key: &str, sku: &str, units: i64, restocked: i64) -> Self {
        let item_ref = ItemRef {
            sku: Some(Sku::new(sku).unwrap()),
            ..ItemRef::default()
        };
        self.any_line(
            OrderLine {
                key: line_key(key),
                kind: LineKind::Product(item_ref),
                name: sku.into(),
                quantity: Quantity::units(units).unwrap(),
                restocked: Quantity::units(restocked).unwrap(),
                fulfilled: Quantity::ZERO,
                net: cad(units * 1000),
                tax: cad(150),
            },
            item(sku),
        )
    }

    /// A line whose product the shop has forgotten: as [`Self::line`], with a name and nothing else.
    pub fn nameless(self, key: &str, name: &str, units: i64) -> Self {
        self.any_line(
            OrderLine {
                key: line_key(key),
                kind: LineKind::Product(ItemRef::default()),
                name: name.into(),
                quantity: Quantity::units(units).unwrap(),
                restocked: Quantity::ZERO,
                fulfilled: Quantity::ZERO,
                net: cad(units * 1000),
                tax: cad(150),
            },
            stand_in(name),
        )
    }

    /// A line that is no product: 9.95 and 1.49 of tax.
    pub fn service(self, key: &str, kind: LineKind) -> Self {
        self.any_line(
            OrderLine {
                key: line_key(key),
                kind,
                name: key.into(),
                quantity: Quantity::units(1).unwrap(),
                restocked: Quantity::ZERO,
                fulfilled: Quantity::ZERO,
                net: cad(995),
                tax: cad(149),
            },
            item("a service"),
        )
    }

    /// Adds a line, and its amounts to the total.
    pub fn any_line(mut self, line: OrderLine, item: ItemId) -> Self {
        let order = &mut self.0.order;
        let minor = [order.total.minor(), line.net.minor(), line.tax.minor()]
            .into_iter()
            .fold(0, i64::saturating_add);
        order.total = Money::new(minor, order.total.currency());
        order.lines.push(line);
        self.0.items.push(item);
        self
    }

    /// The same numbers of another currency.
    pub fn currency(mut self, currency: Currency) -> Self {
        let order = &mut self.0.order;
        let lines = order.lines.iter_mut();
        let amounts = lines
            .flat_map(|line| [&mut line.net, &mut line.tax])
            .chain(order.payments.iter_mut().map(|payment| &mut payment.amount))
            .chain([&mut order.total]);
        for amount in amounts {
            *amount = Money::new(amount.minor(), currency);
        }
        self
    }

    /// The shop's word for the state, which nothing is decided by: makes versions differ.
    pub fn status(mut self, status: &str) -> Self {
        self.0.order.shop_status = status.into();
        self
    }

    pub fn total(mut self, total: Money) -> Self {
        self.0.order.total = total;
        self
    }

    /// Received in full.
    pub fn paid(self) -> Self {
        let total = self.0.order.total;
        self.payment("paid", PaymentKind::Received, total)
    }

    pub fn payment(self, key: &str, kind: PaymentKind, amount: Money) -> Self {
        self.payment_by("card", key, kind, amount)
    }

    pub fn payment_by(mut self, means: &str, key: &str, kind: PaymentKind, amount: Money) -> Self {
        self.0.order.payments.push(OrderPayment {
            key: PaymentKey::new(key).unwrap(),
            kind,
            method: means.into(),
            amount,
            paid_at: None,
        });
        self
    }

    pub fn done(mut self) -> Snapshot {
        let mut hasher = DefaultHasher::new();
        format!("{:?}", self.0.order).hash(&mut hasher);
        let mut content = [0; 32];
        content[..8].copy_from_slice(&hasher.finish().to_be_bytes());
        self.0.order.version.content = ContentHash::new(content);
        self.0
    }
}
