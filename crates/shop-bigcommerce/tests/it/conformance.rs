//! What every platform must keep.

use shop::Source;
use shop::conformance::{Sample, readings};

use crate::store::{connection, document, id_of, platform, samples};

#[test]
fn whatever_stores_answer_is_read_soundly() {
    let documents: Vec<(String, Vec<u8>)> = samples()
        .iter()
        .map(|folder| (id_of(folder), document(folder).to_string().into_bytes()))
        .collect();
    let samples: Vec<Sample<'_>> = documents
        .iter()
        .map(|(name, body)| Sample {
            name,
            source: Source::Fetched,
            body,
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
    use shop_bigcommerce::sim::{RunOptions, run};

    let opened_at: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    let clock = ManualClock::at(opened_at);
    let options = RunOptions {
        seed: 11,
        orders: 40,
        max_versions: 5,
        products: 12,
    };
    trade(Shop {
        platform: &shop_bigcommerce::BigCommerce::new(Arc::new(clock.clone())).unwrap(),
        sim: run(&options, Arc::new(clock.clone())),
        connection: connection(&["replaced"]),
        hooks: Hooks::ByApi,
        advance: &|by| clock.advance(by),
        opened_at: clock.now(),
    })
    .await;
}
