//! Orders in few words.

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use ledger::decide::{Body, Delivery, Incoming, Refused};
use prost::Message as _;
use proto::convert::{instant_into, order_into, outline_into};
use proto::order as wire;
use retail::{
    ConnectionId, ContentHash, Currency, Customer, ImportId, ItemRef, LineKey, LineKind, Money,
    Order, OrderKey, OrderLine, OrderPayment, PaymentKey, PaymentKind, Quantity, ReceiptNumber,
    RetailerId, SaleState, ShopOrderId, ShopVariantId, Sku, Version,
};
use service::Settings;
use service::seal::Keyring;
use uuid::Uuid;

use crate::support::{CONNECTION, RETAILER};

pub const PLACED_AT: Timestamp = Timestamp::constant(1_795_269_600, 0);

/// An order of the shop of tests: closed, unpaid, empty, at version 0.
pub fn an_order(id: u64) -> Builder {
    let id = id.to_string();
    Builder {
        retailer: RETAILER,
        delivery: None,
        import: None,
        order: Order {
            key: OrderKey {
                connection: CONNECTION,
                order: ShopOrderId::new(&id).unwrap(),
            },
            version: Version {
                modified_at: PLACED_AT,
                content: ContentHash::new([0; 32]),
            },
            receipt_number: ReceiptNumber::new(&format!("#{id}")).unwrap(),
            placed_at: PLACED_AT,
            state: SaleState::Closed,
            shop_status: "processing".to_owned(),
            lines: Vec::new(),
            total: cad(0),
            payments: Vec::new(),
            customer: None,
        },
    }
}

#[derive(Clone, Debug)]
pub struct Builder {
    retailer: RetailerId,
    delivery: Option<String>,
    import: Option<ImportId>,
    pub order: Order,
}

impl Builder {
    pub fn of(mut self, retailer: RetailerId, connection: ConnectionId) -> Self {
        self.retailer = retailer;
        self.order.key.connection = connection;
        self
    }

    /// Modified so many seconds after it was placed.
    pub fn at(mut self, second: i64) -> Self {
        self.order.version.modified_at = PLACED_AT + SignedDuration::from_secs(second);
        self
    }

    pub fn placed(mut self, second: i64) -> Self {
        self.order.placed_at = PLACED_AT + SignedDuration::from_secs(second);
        self
    }

    pub fn state(mut self, state: SaleState) -> Self {
        self.order.state = state;
        self
    }

    pub fn number(mut self, number: &str) -> Self {
        self.order.receipt_number = ReceiptNumber::new(number).unwrap();
        self
    }

    pub fn delivery(mut self, id: &str) -> Self {
        self.delivery = Some(id.to_owned());
        self
    }

    /// Units at 10.00 of a product known by SKU and by a variant of the same name.
    pub fn line(self, sku: &str, units: i64) -> Self {
        let item = ItemRef {
            variant: ShopVariantId::new(&format!("v-{sku}")).ok(),
            sku: Sku::new(sku).ok(),
            barcode: None,
        };
        self.product(item, &format!("Thing {sku}"), units)
    }

    pub fn product(self, item: ItemRef, name: &str, units: i64) -> Self {
        let key = format!("line:{}", self.order.lines.len() + 1);
        self.any_line(&key, LineKind::Product(item), name, units, units * 1000)
    }

    /// Units at 10.00 of a product that the shop has forgotten.
    pub fn nameless(self, name: &str, units: i64) -> Self {
        self.product(ItemRef::default(), name, units)
    }

    /// The same numbers of another currency.
    pub fn currency(mut self, currency: Currency) -> Self {
        let lines = self.order.lines.iter_mut();
        let amounts = lines
            .flat_map(|line| [&mut line.net, &mut line.tax])
            .chain(
                self.order
                    .payments
                    .iter_mut()
                    .map(|payment| &mut payment.amount),
            )
            .chain([&mut self.order.total]);
        for amount in amounts {
            *amount = Money::new(amount.minor(), currency);
        }
        self
    }

    pub fn service(self, key: &str, kind: LineKind, cents: i64) -> Self {
        self.any_line(key, kind, "a service", 1, cents)
    }

    pub fn any_line(
        mut self,
        key: &str,
        kind: LineKind,
        name: &str,
        units: i64,
        cents: i64,
    ) -> Self {
        self.order.lines.push(OrderLine {
            key: LineKey::new(key).unwrap(),
            kind,
            name: name.to_owned(),
            quantity: Quantity::units(units).unwrap(),
            restocked: Quantity::ZERO,
            fulfilled: Quantity::ZERO,
            net: cad(cents),
            tax: cad(0),
        });
        self.order.total = cad(self.order.total.minor() + cents);
        self
    }

    pub fn restocked(mut self, line: usize, units: i64) -> Self {
        self.order.lines[line].restocked = Quantity::units(units).unwrap();
        self
    }

    pub fn fulfilled(mut self, line: usize, units: i64) -> Self {
        self.order.lines[line].fulfilled = Quantity::units(units).unwrap();
        self
    }

    pub fn paid(self, cents: i64) -> Self {
        self.payment("paid", PaymentKind::Received, cents)
    }

    pub fn refunded(self, key: &str, cents: i64) -> Self {
        self.payment(key, PaymentKind::Refunded, cents)
    }

    fn payment(mut self, key: &str, kind: PaymentKind, cents: i64) -> Self {
        self.order.payments.push(OrderPayment {
            key: PaymentKey::new(key).unwrap(),
            kind,
            method: "card".to_owned(),
            amount: cad(cents),
            paid_at: Some(PLACED_AT),
        });
        self
    }

    pub fn customer(mut self, email: &str, name: &str) -> Self {
        self.order.customer = Some(Customer {
            email: email.to_owned(),
            name: name.to_owned(),
            phone: String::new(),
        });
        self
    }

    pub fn total(mut self, cents: i64) -> Self {
        self.order.total = cad(cents);
        self
    }

    pub fn import(mut self, import: ImportId) -> Self {
        self.import = Some(import);
        self
    }

    /// As an ingest service tells an order that it cannot read.
    pub fn refused(&self, reason: &str) -> Incoming {
        let mut incoming = self.build();
        let Body::Order { order, email: _ } = incoming.body else {
            unreachable!("an order was built");
        };
        let mut outline = order.outline();
        let mut content = *outline.version.content.bytes();
        content[..8].fill(0);
        outline.version.content = ContentHash::new(content);
        incoming.delivery.id = format!("refused:{}", incoming.delivery.id);
        incoming.body = Body::Refused(Refused {
            order: Some(order.key.order),
            reason: reason.to_owned(),
            detail: "It cannot be booked.".to_owned(),
            outline: Some(Box::new(outline)),
        });
        incoming.kept = Bytes::new();
        incoming
    }

    pub fn build(&self) -> Incoming {
        let Self {
            retailer,
            delivery,
            import,
            mut order,
        } = self.clone();
        order.version.content = content_of(&order);
        let version = order.version.modified_at.as_second();
        let id = format!("{}:{}:{version}", order.key.connection, order.key.order);
        let mut incoming = Incoming {
            retailer,
            connection: order.key.connection,
            delivery: a_delivery(&delivery.unwrap_or(id)),
            body: Body::Order {
                email: order.customer.as_ref().and_then(Customer::key),
                order: Box::new(order),
            },
            import,
            kept: Bytes::new(),
        };
        incoming.kept = wire_message(&keyring(), &incoming).encode_to_vec().into();
        incoming
    }
}

/// A hash of what the order says, whenever it says so.
fn content_of(order: &Order) -> ContentHash {
    let mut said = order.clone();
    said.version.modified_at = PLACED_AT;
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{said:?}").as_bytes());
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(hash.as_bytes());
    ContentHash::new(bytes)
}

pub fn a_refusal(order: Option<&str>, second: i64) -> Incoming {
    let mut delivery = a_delivery(&format!("refused {order:?} {second}"));
    delivery.received_at = PLACED_AT + SignedDuration::from_secs(second);
    Incoming {
        retailer: RETAILER,
        connection: CONNECTION,
        delivery,
        body: Body::Refused(Refused {
            order: order.map(|id| ShopOrderId::new(id).unwrap()),
            reason: "unreadable".to_owned(),
            detail: "The shop's answer cannot be read.".to_owned(),
            outline: None,
        }),
        import: None,
        kept: Bytes::new(),
    }
}

pub fn a_delivery(id: &str) -> Delivery {
    Delivery {
        id: id.to_owned(),
        topic: "order.updated".to_owned(),
        received_at: PLACED_AT,
    }
}

/// As an ingest service would put it.
pub fn wire_message(keyring: &Keyring, message: &Incoming) -> wire::OrderMessage {
    let delivery = wire::Delivery {
        delivery_id: message.delivery.id.clone(),
        received_at: Some(instant_into(message.delivery.received_at)),
        topic: message.delivery.topic.clone(),
    };
    let body = match &message.body {
        Body::Order { order, email: _ } => {
            let sealed = order.customer.as_ref().map(|customer| {
                let plain = wire::Customer {
                    email: customer.email.clone(),
                    name: customer.name.clone(),
                    phone: customer.phone.clone(),
                };
                let aad = format!("{}/{}", message.connection, order.key.order);
                keyring.seal(aad.as_bytes(), &plain.encode_to_vec())
            });
            let order = order_into(order, sealed.unwrap_or_default());
            wire::order_message::Body::Order(Box::new(order))
        }
        Body::Refused(refused) => wire::order_message::Body::Refused(wire::Refused {
            order_id: refused
                .order
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            reason: refused.reason.clone(),
            detail: refused.detail.clone(),
            outline: refused.outline.as_deref().map(outline_into),
        }),
    };
    wire::OrderMessage {
        retailer_id: message.retailer.to_string(),
        connection_id: message.connection.to_string(),
        delivery: Some(delivery),
        body: Some(body),
        import_id: message.import.map(|id| id.to_string()).unwrap_or_default(),
    }
}

/// The key of tests.
pub fn keyring() -> Keyring {
    let key = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=";
    Keyring::from_settings(&Settings::from_map([("COMPTOIR_SEAL_KEY", key)])).unwrap()
}

pub const fn cad(minor: i64) -> Money {
    Money::new(minor, Currency::CAD)
}
