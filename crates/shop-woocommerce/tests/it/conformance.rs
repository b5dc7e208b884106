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

    use jiff::Timestamp;
    use service::clock::{Clock as _, ManualClock};
    use shop::conformance::{Hooks, Shop, trade};
    use shop_woocommerce::sim::{RunOptions, run};

    let opened_at: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    let clock = ManualClock::at(opened_at);
    let options = RunOptions {
        seed: 11,
        orders: 40,
        max_versions: 5,
        products: 12,
    };
    trade(Shop {
        platform: &shop_woocommerce::WooCommerce::new(
            Arc::new(clock.clone()),
            Arc::new(service::clock::SequentialIds::default()),
        )
        .unwrap(),
        sim: run(&options, Arc::new(clock.clone())),
        connection: connection(&["replaced"]),
        hooks: Hooks::ByApi,
        advance: &|by| clock.advance(by),
        opened_at: clock.now(),
    })
    .await;
}
