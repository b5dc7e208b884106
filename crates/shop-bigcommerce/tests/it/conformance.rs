//! What every platform must keep.

use shop::conformance::{Sample, readings};

use crate::store::{connection, document, id_of, platform, samples};

#[test]
fn whatever_stores_answer_is_read_soundly() {
    let documents: Vec<(String, Vec<u8>)> = samples()
        .iter()
        .map(|folder| (id_of(folder), document(folder).to_string().into_bytes()))
        .collect();
    let samples: Vec<Sample<'_>> = documents.iter().map(Sample::fetched).collect();
    readings(platform(), &connection(&["any"]), &samples);
}

/// A simulated shop, listened to and polled.
#[cfg(feature = "sim")]
#[tokio::test]
async fn a_day_of_trade_ends_as_in_the_shops_own_books() {
    use std::sync::Arc;

    use service::clock::ManualClock;
    use shop::conformance::{DAY, Hooks, OPENED_AT, Shop, trade};
    use shop_bigcommerce::sim::run;

    let clock = ManualClock::at(OPENED_AT);
    trade(Shop {
        platform: &shop_bigcommerce::BigCommerce::new(Arc::new(clock.clone())).unwrap(),
        sim: run(&DAY, Arc::new(clock.clone())),
        connection: connection(&["replaced"]),
        hooks: Hooks::ByApi,
        advance: &|by| clock.advance(by),
    })
    .await;
}
