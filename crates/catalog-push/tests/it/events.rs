//! What the bus is told of products.

use std::collections::BTreeMap;
use std::time::Duration;

use bus::{Durable, Map, Service, provision, stream};
use prost::Message as _;
use proto::catalog as wire;

use crate::make::{RETAILER, new_act, product, product_id};
use crate::running::Running;

async fn listen(running: &Running) -> bus::Consumer {
    let root = running.bus("root").await;
    let durable = Durable {
        name: "test".to_owned(),
        stream: stream::catalog().name,
        filter: format!("catalog.product.changed.{RETAILER}"),
        ack_wait: Duration::from_secs(30),
        max_ack_pending: 1_000,
        reader: Service::CatalogPush,
    };
    let map = Map {
        streams: Vec::new(),
        durables: vec![durable.clone()],
    };
    let options = provision::Options::default();
    provision::provision(&root, &map, options).await.unwrap();
    root.consumer(&durable)
}

#[tokio::test]
async fn a_product_that_changed_is_told_with_its_revision_until_it_was_told_last() {
    let mut running = Running::start().await;
    let mut told = listen(&running).await;
    let mut mug = running.save(product(1, "Mug")).await;
    running.save(product(2, "Cup")).await;
    mug.name = "Big mug".to_owned();
    running.save(mug).await;
    running.restart().await;
    let gone = wire::DeleteProductRequest {
        retailer_id: RETAILER.to_string(),
        product_id: product_id(1).to_string(),
        act: Some(new_act()),
    };
    running.catalog.clone().delete_product(gone).await.unwrap();
    let expected = BTreeMap::from([
        (product_id(1).to_string(), (3, true)),
        (product_id(2).to_string(), (1, false)),
    ]);
    let mut last: BTreeMap<String, (i64, bool)> = BTreeMap::new();
    while last != expected {
        let batch = told.next_batch(100, Duration::from_secs(20)).await;
        assert!(!batch.is_empty(), "{last:?}");
        for delivery in batch {
            let event = wire::ProductChanged::decode(delivery.payload.clone()).unwrap();
            assert_eq!(event.retailer_id, RETAILER.to_string());
            assert!(event.changed_at.is_some());
            let known = last.entry(event.product_id).or_default();
            if known.0 < event.revision {
                *known = (event.revision, event.is_deleted);
            }
            delivery.ack().await.unwrap();
        }
    }
    running
        .until("select count(*) from catalog.outbox", "0")
        .await;
}
