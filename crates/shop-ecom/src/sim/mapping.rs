//! The mapping against the shop's own books.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use retail::{ConnectionId, Order, PlatformCode, RetailerId};
use secrecy::SecretString;
use service::clock::ManualClock;
use shop::conformance::Booked;
use shop::{
    ApiAccess, Connection, LiveSecrets, Notice, PlainHttp, Platform as _, Reading, ShopUrl, Source,
};
use uuid::Uuid;

use super::*;
use crate::{CODE, Ecom};

pub(super) const OPENED_AT: &str = "2026-11-21T14:00:00Z";

pub(super) fn access() -> Access {
    Access {
        store: 1003,
        token: "secret_token".to_owned(),
        client_secret: "client-secret".to_owned(),
    }
}

pub(super) fn platform() -> Ecom {
    let clock = ManualClock::at(OPENED_AT.parse().unwrap());
    Ecom::new(Arc::new(clock)).unwrap()
}

pub(super) fn connection(url: &str) -> Connection {
    let secret = |text: &str| SecretString::from(text);
    let api = ApiAccess::new(
        ShopUrl::new(&format!("{url}/api/v3/1003")).unwrap(),
        secret("client-id"),
        secret(&access().token),
        PlainHttp::Allowed,
    );
    Connection {
        id: ConnectionId::new(Uuid::from_u128(7)),
        retailer: RetailerId::new(Uuid::from_u128(1)),
        platform: PlatformCode::new(CODE).unwrap(),
        secrets: LiveSecrets::new(vec![secret(&access().client_secret)]).unwrap(),
        api: Some(api.unwrap()),
    }
}

pub(super) fn whole(reading: Reading) -> Order {
    match reading {
        Reading::Order { order, .. } => *order,
        other => panic!("{other:?}"),
    }
}

fn read(platform: &Ecom, shop: &Shop, order: &order::Order) -> Order {
    let currency = shop.pricing().currency();
    let body = String::from_utf8(shop.body(order)).unwrap();
    let fetched = format!(r#"{{"currency":"{currency}","order":{body}}}"#);
    let connection = connection("http://127.0.0.1:1");
    whole(platform.read(&connection, Source::Fetched, fetched.as_bytes()))
}

#[test]
fn ec_17_the_newest_version_of_each_order_is_the_sale_in_the_shops_books() {
    for pricing in [Pricing::TaxIncluded, Pricing::TaxOnTop] {
        let options = Options {
            pricing,
            ..Options::new(5, 500)
        };
        let (platform, shop) = (platform(), Shop::open(&options));
        let books = shop.books();
        let mut seen = 0;
        for versions in shop.orders() {
            let orders: Vec<Order> = versions
                .iter()
                .map(|order| read(&platform, &shop, order))
                .collect();
            assert!(orders.is_sorted_by_key(|order| order.version));
            let newest = orders.iter().rfind(|order| order.state.is_imported());
            let expected = books.sales.get(&versions[0].id);
            assert_eq!(newest.is_some(), expected.is_some());
            if let (Some(order), Some(sale)) = (newest, expected) {
                compare(order, sale);
                seen += 1;
            }
        }
        assert_eq!(seen, books.sales.len());
        assert!(seen > 400, "{seen} sales");
    }
}

pub(super) fn compare(order: &Order, sale: &Sale) {
    let id = &sale.order_id;
    assert_eq!(order.key.order.as_str(), id);
    assert!(
        order
            .lines
            .iter()
            .all(|line| line.key.as_str() != "rounding"),
        "order {id}: nothing is left to round"
    );
    let mut booked = Booked::default();
    booked.post(order);
    booked.assert_is(sale);
}

#[test]
fn every_hook_verifies_and_names_its_order() {
    let (platform, shop) = (platform(), Shop::open(&Options::new(6, 100)));
    let clock = Arc::new(ManualClock::at(OPENED_AT.parse().unwrap()));
    let live = Live::new(shop, access(), clock);
    let connection = connection("http://127.0.0.1:1");
    let mut seen = 0;
    while let Some(hook) = live.next() {
        let headers = headers(&hook);
        match platform.verify(&connection, &headers, &hook.body) {
            Ok(Notice::Delivery { topic, order }) => {
                assert_eq!(hook.query, format!("?eventtype={topic}"));
                let order = order.unwrap();
                let known = live
                    .shop()
                    .orders()
                    .iter()
                    .any(|v| v[0].id == order.as_str());
                assert!(known, "{order}");
            }
            other => panic!("{other:?}"),
        }
        seen += 1;
    }
    assert_eq!(seen, live.shop().orders().iter().flatten().count());
    let product = Hook::of_product(&access(), OPENED_AT.parse().unwrap(), 7);
    let notice = platform.verify(&connection, &headers(&product), &product.body);
    assert!(matches!(notice, Ok(Notice::Delivery { order: None, .. })));
}

pub(super) fn headers(hook: &Hook) -> HeaderMap {
    hook.headers
        .iter()
        .map(|(name, value)| {
            let value = HeaderValue::from_str(value).unwrap();
            (HeaderName::from_static(name), value)
        })
        .collect()
}
