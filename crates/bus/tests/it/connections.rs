//! The bucket `connections`.

use std::time::Duration;

use bus::{Address, Message, PublishError, durable, stream, subject};
use retail::{ConnectionId, PlatformCode};
use uuid::Uuid;

use crate::support::{Broker, shop};

const WAIT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn of_a_connection_the_newest_word_is_kept_and_only_its_own_service_says_it() {
    let broker = Broker::provisioned().await;
    let ingest = broker.connect("ingest-shop1").await;
    let publisher = ingest.publisher(&stream::connections());
    let (one, two) = [1, 2]
        .map(|id| ConnectionId::new(Uuid::from_u128(id)))
        .into();
    for (connection, word) in [(one, "old"), (two, "other"), (one, "new")] {
        let message = Message::new(subject::connection(&shop(), connection), word);
        publisher.publish(message).await.unwrap();
    }
    let anothers = PlatformCode::new("shop2").unwrap();
    let message = Message::new(subject::connection(&anothers, one), "forged");
    let refused = publisher.publish(message).await;
    assert!(
        matches!(refused, Err(PublishError::Denied { .. })),
        "{refused:?}"
    );

    let ledger = broker.connect("ledger").await;
    let mut consumer = ledger.consumer(&durable::ledger_connections());
    let mut words = Vec::new();
    while words.len() < 2 {
        for delivery in consumer.next_batch(10, WAIT).await {
            let address = delivery.subject.address().unwrap();
            let Address::Connection { connection, .. } = address else {
                panic!("{address:?}");
            };
            words.push((connection, delivery.payload.clone()));
            delivery.ack().await.unwrap();
        }
    }
    assert_eq!(words, [(two, "other".into()), (one, "new".into())]);
    let message = Message::new(subject::connection(&shop(), one), "forged");
    let publisher = ledger.publisher(&stream::connections());
    let refused = publisher.publish(message).await;
    assert!(
        matches!(refused, Err(PublishError::Denied { .. })),
        "{refused:?}"
    );
}
