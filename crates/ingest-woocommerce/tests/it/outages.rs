//! Outages, crashes and poison.

use bus::{Message, MessageId, stream, subject};
use retail::{ConnectionId, RetailerId};
use uuid::Uuid;

use crate::captures;
use service_kit::within;

use crate::support::{RETAILER, Running, Shop, platform, signed};

fn shop() -> Shop {
    Shop {
        id: Uuid::from_u128(0xA),
        secrets: vec!["s".to_owned()],
        url: None,
    }
}

async fn post(running: &Running, name: &str) -> reqwest::Response {
    let body = captures::body(name);
    let headers = signed("s", "order.created", &body);
    running.post(shop().id, headers, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_durable_copy_there_is_no_200() {
    let mut running = Running::start(&[shop()]).await;
    running.nats().kill();
    let answer = post(&running, "order-fees.01.order.created").await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "5");
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    running.nats().restart().unwrap();
    within(async || {
        let answer = post(&running, "order-fees.01.order.created").await;
        (answer.status() == 200).then_some(())
    })
    .await;
    let told = running.next_told().await;
    assert_eq!(told.connection_id, shop().id.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_survives_a_crash() {
    let mut running = Running::start(&[shop()]).await;
    assert_eq!(
        post(&running, "order-fees.01.order.created").await.status(),
        200
    );
    running.crash().await;
    running.serve().await;
    assert_eq!(
        post(&running, "order-coupon.01.order.created")
            .await
            .status(),
        200
    );
    let told = [running.next_told().await, running.next_told().await];
    assert_ne!(told[0].body, told[1].body);
}

/// What nobody can read is laid aside with the reason, and the deliveries behind it flow.
#[tokio::test(flavor = "multi_thread")]
async fn poison_is_laid_aside_and_the_others_flow() {
    let mut running = Running::start(&[shop()]).await;
    let bus = running.as_the_service().await;
    let publisher = bus.publisher(&stream::inbox(&platform()));
    let retailer = RetailerId::new(RETAILER);
    let ours = subject::inbox(&platform(), retailer, ConnectionId::new(shop().id));
    let nobodys = subject::inbox(
        &platform(),
        retailer,
        ConnectionId::new(Uuid::from_u128(0xB)),
    );
    let unsealed = proto::connect::RawDelivery {
        sealed_body: b"{\"id\":1}".to_vec().into(),
        topic: "order.created".to_owned(),
        ..proto::connect::RawDelivery::default()
    };
    let unsealed = prost::Message::encode_to_vec(&unsealed);
    for (n, (subject, payload)) in [
        (ours.clone(), b"\xff\xff\xff not protobuf".to_vec()),
        (ours, unsealed.clone()),
        (nobodys, unsealed),
    ]
    .into_iter()
    .enumerate()
    {
        let id = MessageId::new(&format!("poison-{n}")).unwrap();
        publisher
            .publish(Message::new(subject, payload).with_id(id))
            .await
            .unwrap();
    }
    assert_eq!(
        post(&running, "order-fees.01.order.created").await.status(),
        200
    );
    let told = running.next_told().await;
    assert_eq!(told.connection_id, shop().id.to_string());
    running.inbox_is_done().await;
    assert_eq!(running.messages("DEAD").await, 3);
}
