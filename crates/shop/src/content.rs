//! What a snapshot says, as 32 bytes.

use retail::{
    ContentHash, Customer, ItemRef, LineKind, Money, Order, OrderKey, OrderLine, OrderPayment,
    Outline, OutlinedLine, Version,
};
use sha2::{Digest as _, Sha256};

/// The hash of an order's content: equal for equal snapshots however they came, and by any build of
/// this program. Its order, the modification instant and the hash it may carry already are no content.
///
/// The order's key is hashed first, so that equal customers of two orders do not show.
#[must_use]
pub fn content_hash(order: &Order) -> ContentHash {
    let Order {
        key: OrderKey { connection, order },
        version: Version {
            modified_at: _,
            content: _,
        },
        receipt_number,
        placed_at,
        state,
        shop_status,
        lines,
        total,
        payments,
        customer,
    } = order;
    let mut hash = Fields::new("comptoir order 1");
    hash.bytes(connection.uuid().as_bytes());
    hash.text(order.as_str());
    hash.text(receipt_number.as_str());
    hash.instant(*placed_at);
    hash.text(state.as_str());
    hash.text(shop_status);
    hash.money(*total);
    hash.list(lines, Fields::line);
    hash.list(payments, Fields::payment);
    hash.option(customer.as_ref(), |hash, customer| {
        let Customer { email, name, phone } = customer;
        hash.text(email);
        hash.text(name);
        hash.text(phone);
    });
    // Told later than this hash was made: an order of which nothing is handed over keeps the hash it had.
    let fulfilled: Vec<&OrderLine> = lines
        .iter()
        .filter(|line| !line.fulfilled.is_zero())
        .collect();
    if !fulfilled.is_empty() {
        hash.list(&fulfilled, |hash, line| {
            hash.text(line.key.as_str());
            hash.number(line.fulfilled.milli());
        });
    }
    ContentHash::new(hash.0.finalize().into())
}

/// How many bytes of an outline's hash are zero.
const OUTLINE_ZERO_BYTES: usize = 8;

/// The hash of what could be read of a refused order. It begins with zeros, so that of the versions of one
/// instant the refused one is the least: once the order can be read, it takes the refusal's place.
#[must_use]
pub(crate) fn outline_hash(order: &OrderKey, outline: &Outline) -> ContentHash {
    let OrderKey { connection, order } = order;
    let Outline {
        version: Version {
            modified_at: _,
            content: _,
        },
        receipt_number,
        placed_at,
        lines,
    } = outline;
    let mut hash = Fields::new("comptoir outline 1");
    hash.bytes(connection.uuid().as_bytes());
    hash.text(order.as_str());
    hash.option(receipt_number.as_ref(), |hash, number| {
        hash.text(number.as_str());
    });
    hash.option(placed_at.as_ref(), |hash, at| hash.instant(*at));
    hash.list(lines, |hash, OutlinedLine { item, quantity }| {
        hash.item(item);
        hash.number(quantity.milli());
    });
    let mut bytes: [u8; 32] = hash.0.finalize().into();
    bytes[..OUTLINE_ZERO_BYTES].fill(0);
    ContentHash::new(bytes)
}

/// Fields one after another, each with its length, so that no two contents give the same bytes.
struct Fields(Sha256);

impl Fields {
    fn new(what: &str) -> Self {
        let mut fields = Self(Sha256::new());
        fields.text(what);
        fields
    }

    fn line(&mut self, line: &OrderLine) {
        let OrderLine {
            key,
            kind,
            name,
            quantity,
            restocked,
            fulfilled: _,
            net,
            tax,
        } = line;
        self.text(key.as_str());
        match kind {
            LineKind::Product(item) => {
                self.text("product");
                self.item(item);
            }
            LineKind::Shipping => self.text("shipping"),
            // Told apart later than this hash was made: their keys tell them apart here.
            LineKind::Fee | LineKind::Handling | LineKind::GiftWrapping => self.text("fee"),
            LineKind::Rounding => self.text("rounding"),
        }
        self.text(name);
        self.number(quantity.milli());
        self.number(restocked.milli());
        self.money(*net);
        self.money(*tax);
    }

    fn item(&mut self, item: &ItemRef) {
        let ItemRef {
            variant,
            sku,
            barcode,
        } = item;
        self.option(variant.as_ref(), |hash, variant| {
            hash.text(variant.as_str());
        });
        self.option(sku.as_ref(), |hash, sku| hash.text(sku.as_str()));
        self.option(barcode.as_ref(), |hash, barcode| {
            hash.text(barcode.as_str());
        });
    }

    fn payment(&mut self, payment: &OrderPayment) {
        let OrderPayment {
            key,
            kind,
            method,
            amount,
            paid_at,
        } = payment;
        self.text(key.as_str());
        self.text(kind.as_str());
        self.text(method);
        self.money(*amount);
        self.option(paid_at.as_ref(), |hash, at| hash.instant(*at));
    }

    fn money(&mut self, money: Money) {
        self.text(money.currency().code());
        self.number(money.minor());
    }

    fn instant(&mut self, instant: jiff::Timestamp) {
        self.bytes(&instant.as_nanosecond().to_be_bytes());
    }

    fn list<T>(&mut self, items: &[T], item: impl Fn(&mut Self, &T)) {
        self.length(items.len());
        for each in items {
            item(self, each);
        }
    }

    fn option<T: ?Sized>(&mut self, value: Option<&T>, some: impl Fn(&mut Self, &T)) {
        match value {
            Some(value) => {
                self.length(1);
                some(self, value);
            }
            None => self.length(0),
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.update(bytes);
    }

    fn number(&mut self, number: i64) {
        self.0.update(number.to_be_bytes());
    }

    fn length(&mut self, length: usize) {
        self.0.update((length as u64).to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use retail::{
        ConnectionId, Currency, LineKey, PaymentKey, PaymentKind, Quantity, ReceiptNumber,
        SaleState, ShopOrderId, ShopVariantId, Sku,
    };

    use super::*;

    fn order() -> Order {
        let cad = |minor| Money::new(minor, Currency::CAD);
        Order {
            key: OrderKey {
                connection: ConnectionId::new(uuid::Uuid::from_u128(7)),
                order: ShopOrderId::new("25").unwrap(),
            },
            version: Version {
                modified_at: "2026-11-21T19:52:29Z".parse().unwrap(),
                content: ContentHash::new([0; 32]),
            },
            receipt_number: ReceiptNumber::new("25").unwrap(),
            placed_at: "2026-11-21T19:51:26Z".parse().unwrap(),
            state: SaleState::Closed,
            shop_status: "processing".to_owned(),
            lines: vec![OrderLine {
                key: LineKey::new("line:1").unwrap(),
                kind: LineKind::Product(ItemRef {
                    variant: Some(ShopVariantId::new("11").unwrap()),
                    sku: Some(Sku::new("TS-001").unwrap()),
                    barcode: None,
                }),
                name: "T-shirt".to_owned(),
                quantity: Quantity::from_milli(2000),
                restocked: Quantity::ZERO,
                fulfilled: Quantity::ZERO,
                net: cad(4000),
                tax: cad(599),
            }],
            total: cad(4599),
            payments: vec![OrderPayment {
                key: PaymentKey::new("paid").unwrap(),
                kind: PaymentKind::Received,
                method: "bacs".to_owned(),
                amount: cad(4599),
                paid_at: None,
            }],
            customer: Some(Customer {
                email: "zoe@example.test".to_owned(),
                name: "Zoé".to_owned(),
                phone: String::new(),
            }),
        }
    }

    #[test]
    fn the_hash_does_not_change_from_build_to_build() {
        assert_eq!(format!("{:?}", content_hash(&order())), "d5c6514d8e1b");
    }

    #[test]
    fn how_and_when_it_came_is_no_content() {
        let mut again = order();
        again.version.modified_at = "2026-11-22T00:00:00Z".parse().unwrap();
        again.version.content = ContentHash::new([9; 32]);
        assert_eq!(content_hash(&again), content_hash(&order()));
    }

    #[test]
    fn every_change_of_content_changes_the_hash() {
        let changes: [fn(&mut Order); 17] = [
            |o| o.receipt_number = ReceiptNumber::new("26").unwrap(),
            |o| o.placed_at = "2026-11-21T19:51:27Z".parse().unwrap(),
            |o| o.state = SaleState::Voided,
            |o| o.shop_status = "completed".to_owned(),
            |o| o.total = Money::new(4599, Currency::EUR),
            |o| o.lines[0].quantity = Quantity::from_milli(2001),
            |o| o.lines[0].restocked = Quantity::from_milli(1000),
            |o| o.lines[0].fulfilled = Quantity::from_milli(1000),
            |o| o.lines[0].fulfilled = Quantity::from_milli(2000),
            |o| o.lines[0].name = "T-shirts".to_owned(),
            |o| o.lines[0].kind = LineKind::Fee,
            |o| o.lines[0].kind = LineKind::Product(ItemRef::default()),
            |o| o.lines.clear(),
            |o| o.payments[0].kind = PaymentKind::Refunded,
            |o| o.payments[0].paid_at = Some(o.placed_at),
            |o| o.customer = None,
            |o| o.key.order = ShopOrderId::new("26").unwrap(),
        ];
        let mut seen = vec![content_hash(&order())];
        for (n, apply) in changes.iter().enumerate() {
            let mut other = order();
            apply(&mut other);
            let hash = content_hash(&other);
            assert!(!seen.contains(&hash), "change {n}");
            seen.push(hash);
        }
    }

    #[test]
    fn what_can_be_read_takes_the_place_of_its_refusal_at_the_same_instant() {
        let order = order();
        let outline = Outline {
            version: order.version,
            receipt_number: Some(order.receipt_number.clone()),
            placed_at: Some(order.placed_at),
            lines: vec![OutlinedLine {
                item: ItemRef::default(),
                quantity: Quantity::from_milli(2000),
            }],
        };
        let version = |content| Version {
            modified_at: order.version.modified_at,
            content,
        };
        let refused = outline_hash(&order.key, &outline);
        assert!(version(refused) < version(content_hash(&order)));
        let mut other = outline;
        other.lines.clear();
        assert_ne!(outline_hash(&order.key, &other), refused);
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let hash_of = |name: &str, phone: &str| {
            let mut order = order();
            order.customer = Some(Customer {
                email: String::new(),
                name: name.to_owned(),
                phone: phone.to_owned(),
            });
            content_hash(&order)
        };
        assert_ne!(hash_of("ab", "c"), hash_of("a", "bc"));
    }
}
