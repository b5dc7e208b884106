use bus::permission::ADMIN;
use bus::provision::{Options, ProvisionError, provision};
use bus::{Difference, Map, check};

use crate::support::{Broker, ROOT, ingest, shop};

#[tokio::test]
async fn provisioning_again_and_at_once_changes_nothing() {
    let broker = Broker::start();
    let admin = broker.connect(ADMIN).await;
    let map = Map::whole(&[shop()]);
    let at_once = || provision(&admin, &map, Options::default());
    let (a, b, c) = tokio::join!(at_once(), at_once(), at_once());
    a.and(b).and(c).unwrap();
    at_once().await.unwrap();

    check::layout(&admin, &map).await.unwrap();
    for service in [ingest(), bus::Service::Ledger] {
        let bus = broker.connect(&service.to_string()).await;
        check::layout(&bus, &Map::of(&service)).await.unwrap();
    }
}

#[tokio::test]
async fn a_setting_that_may_change_is_changed() {
    let broker = Broker::provisioned().await;
    let admin = broker.connect(ADMIN).await;
    let mut map = Map::whole(&[shop()]);
    map.streams[0].max_bytes += 1 << 20;
    map.durables[0].max_ack_pending = 7;
    provision(&admin, &map, Options::default()).await.unwrap();
    check::layout(&admin, &map).await.unwrap();
}

#[tokio::test]
async fn a_broker_that_is_not_as_asked_is_told_apart() {
    let broker = Broker::provisioned().await;
    let mut other = Map::of(&ingest());
    other.streams[1].max_message_bytes = 4_096;
    other.durables[0].max_ack_pending = 7;
    let ingest = broker.connect("ingest-shop1").await;
    let error = check::layout(&ingest, &other).await.unwrap_err();
    let check::CheckError::Different(differences) = error else {
        panic!("{error}");
    };
    let told: Vec<_> = differences.iter().map(Difference::to_string).collect();
    assert_eq!(
        told,
        [
            "stream ORDERS: max_message_size is 1048576, asked was 4096",
            "consumer worker-shop1: max_ack_pending is 20000, asked was 7"
        ]
    );
}

#[tokio::test]
async fn what_the_broker_refuses_names_the_stream() {
    let broker = Broker::provisioned().await;
    let admin = broker.connect(ADMIN).await;
    let mut map = Map::whole(&[]);
    // Two streams cannot take one subject.
    map.streams[0].name = "OTHER".to_owned();
    let error = provision(&admin, &map, Options::default())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ProvisionError::Refused { of, .. } if of == "stream OTHER"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_stream_is_told() {
    let broker = Broker::start();
    let root = broker.connect(ROOT).await;
    let error = check::layout(&root, &Map::whole(&[])).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("stream ORDERS is not on the broker"),
        "{error}"
    );
}
