//! What every platform must keep.

use std::fs;

use secrecy::SecretString;
use shop::conformance::{Delivered, Sample, Signed, readings, signatures};

use crate::samples::{connection, deliveries, fixtures, platform};

#[test]
fn r_12_deliveries_are_taken_as_signed_and_not_otherwise() {
    let (secret, deliveries) = deliveries();
    let delivered: Vec<Delivered<'_>> = deliveries
        .iter()
        .map(|delivery| Delivered {
            name: &delivery.file,
            headers: delivery.headers.clone(),
            body: &delivery.body,
        })
        .collect();
    let other = SecretString::from("another app's");
    let connection = connection(&[&secret]);
    signatures(platform(), &connection, Signed::Body, &other, &delivered);
}

#[test]
fn whatever_shops_answer_is_read_soundly() {
    let answers: Vec<(String, Vec<u8>)> = fs::read_dir(fixtures().join("graphql"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .filter(|(name, _)| name.starts_with("order_by_id."))
        .collect();
    let samples: Vec<Sample<'_>> = answers.iter().map(Sample::fetched).collect();
    readings(platform(), &connection(&["any"]), &samples);
}

/// A simulated shop, listened to and polled.
#[cfg(feature = "sim")]
#[tokio::test]
async fn a_day_of_trade_ends_as_in_the_shops_own_books() {
    use std::sync::Arc;

    use service::clock::ManualClock;
    use shop::conformance::{DAY, Hooks, OPENED_AT, Shop, trade};
    use shop_shopify::sim::run;

    let clock = ManualClock::at(OPENED_AT);
    trade(Shop {
        platform: platform(),
        sim: run(&DAY, Arc::new(clock.clone())),
        connection: connection(&["replaced"]),
        hooks: Hooks::ByApi,
        advance: &|by| clock.advance(by),
    })
    .await;
}
