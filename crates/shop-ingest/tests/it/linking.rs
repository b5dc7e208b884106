//! The life of a connection: linked, paused, parted with, linked again.

use std::time::Duration;

use proto::connect as wire;
use proto::connect::connections_client::ConnectionsClient;
use proto::connect::{Connection, ConnectionState, Consequence, Health};
use service::access::Authorized;
use service_kit::within;
use tonic::Code;

use crate::database::{REGISTER, RETAILER, connection_id};
use crate::running::{POLL_EVERY, Running, SECRET, ago};
use crate::stall::{HINT, Mood, Shop, ShopOrder, WHOLE};

const NEW_SECRET: &str = "hush-9";

pub async fn client(running: &Running) -> ConnectionsClient<Authorized> {
    ConnectionsClient::new(service_kit::as_operator(&running.grpc))
}

async fn get(running: &Running, number: u128) -> (Connection, Health) {
    let request = wire::GetConnectionRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: connection_id(number).to_string(),
    };
    let answer = client(running).await.get_connection(request).await.unwrap();
    let wire::GetConnectionResponse {
        connection, health, ..
    } = answer.into_inner();
    (connection.unwrap(), health.unwrap())
}

pub fn link_request(number: u128) -> wire::LinkRequest {
    wire::LinkRequest {
        retailer_id: RETAILER.to_string(),
        shop_url: format!("https://stall-{number}.example"),
        key: "ck".to_owned(),
        secret: "cs".to_owned(),
        signing_secrets: vec![NEW_SECRET.to_owned()],
        allow_plain_http: false,
        settings: Some(wire::SettingsChange {
            register_id: REGISTER.to_string(),
            ..wire::SettingsChange::default()
        }),
        check_acknowledged: true,
        another_shop_confirmed: false,
    }
}

pub fn disconnect_request(number: u128, confirmed: bool) -> wire::DisconnectRequest {
    wire::DisconnectRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: connection_id(number).to_string(),
        confirmed,
    }
}

/// Long enough for several rounds, if there were any.
pub async fn some_rounds() {
    tokio::time::sleep(POLL_EVERY * 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r_10_a_shop_linked_again_gets_its_connection_back_and_nothing_is_told_twice() {
    let shop = Shop {
        orders: vec![ShopOrder::new("1", ago(60), "paid")],
        clock: Some(ago(0)),
        ..Shop::default()
    };
    let mut running = Running::start(vec![shop]).await;
    let books = running.books.clone();
    within(async || (books.told().len() == 1).then_some(())).await;
    within(async || get(&running, 1).await.0.store).await;

    let mut connections = client(&running).await;
    let asked = connections.disconnect(disconnect_request(1, false)).await;
    let asked = asked.unwrap().into_inner();
    assert_eq!(asked.connection.unwrap().state(), ConnectionState::Live);
    for consequence in [
        Consequence::DeliveriesRefused,
        Consequence::SalesStay,
        Consequence::ReconnectingCatchesUp,
    ] {
        assert!(asked.consequences.contains(&consequence.into()));
    }
    let parted = connections.disconnect(disconnect_request(1, true)).await;
    let parted = parted.unwrap().into_inner();
    assert_eq!(
        parted.connection.unwrap().state(),
        ConnectionState::Disconnected
    );
    assert!(parted.hooks_removed.unwrap() > 0);

    // Nothing is taken from it and it is asked for nothing, also after a restart.
    running.crash().await;
    running.serve().await;
    let body = ShopOrder::new("2", ago(10), "paid").body();
    let answer = running.post_signed(1, SECRET, WHOLE, body).await;
    assert_eq!(answer, 401);
    let listed = running.shop(1, |shop| {
        shop.orders.push(ShopOrder::new("2", ago(10), "paid"));
        shop.clock = Some(ago(0));
        shop.listed.len()
    });
    some_rounds().await;
    assert_eq!(running.shop(1, |shop| shop.listed.len()), listed);
    assert!(running.shop(1, |shop| shop.hooked.is_empty()));

    let linked = client(&running).await.link(link_request(1)).await;
    let linked = linked.unwrap().into_inner();
    let connection = linked.connection.unwrap();
    assert!(linked.reconnected);
    assert_eq!(connection.connection_id, connection_id(1).to_string());
    assert_eq!(connection.state(), ConnectionState::Live);
    within(async || (books.told().len() == 2).then_some(())).await;
    assert_eq!(books.told()[1].order, "2", "what changed meanwhile");
    let body = ShopOrder::new("3", ago(5), "paid").body();
    let by_the_old = running.post_signed(1, SECRET, WHOLE, body.clone()).await;
    assert_eq!(by_the_old, 401);

    // The seed file does not undo what a person did.
    running.crash().await;
    running.serve().await;
    let by_the_new = running.post_signed(1, NEW_SECRET, WHOLE, body).await;
    assert_eq!(by_the_new, 200);
    within(async || (books.told().len() == 3).then_some(())).await;
    some_rounds().await;
    assert_eq!(books.told().len(), 3, "{:#?}", books.told());
}

/// Acknowledged means kept: parting with a shop loses nothing that was taken from it before.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_before_a_shop_is_parted_with_is_told_after_it() {
    let shop = Shop {
        orders: vec![ShopOrder::new("1", ago(60), "paid")],
        mood: Mood::Busy(Duration::from_secs(2)),
        ..Shop::default()
    };
    let running = Running::start(vec![shop]).await;
    running.polls(1, 1).await;
    running.post(1, HINT, "1".to_owned()).await;
    let parted = client(&running)
        .await
        .disconnect(disconnect_request(1, true))
        .await;
    assert!(parted.is_ok());
    assert!(running.books.told().is_empty());
    running.shop(1, |shop| shop.mood = Mood::Well);
    let books = &running.books;
    within(async || (books.told().len() == 1).then_some(())).await;
    assert_eq!(running.messages("DEAD").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_shop_is_at_work_at_once() {
    let running = Running::start(vec![Shop::default()]).await;
    let linked = client(&running).await.link(link_request(9)).await;
    let linked = linked.unwrap().into_inner();
    assert!(!linked.reconnected);
    let connection = linked.connection.unwrap();
    assert_eq!(connection.store.unwrap().currency, "CAD");
    let id = connection.connection_id.parse().unwrap();
    within(async || {
        running
            .stall
            .with(id, |shop| {
                !shop.listed.is_empty() && !shop.hooked.is_empty()
            })
            .then_some(())
    })
    .await;
    let again = client(&running).await.link(link_request(9)).await;
    assert!(again.unwrap().into_inner().reconnected);
    let request = wire::ListConnectionsRequest {
        retailer_id: RETAILER.to_string(),
    };
    let list = client(&running).await.list_connections(request).await;
    let list = list.unwrap().into_inner();
    assert_eq!(list.connections.len(), 2);
    assert!(!format!("{list:?}").contains("hush"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_connection_is_listened_to_and_asked_for_nothing() {
    let running = Running::start(vec![Shop::default()]).await;
    running.polls(1, 1).await;
    let (retailer_id, id) = (RETAILER.to_string(), connection_id(1).to_string());
    let request = wire::PauseRequest {
        retailer_id: retailer_id.clone(),
        connection_id: id.clone(),
    };
    let paused = client(&running).await.pause(request).await.unwrap();
    let paused = paused.into_inner().connection.unwrap();
    assert_eq!(paused.state(), ConnectionState::Paused);
    let listed = running.shop(1, |shop| shop.listed.len());
    let body = ShopOrder::new("1", ago(5), "paid").body();
    running.post(1, WHOLE, body).await;
    let books = &running.books;
    within(async || (books.told().len() == 1).then_some(())).await;
    some_rounds().await;
    assert_eq!(running.shop(1, |shop| shop.listed.len()), listed);

    let request = wire::ResumeRequest {
        retailer_id,
        connection_id: id,
    };
    client(&running).await.resume(request).await.unwrap();
    running.polls(1, 1).await;
    let (connection, health) = within(async || {
        let (connection, health) = get(&running, 1).await;
        health
            .last_polled_at
            .is_some()
            .then_some((connection, health))
    })
    .await;
    assert_eq!(connection.state(), ConnectionState::Live);
    assert!(health.last_delivery_at.is_some());
    assert!(health.polled_to.is_some());
    assert_eq!(health.hooks.unwrap().failures, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_linked_is_refused_with_a_reason_and_no_secret() {
    let running = Running::start(vec![Shop::default()]).await;
    let mut connections = client(&running).await;
    let good = link_request(9);
    for (request, code) in [
        (
            wire::LinkRequest {
                secret: "hush-wrong".to_owned(),
                ..good.clone()
            },
            Code::FailedPrecondition,
        ),
        (
            wire::LinkRequest {
                shop_url: "http://stall-9.example".to_owned(),
                ..good.clone()
            },
            Code::InvalidArgument,
        ),
        (
            wire::LinkRequest {
                signing_secrets: Vec::new(),
                ..good.clone()
            },
            Code::InvalidArgument,
        ),
        (
            wire::LinkRequest {
                retailer_id: "somebody".to_owned(),
                ..good
            },
            Code::InvalidArgument,
        ),
    ] {
        let status = connections.link(request).await.unwrap_err();
        assert_eq!(status.code(), code, "{status}");
        assert!(!status.message().contains("hush"), "{status}");
    }
    let foreign = wire::PauseRequest {
        retailer_id: uuid::Uuid::from_u128(2).to_string(),
        connection_id: connection_id(1).to_string(),
    };
    let status = connections.pause(foreign).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}
