//! The mapping against the shop's own books: two reckonings that know nothing of each other.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use retail::{ConnectionId, Order, PlatformCode, RetailerId};
use secrecy::SecretString;
use service::clock::{SystemClock, SystemIds};
use shop::conformance::Booked;
use shop::{Connection, LiveSecrets, Notice, Platform as _, Reading, Source};
use uuid::Uuid;

use super::*;
use crate::WooCommerce;

const SECRET: &str = "secretOfTheSimulatedShop";

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
            assert!(orders.iter().all(|order| !order.state.is_imported()));
            continue;
        };
        // As the shop told it, and the other way round.
        compare(orders.iter(), sale);
        compare(orders.iter().rev(), sale);
        seen += 1;
    }
    assert_eq!(seen, books.sales.len());
}

pub(super) fn compare<'a>(orders: impl Iterator<Item = &'a Order>, sale: &Sale) {
    let mut booked = Booked::default();
    for order in orders {
        booked.post(order);
    }
    booked.assert_is(sale);
}
