//! Orders in few words.

use jiff::{SignedDuration, Timestamp};
use retail::{
    ConnectionId, ContentHash, Currency, Customer, ItemRef, LineKey, LineKind, Money, Order,
    OrderKey, OrderLine, OrderPayment, PaymentKey, PaymentKind, Quantity, ReceiptNumber, SaleState,
    ShopOrderId, Sku, Version,
};
use sha2::{Digest as _, Sha256};

use crate::world;

/// Order 1 of the shop of tests: closed, unpaid, nothing in it yet.
///
/// ```
/// use test_kit::an_order;
///
/// let order = an_order().with_line("TS-001", 2).paid().build();
/// assert_eq!(order.total.to_string(), "20.00 CAD");
/// ```
#[must_use]
pub fn an_order() -> OrderBuilder {
    OrderBuilder {
        id: 1,
        second: 0,
        state: SaleState::Closed,
        lines: Vec::new(),
        paid: false,
        refunds: Vec::new(),
        customer: None,
    }
}

/// An order in the making.
#[derive(Clone, Debug)]
pub struct OrderBuilder {
    id: u64,
    second: i64,
    state: SaleState,
    lines: Vec<OrderLine>,
    paid: bool,
    refunds: Vec<i64>,
    customer: Option<Customer>,
}

impl OrderBuilder {
    #[must_use]
    pub const fn with_id(mut self, id: u64) -> Self {
        self.id = id;
        self
    }

    /// Modified so many seconds after it was placed.
    #[must_use]
    pub const fn at(mut self, second: i64) -> Self {
        self.second = second;
        self
    }

    #[must_use]
    pub const fn voided(mut self) -> Self {
        self.state = SaleState::Voided;
        self
    }

    #[must_use]
    pub const fn not_imported(mut self) -> Self {
        self.state = SaleState::NotImported;
        self
    }

    /// Units of a product, at 10.00 CAD each and without tax.
    ///
    /// # Panics
    /// When the SKU is none or the number is beyond measure.
    #[must_use]
    pub fn with_line(self, sku: &str, units: i64) -> Self {
        self.with_restocked_line(sku, units, 0)
    }

    /// The same, of which the shop has put some back to stock.
    ///
    /// # Panics
    /// When the SKU is none or a number is beyond measure.
    #[must_use]
    pub fn with_restocked_line(mut self, sku: &str, units: i64, restocked: i64) -> Self {
        let item = ItemRef {
            sku: Some(Sku::new(sku).expect("a test's SKU is one")),
            ..ItemRef::default()
        };
        self.lines.push(OrderLine {
            key: LineKey::new(&format!("line:{}", self.lines.len() + 1)).expect("made of a number"),
            kind: LineKind::Product(item),
            name: format!("Thing {sku}"),
            quantity: Quantity::units(units).expect("a test's quantity is small"),
            restocked: Quantity::units(restocked).expect("a test's quantity is small"),
            fulfilled: Quantity::ZERO,
            net: cad(units * 1000),
            tax: cad(0),
        });
        self
    }

    /// Received in full.
    #[must_use]
    pub const fn paid(mut self) -> Self {
        self.paid = true;
        self
    }

    #[must_use]
    pub fn with_refund(mut self, cents: i64) -> Self {
        self.refunds.push(cents);
        self
    }

    #[must_use]
    pub fn with_customer(mut self, email: &str, name: &str) -> Self {
        self.customer = Some(Customer {
            email: email.to_owned(),
            name: name.to_owned(),
            phone: String::new(),
        });
        self
    }

    /// # Panics
    /// Never: all that could be wrong was checked before.
    #[must_use]
    pub fn build(self) -> Order {
        let placed_at = PLACED_AT;
        let total = cad(self.lines.iter().map(|line| line.net.minor()).sum());
        let paid = self
            .paid
            .then(|| payment("paid", PaymentKind::Received, total));
        let refunds = (1..).zip(&self.refunds).map(|(number, cents)| {
            payment(
                &format!("refund:{number}"),
                PaymentKind::Refunded,
                cad(*cents),
            )
        });
        let id = self.id.to_string();
        let mut order = Order {
            key: OrderKey {
                connection: ConnectionId::new(world::CONNECTION),
                order: ShopOrderId::new(&id).expect("made of a number"),
            },
            version: Version {
                modified_at: placed_at + SignedDuration::from_secs(self.second),
                content: ContentHash::new([0; 32]),
            },
            receipt_number: ReceiptNumber::new(&id).expect("made of a number"),
            placed_at,
            state: self.state,
            shop_status: self.state.as_str().to_owned(),
            payments: paid.into_iter().chain(refunds).collect(),
            lines: self.lines,
            total,
            customer: self.customer,
        };
        order.version.content = ContentHash::new(Sha256::digest(format!("{order:?}")).into());
        order
    }
}

/// 2026-11-21T14:00:00Z.
const PLACED_AT: Timestamp = Timestamp::constant(1_795_269_600, 0);

const fn cad(minor: i64) -> Money {
    Money::new(minor, Currency::CAD)
}

fn payment(key: &str, kind: PaymentKind, amount: Money) -> OrderPayment {
    OrderPayment {
        key: PaymentKey::new(key).expect("made of words and numbers"),
        kind,
        method: "card".to_owned(),
        amount,
        paid_at: Some(PLACED_AT),
    }
}
