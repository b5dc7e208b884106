//! The broker dies in the middle.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bus::{Lag, Message, MessageId, ack_all, durable, stream, subject};
use retail::{ConnectionId, RetailerId};
use uuid::Uuid;

use crate::support::{Broker, ROOT};

const PUBLISHERS: usize = 32;
const KILLS: usize = 3;

fn message(id: &str) -> Message {
    let subject = subject::order(RetailerId::new(Uuid::nil()), ConnectionId::new(Uuid::nil()));
    Message::new(subject, id.to_owned()).with_id(MessageId::new(id).unwrap())
}

/// What was acknowledged is there, once, whatever dies when. Publishers try again under the same id, the reader
/// reads on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledged_message_outlives_the_broker() {
    let broker = Arc::new(Broker::provisioned().await);
    let mut map = bus::Map::whole(&[]);
    // What dies with the broker on its way to the reader comes again after this time.
    map.durables[0].ack_wait = Duration::from_secs(1);
    broker.provision(ROOT, &map).await;
    let ingest = broker.connect("ingest-shop1").await;
    let publisher = ingest.publisher(&stream::orders());
    let over = Arc::new(AtomicBool::new(false));

    let mut publishing = tokio::task::JoinSet::new();
    for task in 0..PUBLISHERS {
        let (publisher, over) = (publisher.clone(), over.clone());
        publishing.spawn(async move {
            let mut acknowledged = Vec::new();
            for n in 0.. {
                let id = format!("{task}-{n}");
                while publisher.publish(message(&id)).await.is_err() {}
                acknowledged.push(id);
                if over.load(Ordering::Relaxed) {
                    break;
                }
            }
            acknowledged
        });
    }

    let ledger = broker.connect("ledger").await;
    let done = Arc::new(AtomicBool::new(false));
    let mut reading = tokio::task::JoinSet::new();
    let stop = done.clone();
    reading.spawn(async move {
        let mut consumer = ledger.consumer(&durable::ledger_orders());
        let (mut ids, mut sequences) = (BTreeSet::new(), BTreeSet::new());
        loop {
            let batch = consumer.next_batch(500, Duration::from_millis(200)).await;
            for delivery in &batch {
                ids.insert(String::from_utf8(delivery.payload.to_vec()).unwrap());
                sequences.insert(delivery.stream_sequence);
            }
            // A lost acknowledgement brings the message again, that is all.
            let _ = ack_all(&batch).await;
            if batch.is_empty()
                && stop.load(Ordering::Relaxed)
                && let Ok(Lag {
                    pending: 0,
                    ack_pending: 0,
                    ..
                }) = consumer.lag().await
            {
                return (ids, sequences);
            }
        }
    });

    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let broker = broker.clone();
        tokio::task::spawn_blocking(move || {
            broker.kill();
            broker.restart();
        })
        .await
        .unwrap();
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    over.store(true, Ordering::Relaxed);

    let mut acknowledged = BTreeSet::new();
    while let Some(ids) = publishing.join_next().await {
        acknowledged.extend(ids.unwrap());
    }
    done.store(true, Ordering::Relaxed);
    let (read, sequences) = reading.join_next().await.unwrap().unwrap();

    let state = ingest.stream_info("ORDERS").await.unwrap();
    let lost = acknowledged.difference(&read).count();
    assert_eq!(lost, 0, "of {} acknowledged", acknowledged.len());
    assert_eq!(sequences.len(), acknowledged.len(), "stored once each");
    assert_eq!(state.messages, acknowledged.len() as u64);
    assert!(acknowledged.len() > 200, "{} messages", acknowledged.len());
}

#[tokio::test]
async fn a_publisher_says_unavailable_while_the_broker_is_away_and_works_afterwards() {
    let broker = Broker::provisioned().await;
    let bus = broker.connect("ingest-shop1").await;
    let publisher = bus.publisher(&stream::orders());
    publisher.publish(message("a")).await.unwrap();
    broker.kill();
    let began = Instant::now();
    let away = publisher.publish(message("b")).await;
    assert!(
        matches!(away, Err(bus::PublishError::Unavailable { .. })),
        "{away:?}"
    );
    assert!(
        began.elapsed() < Duration::from_secs(6),
        "{:?}",
        began.elapsed()
    );
    broker.restart();
    let until = Instant::now() + Duration::from_secs(20);
    let stored = loop {
        match publisher.publish(message("b")).await {
            Ok(stored) => break stored,
            Err(error) => assert!(Instant::now() < until, "{error}"),
        }
    };
    assert_eq!(stored.sequence, 2);
    assert_eq!(bus.stream_info("ORDERS").await.unwrap().messages, 2);
}
