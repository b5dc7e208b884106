//! What every platform must keep.

use secrecy::SecretString;
use shop::Source;
use shop::conformance::{Delivered, Sample, Signed, readings, signatures};

use crate::capture::{all, connection, platform};

#[test]
fn r_12_deliveries_are_taken_as_signed_and_not_otherwise() {
    for capture in all() {
        let Some(secret) = &capture.secret else {
            continue;
        };
        let delivered = Delivered {
            name: &capture.file,
            headers: capture.headers.clone(),
            body: &capture.body,
        };
        let other = SecretString::from("another shop's");
        let connection = connection(&[secret]);
        signatures(platform(), &connection, Signed::Body, &other, &[delivered]);
    }
}

#[test]
fn whatever_shops_send_is_read_soundly() {
    let captures = all();
    let samples: Vec<Sample<'_>> = captures
        .iter()
        .filter(|capture| capture.topic.starts_with("order."))
        .map(|capture| Sample {
            name: &capture.file,
            source: Source::Delivery {
                topic: &capture.topic,
            },
            body: &capture.body,
        })
        .collect();
    readings(platform(), &connection(&["any"]), &samples);
}

/// A simulated shop, listened to and polled.
#[cfg(feature = "sim")]
#[tokio::test]
async fn a_day_of_trade_ends_as_in_the_shops_own_books() {
    use std::sync::Arc;

    use service::clock::ManualClock;
    use shop::conformance::{DAY, Hooks, OPENED_AT, Shop, trade};
    use shop_woocommerce::sim::run;

    let clock = ManualClock::at(OPENED_AT);
    trade(Shop {
        platform: &shop_woocommerce::WooCommerce::new(
            Arc::new(clock.clone()),
            Arc::new(service::clock::SequentialIds::default()),
        )
        .unwrap(),
        sim: run(&DAY, Arc::new(clock.clone())),
        connection: connection(&["replaced"]),
        hooks: Hooks::ByApi,
        advance: &|by| clock.advance(by),
    })
    .await;
}
