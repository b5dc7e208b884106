//! What a shop hints at becomes what it answers when it is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use proto::order::order_message::Body;
use retail::{ConnectionId, Order, SaleState};
use service::clock::SystemClock;
use shop_ecom::sim::{self, Access, Live, Options};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::{Running, Shop};

/// More than any test asks.
const UNLIMITED: u32 = u32::MAX;

/// A shop that answers on this machine, for as long as the runtime lives.
async fn shop(id: u128, store: u64, requests_per_minute: u32) -> (Shop, Arc<Live>) {
    let access = Access {
        store,
        token: format!("secret_token_{store}"),
        client_secret: "client-secret".to_owned(),
    };
    let shop = sim::Shop::open(&Options::new(store, 40));
    let live = Live::with_limit(
        shop,
        access.clone(),
        Arc::new(SystemClock),
        requests_per_minute,
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/v3/{store}", listener.local_addr().unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(service::http::serve(
        listener,
        live.router(),
        CancellationToken::new(),
    ));
    tasks.detach_all();
    let shop = Shop {
        id: Uuid::from_u128(id),
        client_secret: access.client_secret,
        token: access.token,
        url,
    };
    (shop, live)
}

/// The newest version of every order that the ledger was told, but for those that are no sale.
async fn told(running: &mut Running) -> BTreeMap<String, Order> {
    let mut newest: BTreeMap<String, Order> = BTreeMap::new();
    for message in running.told().await {
        let connection = ConnectionId::new(message.connection_id.parse().unwrap());
        let Some(Body::Order(order)) = message.body else {
            panic!("{message:?}");
        };
        let order = proto::convert::order_from(connection, *order, None).unwrap();
        let id = order.key.order.to_string();
        let is_newer = newest
            .get(&id)
            .is_none_or(|other| other.version < order.version);
        if order.state.is_imported() && is_newer {
            newest.insert(id, order);
        }
    }
    newest
}

#[tokio::test(flavor = "multi_thread")]
async fn ec_17_orders_of_an_ecom_shop_are_told_as_they_are_in_its_books() {
    let (shop, live) = shop(0xA, 1003, UNLIMITED).await;
    let mut running = Running::start(std::slice::from_ref(&shop)).await;
    let client = service::http::loopback_client().unwrap();
    let url = running.hooks(&shop);
    let mut happened = 0;
    while live.go_on() {
        happened += 1;
        assert_eq!(live.deliver(&client, &url).await, 1, "each is taken");
        // The books are those of the end: what comes between is told as it is when it is asked for.
        if happened % 25 == 0 {
            running.inbox_is_done().await;
        }
    }
    running.inbox_is_done().await;
    let told = told(&mut running).await;
    let books = live.shop().books();
    for (id, sale) in &books.sales {
        let last = live
            .shop()
            .orders()
            .iter()
            .find(|versions| versions[0].id == *id)
            .unwrap();
        // What a merchant's own status hides now may never have been asked for before.
        if last.last().unwrap().status == sim::Status::Custom {
            continue;
        }
        let order = told
            .get(id)
            .unwrap_or_else(|| panic!("order {id} was told"));
        assert_eq!(order.total.minor(), sale.total, "order {id}");
        assert_eq!(order.state == SaleState::Voided, sale.voided, "order {id}");
    }
    assert!(books.sales.len() > 30);
    assert_eq!(running.messages("DEAD").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_of_one_store_is_not_taken_for_another_of_the_same_app() {
    let (one, live) = shop(0xA, 1003, UNLIMITED).await;
    let (other, _) = shop(0xB, 1004, UNLIMITED).await;
    let mut running = Running::start(&[one.clone(), other.clone()]).await;
    let client = service::http::loopback_client().unwrap();
    assert!(live.go_on());
    let wrong = running.hooks(&other);
    assert_eq!(live.deliver(&client, &wrong).await, 0);
    assert!(live.next_delivery().is_some(), "the shop tries again later");
    running.inbox_is_done().await;
    assert!(running.told().await.is_empty());
}
