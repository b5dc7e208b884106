use std::time::Duration;

use bus::{Durable, Message, MessageId, Reason, Service, dead_header, durable, stream, subject};
use retail::{ConnectionId, RetailerId};
use uuid::Uuid;

use crate::support::{Broker, ROOT, ingest, shop};

const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_dead_letter_keeps_the_message_and_the_reason() {
    let broker = Broker::provisioned().await;
    let bus = broker.connect("ingest-shop1").await;
    let subject = subject::inbox(
        &shop(),
        RetailerId::new(Uuid::nil()),
        ConnectionId::new(Uuid::nil()),
    );
    let message =
        Message::new(subject.clone(), "not json").with_id(MessageId::new("delivery-1").unwrap());
    bus.publisher(&stream::inbox(&shop()))
        .publish(message)
        .await
        .unwrap();

    let mut worker = bus.consumer(&durable::worker(&shop()));
    let batch = worker.next_batch(10, SOON).await;
    let reason = Reason {
        code: "undecodable",
        detail: "expected value\nat line 1".to_owned(),
    };
    let dead = bus.dead_letters(&ingest());
    dead.bury(&batch[0], &reason).await.unwrap();
    // Again, as after a crash between the two steps: still one letter.
    dead.bury(&batch[0], &reason).await.unwrap();

    assert_eq!(worker.lag().await.unwrap().acknowledged_to, 1);
    let letter = the_only_letter(&broker).await;
    assert_eq!(letter.subject, subject::dead(&ingest()));
    assert_eq!(&letter.payload[..], b"not json");
    let header = |name| letter.header(name).unwrap();
    assert_eq!(header(dead_header::REASON), "undecodable");
    assert_eq!(header(dead_header::DETAIL), "expected value at line 1");
    assert_eq!(header(dead_header::SUBJECT), subject.as_str());
    assert_eq!(header(dead_header::STREAM), "INBOX_SHOP1");
    assert_eq!(header(dead_header::SEQUENCE), "1");
    assert_eq!(header(dead_header::DELIVERED), "1");
    assert_eq!(letter.header(dead_header::PAYLOAD_OMITTED), None);
}

#[tokio::test]
async fn a_payload_too_large_to_copy_stays_where_it_is() {
    let broker = Broker::provisioned().await;
    let ingest = broker.connect("ingest-shop1").await;
    let subject = subject::order(RetailerId::new(Uuid::nil()), ConnectionId::new(Uuid::nil()));
    let size = (1 << 20) - 300;
    ingest
        .publisher(&stream::orders())
        .publish(Message::new(subject, vec![7; size]))
        .await
        .unwrap();
    let ledger = broker.connect("ledger").await;
    let batch = ledger
        .consumer(&durable::ledger_orders())
        .next_batch(10, SOON)
        .await;
    let reason = Reason {
        code: "undecodable",
        detail: String::new(),
    };
    ledger
        .dead_letters(&Service::Ledger)
        .bury(&batch[0], &reason)
        .await
        .unwrap();
    let letter = the_only_letter(&broker).await;
    assert!(letter.payload.is_empty());
    assert_eq!(
        letter.header(dead_header::PAYLOAD_OMITTED),
        Some(size.to_string().as_str())
    );
}

async fn the_only_letter(broker: &Broker) -> bus::Delivery {
    let root = broker.connect(ROOT).await;
    let people = Durable {
        name: "people".to_owned(),
        stream: stream::dead().name,
        filter: "dead.*".to_owned(),
        ..durable::ledger_orders()
    };
    let map = bus::Map {
        streams: Vec::new(),
        durables: vec![people.clone()],
    };
    broker.provision(ROOT, &map).await;
    let mut letters = root.consumer(&people).next_batch(10, SOON).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(root.stream_info("DEAD").await.unwrap().messages, 1);
    letters.remove(0)
}
