use std::time::{Duration, Instant};

use bus::{Bus, Consumer, Lag, Message, ack_all, durable, stream, subject};
use futures::future::join_all;
use retail::{ConnectionId, RetailerId};
use uuid::Uuid;

use crate::support::{Broker, ROOT};

const SOON: Duration = Duration::from_secs(5);

async fn with_orders(count: u128) -> (Broker, Bus) {
    let broker = Broker::provisioned().await;
    let bus = broker.connect("ingest-shop1").await;
    let publisher = bus.publisher(&stream::orders());
    let retailer = RetailerId::new(Uuid::from_u128(1));
    let publishing = (0..count).map(|n| {
        let subject = subject::order(retailer, ConnectionId::new(Uuid::from_u128(n)));
        publisher.publish(Message::new(subject, n.to_string()))
    });
    for outcome in join_all(publishing).await {
        outcome.unwrap();
    }
    let ledger = broker.connect("ledger").await;
    (broker, ledger)
}

fn orders(bus: &Bus) -> Consumer {
    bus.consumer(&durable::ledger_orders())
}

#[tokio::test]
async fn a_batch_is_read_and_acknowledged() {
    let (_broker, bus) = with_orders(1_200).await;
    let mut consumer = orders(&bus);
    let began = jiff::Timestamp::UNIX_EPOCH;
    let mut read = Vec::new();
    while read.len() < 1_200 {
        let batch = consumer.next_batch(500, SOON).await;
        assert!((1..=500).contains(&batch.len()));
        for delivery in &batch {
            assert_eq!(delivery.delivered, 1);
            assert!(delivery.published_at > began);
            assert!(matches!(
                delivery.subject.address(),
                Ok(bus::Address::Order { .. })
            ));
            read.push(delivery.stream_sequence);
        }
        ack_all(&batch).await.unwrap();
    }
    assert_eq!(read, (1..=1_200).collect::<Vec<_>>());
    let lag = consumer.lag().await.unwrap();
    assert_eq!(
        lag,
        Lag {
            pending: 0,
            ack_pending: 0,
            redelivered: 0,
            acknowledged_to: 1_200
        }
    );
}

#[tokio::test]
async fn what_is_already_here_comes_as_one_batch() {
    let (_broker, bus) = with_orders(400).await;
    let mut consumer = orders(&bus);
    let first = consumer.next_batch(1, SOON).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let rest = consumer.next_batch(1_000, SOON).await;
    assert_eq!((first.len(), rest.len()), (1, 399));
}

#[tokio::test]
async fn an_empty_stream_gives_an_empty_batch_in_time() {
    let (_broker, bus) = with_orders(0).await;
    let mut consumer = orders(&bus);
    let began = Instant::now();
    let batch = consumer.next_batch(10, Duration::from_millis(300)).await;
    assert!(batch.is_empty());
    assert!((250..2_000).contains(&began.elapsed().as_millis()));
}

#[tokio::test]
async fn without_an_acknowledgement_a_message_comes_again() {
    let broker = Broker::provisioned().await;
    let root = broker.connect(ROOT).await;
    let mut map = bus::Map::whole(&[]);
    map.durables[0].ack_wait = Duration::from_secs(1);
    broker.provision(ROOT, &map).await;
    let subject = subject::order(RetailerId::new(Uuid::nil()), ConnectionId::new(Uuid::nil()));
    root.publisher(&stream::orders())
        .publish(Message::new(subject, "x"))
        .await
        .unwrap();

    let mut consumer = orders(&root);
    let first = consumer.next_batch(10, SOON).await;
    assert_eq!(first[0].delivered, 1);
    // At work, it does not.
    for _ in 0..4 {
        first[0].progress().await.unwrap();
        let none = consumer.next_batch(10, Duration::from_millis(500)).await;
        assert!(none.is_empty());
    }
    let again = consumer.next_batch(10, SOON).await;
    assert_eq!((again.len(), again[0].stream_sequence), (1, 1));
    assert_eq!(again[0].delivered, 2);
    again[0].double_ack().await.unwrap();
    let none = consumer.next_batch(10, Duration::from_millis(1_500)).await;
    assert!(none.is_empty());
}

#[tokio::test]
async fn a_delayed_message_comes_after_its_delay_while_others_flow() {
    let (_broker, bus) = with_orders(2).await;
    let mut consumer = orders(&bus);
    let mut batch = consumer.next_batch(10, SOON).await;
    while batch.len() < 2 {
        batch.extend(consumer.next_batch(10, SOON).await);
    }
    let began = Instant::now();
    batch[0].nak(Duration::from_millis(700)).await.unwrap();
    batch[1].ack().await.unwrap();
    let again = consumer.next_batch(10, SOON).await;
    assert!(began.elapsed() >= Duration::from_millis(600));
    assert_eq!((again[0].stream_sequence, again[0].delivered), (1, 2));
}

#[tokio::test]
async fn another_reader_goes_on_where_the_last_one_stopped() {
    let (_broker, bus) = with_orders(10).await;
    let mut consumer = orders(&bus);
    let mut batch = consumer.next_batch(10, SOON).await;
    while batch.len() < 10 {
        batch.extend(consumer.next_batch(10, SOON).await);
    }
    ack_all(&batch[..4]).await.unwrap();
    for delivery in &batch[4..] {
        delivery.nak(Duration::ZERO).await.unwrap();
    }
    drop(consumer);
    let mut consumer = orders(&bus);
    let mut again = Vec::new();
    while again.len() < 6 {
        let batch = consumer.next_batch(10, SOON).await;
        assert!(!batch.is_empty());
        ack_all(&batch).await.unwrap();
        again.extend(batch.iter().map(|delivery| delivery.stream_sequence));
    }
    again.sort_unstable();
    assert_eq!(again, (5..=10).collect::<Vec<_>>());
}

#[tokio::test]
async fn large_messages_flow_too() {
    const COUNT: u64 = 40;
    let broker = Broker::provisioned().await;
    let ingest = broker.connect("ingest-shop1").await;
    let publisher = ingest.publisher(&stream::orders());
    let subject = subject::order(RetailerId::new(Uuid::nil()), ConnectionId::new(Uuid::nil()));
    let publishing =
        (0..COUNT).map(|_| publisher.publish(Message::new(subject.clone(), vec![7; 900_000])));
    for outcome in join_all(publishing).await {
        outcome.unwrap();
    }
    // More than one pull request's worth of bytes, several times over.
    let mut consumer = orders(&broker.connect("ledger").await);
    let mut read = 0;
    while read < COUNT {
        let batch = consumer.next_batch(5, SOON).await;
        assert!(!batch.is_empty(), "stalled after {read}");
        ack_all(&batch).await.unwrap();
        read += batch.len() as u64;
    }
}

#[tokio::test]
async fn the_oldest_that_waits_is_told_with_when_it_came() {
    let (broker, bus) = with_orders(0).await;
    let durable = durable::ledger_orders();
    assert_eq!(bus.oldest_waiting(&durable).await.unwrap(), None);
    let publisher = broker
        .connect("ingest-shop1")
        .await
        .publisher(&stream::orders());
    let retailer = RetailerId::new(Uuid::from_u128(1));
    let [one, other] =
        [1, 2].map(|of| subject::order(retailer, ConnectionId::new(Uuid::from_u128(of))));
    for subject in [&one, &one, &other] {
        let message = Message::new(subject.clone(), "an order");
        publisher.publish(message).await.unwrap();
    }
    let after = async |place, subject| {
        let came = bus.came_after(&durable, place, subject).await;
        came.unwrap()
    };
    let first = bus.oldest_waiting(&durable).await.unwrap();
    let last = after(2, &other).await;
    assert!(first.is_some() && after(0, &one).await == first);
    assert!(after(1, &one).await > first && last > first);
    assert_eq!(after(2, &one).await, None);
    assert_eq!(bus.handed_to(&durable).await.unwrap(), 0);

    // The second is done before the first: that one waits all the same.
    let mut consumer = orders(&bus);
    let mut batch = Vec::new();
    while batch.len() < 3 {
        batch.extend(consumer.next_batch(3, SOON).await);
    }
    assert_eq!(bus.handed_to(&durable).await.unwrap(), 3);
    for (done, waits) in [(1, first), (0, last), (2, None)] {
        batch[done].double_ack().await.unwrap();
        assert_eq!(bus.oldest_waiting(&durable).await.unwrap(), waits);
    }
}
