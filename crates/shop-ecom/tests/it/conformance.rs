//! What every platform must keep.

use std::fs;

use secrecy::SecretString;
use shop::conformance::{Delivered, Sample, Signed, readings, signatures};

use crate::fixture::{SECRET, connection, folder, hooks, order, platform};

#[test]
fn r_12_deliveries_are_taken_as_signed_and_not_otherwise() {
    let hooks: Vec<_> = hooks()
        .into_iter()
        .map(|hook| (hook.bytes(), hook))
        .collect();
    let delivered: Vec<Delivered<'_>> = hooks
        .iter()
        .map(|(body, hook)| Delivered {
            name: &hook.topic,
            headers: hook.headers.clone(),
            body,
        })
        .collect();
    let other = SecretString::from("another shop's");
    let connection = connection(&[SECRET]);
    signatures(
        platform(),
        &connection,
        Signed::EventOnly,
        &other,
        &delivered,
    );
}

#[test]
fn whatever_shops_answer_is_read_soundly() {
    let orders: Vec<(String, Vec<u8>)> = fs::read_dir(folder().join("orders"))
        .unwrap()
        .map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let name = name.strip_suffix(".json").unwrap().to_owned();
            let body = order(&name);
            (name, body)
        })
        .collect();
    let samples: Vec<Sample<'_>> = orders.iter().map(Sample::fetched).collect();
    readings(platform(), &connection(&["any"]), &samples);
}

/// A simulated shop, listened to and polled.
#[cfg(feature = "sim")]
#[tokio::test]
async fn a_day_of_trade_ends_as_in_the_shops_own_books() {
    use std::sync::Arc;

    use service::clock::ManualClock;
    use shop::conformance::{DAY, Hooks, OPENED_AT, Shop, trade};
    use shop_ecom::sim::run;

    let clock = ManualClock::at(OPENED_AT);
    trade(Shop {
        platform: &shop_ecom::Ecom::new(Arc::new(clock.clone())).unwrap(),
        sim: run(&DAY, Arc::new(clock.clone())),
        connection: connection(&["replaced"]),
        hooks: Hooks::ByHand,
        advance: &|by| clock.advance(by),
    })
    .await;
}
