//! An order that cannot be booked is parked with its reason; the others flow, and a later version
//! that can be booked clears it.

use http::StatusCode;
use serde_json::{Value, json};
use shop_woocommerce::sim::Options;
use test_kit::compare;
use test_kit::storm::{seen, settle};

use crate::alone::Alone;
use crate::deliveries::Sender;

/// The reason it is parked with, and what makes a good order bad.
type Poison = (&'static str, fn(&mut Value));

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_order_is_parked_while_the_others_flow() {
    let alone = Alone::start().await;
    let system = &alone.system;
    let ledger = system.ledger().unwrap();
    let mut good = Sender::new(system, &Options::new(12, 40));
    let bad_shop = Options {
        first_order_id: 9_001,
        ..Options::new(13, 12)
    };
    let mut bad = Sender::new(system, &bad_shop);
    let sales = bad.shop.books().sales;
    let places: Vec<usize> = (0..bad.shop.orders().len())
        .filter(|place| sales.contains_key(&bad.body(*place)["id"].to_string()))
        .collect();

    let poisons: [Poison; 5] = [
        ("totals_mismatch", |order| {
            order["total"] = json!("99999.00");
        }),
        ("unknown_currency", |order| {
            order["currency"] = json!("XXX");
        }),
        ("bad_amount", |order| {
            order["line_items"][0]["total"] = json!("1e99");
        }),
        ("bad_quantity", |order| {
            order["line_items"][0]["quantity"] = json!(1e300);
        }),
        ("unreadable", |order| {
            order["line_items"] = json!("none");
        }),
    ];
    for (place, (_, poison)) in places.iter().zip(poisons) {
        let mut body = bad.body(*place);
        poison(&mut body);
        let hook = bad.signed(serde_json::to_vec(&body).unwrap());
        assert_eq!(bad.send(hook).await.status, StatusCode::OK);
    }
    good.send_all().await;
    settle(system).await.unwrap();

    let differences = compare(&good.shop.books(), &seen(&ledger).await.unwrap());
    assert_eq!(differences, Vec::<String>::new());
    let mut reasons: Vec<String> = ledger
        .parked()
        .await
        .unwrap()
        .into_iter()
        .map(|parked| parked.reason)
        .collect();
    reasons.sort();
    let mut expected = poisons.map(|(reason, _)| reason.to_owned());
    expected.sort();
    assert_eq!(reasons, expected);

    // The shop mends its orders.
    for place in &places[..poisons.len()] {
        let mut body = bad.body(*place);
        body["date_modified_gmt"] = json!("2026-12-31T23:59:59");
        let hook = bad.signed(serde_json::to_vec(&body).unwrap());
        assert_eq!(bad.send(hook).await.status, StatusCode::OK);
    }
    settle(system).await.unwrap();
    assert_eq!(ledger.parked().await.unwrap(), []);
    let sales = ledger.sales().await.unwrap();
    assert_eq!(
        sales.len(),
        good.shop.books().sales.len() + poisons.len(),
        "the mended orders are sales"
    );
}
