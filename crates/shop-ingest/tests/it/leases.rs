//! A shop, lent to the service that writes to it.

use std::time::Duration;

use jiff::SignedDuration;
use proto::connect as wire;
use proto::connect::connections_client::ConnectionsClient;
use proto::connect::leases_client::LeasesClient;
use proto::convert::instant_from;
use retail::ConnectionId;
use secrecy::ExposeSecret as _;
use service::access::{Authorized, PUSHER};
use service::clock::{Clock as _, SystemClock};
use service_kit::{bearer, within};
use tonic::transport::Endpoint;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::database::{RETAILER, connection_id};
use crate::running::{Running, ago};
use crate::stall::{HINT, LISTS_WITHIN, Mood, Shop, ShopOrder};

fn pusher(running: &Running) -> Authorized {
    let token = service_kit::secrets()
        .keys()
        .mint(PUSHER, SystemClock.now());
    let endpoint = Endpoint::from_shared(running.grpc.clone()).unwrap();
    bearer(token.expose_secret()).on(endpoint.connect_lazy())
}

fn of(connection: ConnectionId) -> wire::LeaseShopRequest {
    wire::LeaseShopRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: connection.to_string(),
        ..wire::LeaseShopRequest::default()
    }
}

async fn lease(
    running: &Running,
    request: wire::LeaseShopRequest,
) -> Result<wire::LeaseShopResponse, Status> {
    let mut leases = LeasesClient::new(pusher(running));
    Ok(leases.lease_shop(request).await?.into_inner())
}

fn violation(refused: &Status) -> String {
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");
    let failure = refused.get_details_precondition_failure().unwrap();
    failure.violations[0].r#type.clone()
}

#[tokio::test]
async fn a_shop_is_lent_with_what_it_is_asked_by_and_a_share_of_its_allowance() {
    let running = Running::start(vec![Shop::default()]).await;
    let id = connection_id(1);
    let way = lease(&running, of(id)).await.unwrap();
    assert_eq!(way.url.trim_end_matches('/'), "https://stall-1.example");
    assert_eq!((way.key.as_str(), way.secret.as_str()), ("ck", "cs"));
    assert_eq!(
        (way.is_plain_http, way.units, way.more_in_ms),
        (false, 0, 0)
    );
    let until = instant_from("valid_until", way.valid_until).unwrap();
    let life = until.duration_since(SystemClock.now()).as_secs();
    assert!((50..=60).contains(&life), "{life}");
    assert!(way.per_second > 0 && way.at_once > 0);

    let wanted = wire::LeaseShopRequest {
        units: 10_000,
        ..of(id)
    };
    let most = lease(&running, wanted.clone()).await.unwrap();
    assert!(
        most.units > 0 && most.units <= way.at_once,
        "{}",
        most.units
    );
    assert!(most.more_in_ms > 0);
    // What is not used comes back.
    let back = wire::LeaseShopRequest {
        settled: i32::try_from(most.units).unwrap(),
        ..wanted
    };
    let again = lease(&running, back).await.unwrap();
    assert!(
        again.units >= most.units,
        "{} of {}",
        again.units,
        most.units
    );
}

#[tokio::test]
async fn a_refusal_for_haste_is_heeded_by_reads_as_well() {
    let running = Running::start(vec![Shop::default(), Shop::default()]).await;
    running.polls(1, 1).await;
    let refused = wire::LeaseShopRequest {
        units: 1,
        refused_for_ms: 60_000,
        ..of(connection_id(1))
    };
    let alone = lease(&running, refused).await.unwrap();
    assert_eq!(alone.units, 0);
    assert!((50_000..=60_000).contains(&alone.more_in_ms));
    // One question may have been on its way.
    running.polls(2, 2).await;
    let asked = running.shop(1, |shop| shop.listed.len());
    running.polls(2, 3).await;
    assert_eq!(running.shop(1, |shop| shop.listed.len()), asked);
    let other = wire::LeaseShopRequest {
        units: 1,
        ..of(connection_id(2))
    };
    assert_eq!(lease(&running, other).await.unwrap().units, 1);
}

#[tokio::test]
async fn r_04_a_delivery_is_unread_until_its_order_is_told() {
    let running = Running::start(vec![Shop::default(), Shop::default()]).await;
    let id = connection_id(1);
    assert_eq!(lease(&running, of(id)).await.unwrap().unread_since, None);
    let before = SystemClock.now();
    running.shop(1, |shop| {
        shop.mood = Mood::Hangs;
        shop.orders.push(ShopOrder::new("7", ago(1), "paid"));
    });
    running.post(1, HINT, "7".to_owned()).await;
    let since = within(async || lease(&running, of(id)).await.unwrap().unread_since).await;
    let since = instant_from("unread_since", Some(since)).unwrap();
    assert!(since.as_second() >= before.as_second() - 1);
    // Another shop's is none of it.
    let other = lease(&running, of(connection_id(2))).await.unwrap();
    assert_eq!(other.unread_since, None);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(
        lease(&running, of(id))
            .await
            .unwrap()
            .unread_since
            .is_some()
    );
}

#[tokio::test]
async fn r_04_a_lease_tells_up_to_when_the_shops_orders_were_listed() {
    let running = Running::start(vec![Shop::default()]).await;
    let id = connection_id(1);
    let listed_to = async || {
        let lent = lease(&running, of(id)).await.unwrap();
        let to = lent.orders_listed_to?;
        Some(instant_from("orders_listed_to", Some(to)).unwrap())
    };
    let before = SystemClock.now();
    let first = within(listed_to).await;
    // Less what the shop may list late.
    let late = SignedDuration::try_from(LISTS_WITHIN).unwrap();
    assert!(first <= SystemClock.now() - late);
    within(async || listed_to().await.filter(|to| *to > before - late)).await;
    // A shop that lists nothing leaves it where it was, and so does a listing that is not at its end.
    running.shop(1, |shop| shop.mood = Mood::Away);
    let asked = running.shop(1, |shop| shop.listed.len());
    within(async || (running.shop(1, |shop| shop.listed.len()) > asked + 1).then_some(())).await;
    let stands = listed_to().await;
    running.polls(1, 2).await;
    assert_eq!(listed_to().await, stands);
    running.shop(1, |shop| shop.mood = Mood::Well);
    within(async || listed_to().await.filter(|to| Some(*to) > stands)).await;
}

#[tokio::test]
async fn a_shop_that_is_not_to_be_asked_is_not_lent() {
    let running = Running::start(vec![Shop::default()]).await;
    let id = connection_id(1);
    let foreign = wire::LeaseShopRequest {
        retailer_id: Uuid::max().to_string(),
        ..of(id)
    };
    let unknown = lease(&running, foreign).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let unknown = lease(&running, of(connection_id(9))).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);

    let endpoint = Endpoint::from_shared(running.grpc.clone()).unwrap();
    let channel = service_kit::operator().on(endpoint.connect_lazy());
    let mut connections = ConnectionsClient::new(channel.clone());
    let pause = wire::PauseRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: id.to_string(),
    };
    connections.pause(pause).await.unwrap();
    let paused = lease(&running, of(id)).await.unwrap_err();
    assert_eq!(violation(&paused), "paused");
    let part = wire::DisconnectRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: id.to_string(),
        confirmed: true,
    };
    connections.disconnect(part).await.unwrap();
    let parted = lease(&running, of(id)).await.unwrap_err();
    assert_eq!(violation(&parted), "disconnected");
    // Not even the operator is lent one.
    let refused = LeasesClient::new(channel).lease_shop(of(id)).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
}
