use std::collections::BTreeSet;
use std::sync::Arc;

use bus::{Message, MessageId, PublishError, Publisher, Stored, stream, subject};
use bytes::Bytes;
use futures::future::join_all;
use retail::{ConnectionId, RetailerId};
use uuid::Uuid;

use crate::support::{Broker, ROOT};

fn order(n: u128) -> bus::Subject {
    subject::order(
        RetailerId::new(Uuid::from_u128(1)),
        ConnectionId::new(Uuid::from_u128(n)),
    )
}

fn message(n: u128) -> Message {
    Message::new(order(n), Bytes::from(n.to_string()))
}

fn named(n: u128) -> Message {
    message(n).with_id(MessageId::new(&format!("m{n}")).unwrap())
}

async fn publish_at_once(
    publisher: &Publisher,
    messages: impl IntoIterator<Item = Message>,
) -> Vec<Result<Stored, PublishError>> {
    join_all(messages.into_iter().map(|m| publisher.publish(m))).await
}

#[tokio::test]
async fn an_acknowledged_message_is_in_the_stream() {
    let broker = Broker::provisioned().await;
    let bus = broker.connect("ingest-shop1").await;
    let publisher = bus.publisher(&stream::orders());
    for n in 1..=3 {
        let stored = publisher.publish(message(n.into())).await.unwrap();
        assert_eq!(
            stored,
            Stored {
                sequence: n,
                duplicate: false
            }
        );
        assert_eq!(bus.stream_info("ORDERS").await.unwrap().last_sequence, n);
    }
}

#[tokio::test]
async fn concurrent_publishes_are_each_stored_once_at_the_sequence_they_are_told() {
    let broker = Broker::provisioned().await;
    let bus = broker.connect("ingest-shop1").await;
    let publisher = bus.publisher(&stream::orders());
    let mut told = Vec::new();
    for (at_once, first) in [(1, 0), (64, 1_000), (256, 2_000), (1_200, 3_000)] {
        let messages = (first..first + at_once).map(named);
        for (n, stored) in (first..).zip(publish_at_once(&publisher, messages).await) {
            let stored = stored.unwrap();
            assert!(!stored.duplicate);
            told.push((stored.sequence, n));
        }
    }
    told.sort_unstable();
    let total = told.len();
    assert_eq!(
        bus.stream_info("ORDERS").await.unwrap().messages,
        total as u64
    );

    let mut consumer = broker
        .connect("ledger")
        .await
        .consumer(&bus::durable::ledger_orders());
    let mut read = Vec::new();
    while read.len() < total {
        for delivery in consumer
            .next_batch(500, std::time::Duration::from_secs(5))
            .await
        {
            let n: u128 = std::str::from_utf8(&delivery.payload)
                .unwrap()
                .parse()
                .unwrap();
            assert_eq!(delivery.subject, order(n));
            read.push((delivery.stream_sequence, n));
            delivery.ack().await.unwrap();
        }
    }
    assert_eq!(read, told);
}

#[tokio::test]
async fn repeats_are_stored_once_and_told_so() {
    let broker = Broker::provisioned().await;
    let bus = broker.connect("ingest-shop1").await;
    let publisher = bus.publisher(&stream::orders());

    // Within one batch.
    let outcomes = publish_at_once(&publisher, (0..90).map(|n| named(n % 30))).await;
    let stored: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
    assert_eq!(stored.iter().filter(|s| !s.duplicate).count(), 30);
    let sequences: BTreeSet<_> = stored.iter().map(|s| s.sequence).collect();
    assert_eq!(sequences, (1..=30).collect());

    // Against what this publisher remembers.
    let again = publisher.publish(named(7)).await.unwrap();
    assert_eq!(
        again,
        Stored {
            sequence: 8,
            duplicate: true
        }
    );

    // Against what only the broker remembers, mixed with new ones: the broker refuses the batch as a whole.
    let other = bus.publisher(&stream::orders());
    let outcomes = publish_at_once(&other, (20..60).map(named)).await;
    for (n, stored) in (20..60).zip(outcomes) {
        let stored = stored.unwrap();
        assert_eq!(stored.duplicate, n < 30, "{n}");
        if n < 30 {
            assert_eq!(stored.sequence, n + 1);
        }
    }
    assert_eq!(bus.stream_info("ORDERS").await.unwrap().messages, 60);
}

#[tokio::test]
async fn one_bad_message_does_not_harm_its_neighbours() {
    let broker = Broker::provisioned().await;
    let root = broker.connect(ROOT).await;
    // The stream is smaller than this publisher believes, so that the refusal is the broker's.
    let mut map = bus::Map::whole(&[]);
    map.streams[0].max_message_bytes = 2_000;
    broker.provision(ROOT, &map).await;
    let publisher = root.publisher(&stream::orders());
    let messages = (0..50).map(|n| {
        if n == 20 {
            Message::new(order(n), vec![0; 3_000])
        } else {
            message(n)
        }
    });
    for (n, outcome) in publish_at_once(&publisher, messages)
        .await
        .into_iter()
        .enumerate()
    {
        if n == 20 {
            assert!(matches!(
                outcome,
                Err(PublishError::TooLarge { bytes: 3_000, .. })
            ));
        } else {
            outcome.unwrap();
        }
    }
    assert_eq!(root.stream_info("ORDERS").await.unwrap().messages, 49);
}

#[tokio::test]
async fn a_message_known_to_be_too_large_is_refused_at_once() {
    let broker = Broker::provisioned().await;
    let bus = broker.connect("ingest-shop1").await;
    let publisher = bus.publisher(&stream::orders());
    let outcome = publisher
        .publish(Message::new(order(1), vec![0; 1 << 20]))
        .await;
    assert!(matches!(outcome, Err(PublishError::TooLarge { .. })));
    let largest = (1 << 20) - 1_000;
    publisher
        .publish(Message::new(order(1), vec![0; largest]))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_full_stream_says_so_and_keeps_what_it_has() {
    let broker = Broker::provisioned().await;
    let root = broker.connect(ROOT).await;
    let mut map = bus::Map::whole(&[]);
    map.streams[0].max_bytes = 100_000;
    broker.provision(ROOT, &map).await;
    let publisher = root.publisher(&stream::orders());
    let mut stored = 0;
    for _ in 0..4 {
        let messages = (0..40).map(|n| Message::new(order(n), vec![0; 1_000]));
        for outcome in publish_at_once(&publisher, messages).await {
            match outcome {
                Ok(_) => stored += 1,
                Err(error) => assert!(matches!(error, PublishError::Full { .. }), "{error}"),
            }
        }
    }
    // Filled to the last message that fits, though whole batches were refused on the way.
    assert!(stored > 80, "{stored} stored");
    let state = root.stream_info("ORDERS").await.unwrap();
    assert_eq!((state.messages, state.first_sequence), (stored, 1));
}

#[tokio::test]
async fn a_subject_of_someone_else_is_denied_and_its_neighbours_are_not() {
    let broker = Broker::provisioned().await;
    let bus = broker.connect("ingest-shop1").await;
    let publisher = bus.publisher(&stream::orders());
    let foreign = subject::stock_changed(RetailerId::new(Uuid::from_u128(1)));
    let messages = (0..40).map(|n| match n {
        9 | 39 => Message::new(foreign.clone(), "x"),
        n => message(n),
    });
    for (n, outcome) in publish_at_once(&publisher, messages)
        .await
        .into_iter()
        .enumerate()
    {
        match n {
            9 | 39 => assert_eq!(
                outcome,
                Err(PublishError::Denied {
                    subject: foreign.as_str().into()
                })
            ),
            _ => assert!(outcome.is_ok(), "{n}: {outcome:?}"),
        }
    }
    assert_eq!(bus.stream_info("ORDERS").await.unwrap().messages, 38);
}

#[tokio::test]
async fn what_waits_when_the_bus_drains_is_still_stored() {
    let broker = Broker::provisioned().await;
    let bus = broker.connect("ingest-shop1").await;
    let publisher = bus.publisher(&stream::orders());
    let publishing = publish_at_once(&publisher, (0..30).map(named));
    tokio::pin!(publishing);
    // Everything is in the queue after the first poll.
    assert!(futures::poll!(&mut publishing).is_pending());
    let (outcomes, ()) = tokio::join!(publishing, bus.drain());
    for outcome in outcomes {
        outcome.unwrap();
    }
    let refused = publisher.publish(message(1)).await;
    assert!(matches!(refused, Err(PublishError::Unavailable { .. })));
    bus.closed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_may_share_one_publisher() {
    let broker = Broker::provisioned().await;
    let bus = broker.connect("ingest-shop1").await;
    let publisher = Arc::new(bus.publisher(&stream::orders()));
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..64_u128 {
        let publisher = publisher.clone();
        tasks.spawn(async move {
            for n in 0..20 {
                publisher.publish(named(task * 1_000 + n)).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(bus.stream_info("ORDERS").await.unwrap().messages, 64 * 20);
}
