//! The mapping against the shop's own books: two reckonings that know nothing of each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use retail::posting::{Changes, OrderUpdates, Policy, Posting, post};
use retail::sale::Recorded;
use retail::{
    ConnectionId, ItemId, ItemRef, LineKind, Order, OrderLine, PlatformCode, Quantity, RetailerId,
    SaleState,
};
use secrecy::SecretString;
use service::clock::{SystemClock, SystemIds};
use shop::{Connection, LiveSecrets, Notice, Platform as _, Reading, Source};
use uuid::Uuid;

use super::*;
use crate::WooCommerce;

const SECRET: &str = "secretOfTheSimulatedShop";
const POLICY: Policy = Policy {
    updates: OrderUpdates::Apply,
};

pub(super) fn platform() -> WooCommerce {
    let clock = Arc::new(SystemClock);
    WooCommerce::new(clock.clone(), Arc::new(SystemIds::new(clock))).unwrap()
}

fn connection() -> Connection {
    Connection {
        id: ConnectionId::new(Uuid::from_u128(1)),
        retailer: RetailerId::new(Uuid::from_u128(2)),
        platform: PlatformCode::new(crate::CODE).unwrap(),
        secrets: LiveSecrets::new(vec![SecretString::from(SECRET)]).unwrap(),
        api: None,
    }
}

pub(super) fn read(platform: &WooCommerce, body: &[u8]) -> Order {
    let source = Source::Delivery {
        topic: "order.updated",
    };
    match platform.read(&connection(), source, body) {
        Reading::Order { order, .. } => *order,
        other @ (Reading::Hint(_)
        | Reading::Nothing(_)
        | Reading::Event(_)
        | Reading::Refused(_)) => {
            panic!("{other:?}: {}", String::from_utf8_lossy(body))
        }
    }
}

#[test]
fn r_12_a_simulated_delivery_passes_for_the_shops() {
    let (platform, shop) = (platform(), Shop::open(&Options::new(3, 20)));
    for order in shop.orders().iter().flatten() {
        let hook = shop.hook(order, Topic::OrderUpdated, SECRET);
        let headers: HeaderMap = hook
            .headers
            .iter()
            .map(|(name, value)| {
                let value = HeaderValue::from_str(value).unwrap();
                (HeaderName::from_static(name), value)
            })
            .collect();
        let notice = platform.verify(&connection(), &headers, &hook.body);
        let Ok(Notice::Delivery { order: known, .. }) = notice else {
            panic!("{notice:?}");
        };
        assert_eq!(known.unwrap().as_str(), order.id.to_string());
    }
}

#[test]
fn wc_01_the_newest_version_of_each_order_is_the_sale_in_the_shops_books() {
    let (platform, shop) = (platform(), Shop::open(&Options::new(5, 500)));
    let books = shop.books();
    let mut seen = 0;
    for versions in shop.orders() {
        let orders: Vec<Order> = versions
            .iter()
            .map(|order| read(&platform, &shop.body(order)))
            .collect();
        assert!(orders.is_sorted_by_key(|order| order.version));
        let expected = books.sales.get(&versions[0].id.to_string());
        let Some(sale) = expected else {
            assert!(
                orders
                    .iter()
                    .all(|order| order.state == SaleState::NotImported)
            );
            continue;
        };
        // As the shop told it, and the other way round.
        compare(orders.iter(), sale);
        compare(orders.iter().rev(), sale);
        seen += 1;
    }
    assert_eq!(seen, books.sales.len());
}

/// A sale as posted, with the newest snapshot and the things its lines may be of, by their numbers.
#[derive(Default)]
struct Posted<'a> {
    newest: Option<(&'a Order, Changes)>,
    recorded: Option<Recorded>,
    things: Vec<Stocked>,
}

impl<'a> Posted<'a> {
    fn post(&mut self, order: &'a Order) {
        let lines = order.lines.iter();
        let items: Vec<ItemId> = lines.map(|line| self.item(line)).collect();
        match post(self.recorded.as_ref(), POLICY, order, &items).unwrap() {
            Posting::Record(changes) => {
                let recorded = Recorded::after(self.recorded.as_ref(), order, &changes);
                self.recorded = Some(recorded.unwrap());
                self.newest = Some((order, changes));
            }
            Posting::Repoint(repointing) => {
                let recorded = self.recorded.take().unwrap();
                self.recorded = Some(recorded.repointed(&repointing));
            }
            Posting::AlreadyRecorded | Posting::NotImported { .. } | Posting::Held => {}
        }
    }

    fn item(&mut self, line: &OrderLine) -> ItemId {
        let thing = match &line.kind {
            LineKind::Product(ItemRef { sku: Some(sku), .. }) => Stocked::Sku(sku.to_string()),
            LineKind::Product(_)
            | LineKind::Shipping
            | LineKind::Handling
            | LineKind::GiftWrapping
            | LineKind::Fee
            | LineKind::Rounding => Stocked::Name(line.name.clone()),
        };
        let known = self.things.iter().position(|known| *known == thing);
        let place = known.unwrap_or_else(|| {
            self.things.push(thing);
            self.things.len() - 1
        });
        ItemId::new(Uuid::from_u128(place as u128))
    }
}

pub(super) fn compare<'a>(orders: impl Iterator<Item = &'a Order>, sale: &Sale) {
    let mut posted = Posted::default();
    for order in orders {
        posted.post(order);
    }
    let Posted {
        newest: Some((order, changes)),
        recorded: Some(recorded),
        things,
    } = posted
    else {
        panic!("order {} is not booked", sale.order_id);
    };
    let Changes {
        state,
        balance: _,
        received,
        refunded,
        tax,
        lines: _,
        movements: _,
        payments: _,
    } = &changes;
    assert_eq!(
        order.receipt_number.as_str(),
        sale.receipt_number,
        "order {}",
        sale.order_id
    );
    assert_eq!(*state == SaleState::Voided, sale.voided);
    assert_eq!(order.currency().code(), sale.currency);
    assert_eq!(
        [order.total, *tax, *received, *refunded].map(retail::Money::minor),
        [sale.total, sale.tax, sale.received, sale.refunded],
        "order {}",
        sale.order_id
    );
    assert_eq!(
        order.customer.as_ref().map(|customer| &*customer.email),
        Some(&*sale.email)
    );
    let mut held: BTreeMap<Stocked, i64> = BTreeMap::new();
    for line in &recorded.lines {
        let thing = &things[usize::try_from(line.item.uuid().as_u128()).unwrap()];
        *held.entry(thing.clone()).or_default() += line.deducted.milli() / Quantity::SCALE;
    }
    held.retain(|_, units| *units != 0);
    let mut expected = sale.held.clone();
    expected.retain(|_, units| *units != 0);
    assert_eq!(held, expected, "order {}", sale.order_id);
    let left = order.lines.iter().map(|line| order.to_hand_over(line));
    assert_eq!(
        left.map(Quantity::milli).sum::<i64>(),
        sale.to_hand_over * Quantity::SCALE,
        "order {}",
        sale.order_id
    );
}
