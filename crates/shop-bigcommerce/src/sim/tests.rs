//! The simulated store against its own books, by the way a real one would be read: hints, fetches,
//! mapping, posting.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use http::Method;
use jiff::SignedDuration;
use retail::posting::{OrderUpdates, Policy, Posting, post};
use retail::sale::Recorded;
use retail::{
    ConnectionId, ItemId, LineKind, Order, PaymentKind, PlatformCode, RetailerId, SaleState,
    ShopOrderId,
};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use service::clock::{Clock as _, ManualClock};
use shop::{
    ApiAccess, Connection, FetchError, LiveSecrets, Notice, PlainHttp, Platform as _, Reading,
    ShopUrl, Source,
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{BigCommerce, HOOK_SECRET_HEADER, hook_secret};

/// A store that listens on this machine, a connection to it, and a ledger for its orders.
struct World {
    clock: ManualClock,
    store: Store,
    connection: Connection,
    platform: BigCommerce,
    ledger: BTreeMap<String, Kept>,
}

/// The sale of one order, and the order as it was recorded last.
struct Kept {
    recorded: Recorded,
    order: Order,
    /// Units taken from stock, over all movements.
    taken: BTreeMap<String, i64>,
}

impl World {
    async fn open(seed: u64, quota: u64) -> Self {
        let clock = ManualClock::at("2026-11-21T14:00:00Z".parse().unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut options = Options::new(seed);
        options.quota = quota;
        let url = format!(
            "http://{}/stores/{}",
            listener.local_addr().unwrap(),
            options.hash
        );
        let api = ApiAccess::new(
            ShopUrl::new(&url).unwrap(),
            "client id".into(),
            options.access_token.clone(),
            PlainHttp::Allowed,
        );
        let connection = Connection {
            id: ConnectionId::new(uuid::Uuid::from_u128(7)),
            retailer: RetailerId::new(uuid::Uuid::from_u128(1)),
            platform: PlatformCode::new(crate::CODE).unwrap(),
            secrets: LiveSecrets::new(vec![options.client_secret.clone()]).unwrap(),
            api: Some(api.unwrap()),
        };
        let store = Store::open(options, Arc::new(clock.clone()));
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(service::http::serve(
            listener,
            store.router(),
            CancellationToken::new(),
        ));
        tasks.detach_all();
        listen(&connection).await;
        Self {
            platform: BigCommerce::new(Arc::new(clock.clone())).unwrap(),
            clock,
            store,
            connection,
            ledger: BTreeMap::new(),
        }
    }

    /// A delivery's whole way, as far as a ledger in memory.
    async fn take(&mut self, delivery: &Delivery) {
        let verified = self
            .platform
            .verify(&self.connection, &delivery.headers, &delivery.body);
        let Ok(Notice::Delivery { topic, .. }) = verified else {
            panic!("{verified:?}");
        };
        assert_eq!(topic.as_str(), delivery.scope);
        let source = Source::Delivery {
            topic: topic.as_str(),
        };
        match self.platform.read(&self.connection, source, &delivery.body) {
            Reading::Hint(order) => {
                assert_eq!(order.as_str(), delivery.order.to_string());
                self.follow(&order).await;
            }
            other => panic!("{other:?}"),
        }
    }

    async fn follow(&mut self, id: &ShopOrderId) {
        let body = loop {
            match self.platform.fetch(&self.connection, id).await {
                Ok(body) => break body,
                Err(FetchError::TryLater {
                    after: Some(after), ..
                }) => self.clock.advance(after.try_into().unwrap()),
                Err(other) => panic!("{other:?}"),
            }
        };
        match self.platform.read(&self.connection, Source::Fetched, &body) {
            Reading::Order { order, .. } => self.post(*order),
            Reading::Nothing(_) => {}
            other => panic!("{other:?}"),
        }
    }

    fn post(&mut self, order: Order) {
        let policy = Policy {
            updates: OrderUpdates::Apply,
        };
        let items: Vec<ItemId> = order.lines.iter().map(|line| item(&line.name)).collect();
        let kept = self.ledger.remove(order.key.order.as_str());
        let id = order.key.order.to_string();
        let recorded = kept.as_ref().map(|kept| &kept.recorded);
        match post(recorded, policy, &order, &items).unwrap() {
            Posting::Record(changes) => {
                let recorded = Recorded::after(recorded, &order, &changes).unwrap();
                let mut taken = kept.map(|kept| kept.taken).unwrap_or_default();
                for movement in &changes.movements {
                    let key = movement.item.uuid().to_string();
                    *taken.entry(key).or_insert(0) -= movement.quantity.milli() / 1_000;
                }
                let kept = Kept {
                    recorded,
                    order,
                    taken,
                };
                self.ledger.insert(id, kept);
            }
            Posting::AlreadyRecorded | Posting::NotImported { .. } => {
                self.ledger.extend(kept.map(|kept| (id, kept)));
            }
            Posting::Held => panic!("this connection applies updates"),
            Posting::Repoint(_) => panic!("every line here names its item"),
        }
    }

    /// The ledger's sales as the store's books would have them.
    fn sales(&self) -> BTreeMap<u64, Sale> {
        let kept = self.ledger.iter();
        kept.map(|(id, kept)| (id.parse().unwrap(), kept.sale()))
            .collect()
    }
}

impl Kept {
    fn sale(&self) -> Sale {
        let Self {
            recorded,
            order,
            taken,
        } = self;
        let of = |kind: PaymentKind| -> i64 {
            let payments = recorded.payments.iter().filter(|each| each.kind == kind);
            payments.map(|payment| payment.amount.minor()).sum()
        };
        // Named by the line, as a person would: the SKU where there is one.
        let mut held = BTreeMap::new();
        for line in &order.lines {
            let units = taken.get(&item(&line.name).uuid().to_string());
            if let (LineKind::Product(item), Some(units)) = (&line.kind, units.filter(|n| **n != 0))
            {
                let name = item
                    .sku
                    .as_ref()
                    .map_or(line.name.as_str(), |sku| sku.as_str());
                held.insert(name.to_owned(), *units);
            }
        }
        Sale {
            voided: recorded.state == SaleState::Voided,
            currency: order.currency().code(),
            total: order.total.minor(),
            tax: order.lines.iter().map(|line| line.tax.minor()).sum(),
            received: of(PaymentKind::Received),
            refunded: of(PaymentKind::Refunded),
            held,
        }
    }
}

fn item(name: &str) -> ItemId {
    ItemId::new(uuid::Uuid::new_v5(
        &uuid::Uuid::NAMESPACE_OID,
        name.as_bytes(),
    ))
}

/// Asks the store's API, and gives the status and the body.
async fn ask(
    connection: &Connection,
    method: Method,
    below: &str,
    body: Option<&Value>,
) -> (u16, Value) {
    let api = connection.api.as_ref().unwrap();
    let client = service::http::loopback_client().unwrap();
    let mut request = client
        .request(method, format!("{}{below}", api.url))
        .header("x-auth-token", api.secret.expose_secret());
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}

/// Makes the hook of a connection, as its set-up does.
async fn listen(connection: &Connection) {
    let secret = hook_secret(connection).unwrap();
    let wish = json!({
        "scope": "store/order/*",
        "destination": "https://pos.example/hooks/7",
        "headers": {HOOK_SECRET_HEADER: secret.expose_secret()},
    });
    let (status, hook) = ask(connection, Method::POST, "/v3/hooks", Some(&wish)).await;
    assert_eq!((status, &hook["data"]["is_active"]), (200, &json!(true)));
}

/// Orders are placed, paid, edited, refunded, cancelled; a tenth of the deliveries is lost at first,
/// all come late and shuffled, some are read twice; and the quota of the smallest plan is in force.
#[tokio::test]
async fn a_store_read_by_hints_becomes_what_its_own_books_say() {
    for seed in 1..=2 {
        let mut world = World::open(seed, 150).await;
        let mut chance = Dice::new(seed + 100);
        for _ in 0..45 {
            world.store.place();
            world.clock.advance(SignedDuration::from_secs(1));
        }
        for _ in 0..5 {
            for id in world.store.orders() {
                if chance.percent(60) {
                    world.store.turn(id);
                    world.clock.advance(SignedDuration::from_secs(1));
                }
            }
            let mut due = world.store.due();
            chance.shuffle(&mut due);
            let mut read = BTreeSet::new();
            for delivery in due {
                let lost = chance.percent(10);
                world
                    .store
                    .answered(&delivery, if lost { 503 } else { 200 });
                // Hints at one order that wait together are one reading; some are read again.
                if !lost && (read.insert(delivery.order) || chance.percent(20)) {
                    world.take(&delivery).await;
                }
            }
        }
        // What was lost comes again.
        while world.store.undelivered() > 0 {
            world.clock.advance(SignedDuration::from_mins(2));
            for delivery in world.store.due() {
                world.take(&delivery).await;
                world.store.answered(&delivery, 200);
            }
        }
        let books = world.store.books();
        let (sales, expected) = (world.sales(), &books.sales);
        assert_eq!(sales.len(), expected.len(), "seed {seed}");
        for (id, expected) in expected {
            assert_eq!(&sales[id], expected, "seed {seed}, order {id}");
        }
        let mut sold: BTreeMap<String, i64> = BTreeMap::new();
        for (thing, units) in sales.values().flat_map(|sale| &sale.held) {
            *sold.entry(thing.clone()).or_insert(0) += units;
        }
        assert_eq!(sold, books.sold, "seed {seed}");
        let voided = sales.values().filter(|sale| sale.voided).count();
        let refunded = sales.values().filter(|sale| sale.refunded > 0).count();
        assert!(
            voided > 3 && refunded > 3,
            "{voided} voided, {refunded} refunded"
        );
    }
}

#[tokio::test]
async fn a_delivery_is_retried_for_48_hours_and_believed_to_the_last() {
    let mut world = World::open(9, 150).await;
    world.store.place();
    let mut tries = 0;
    let start = world.clock.now();
    while world.store.undelivered() > 0 {
        for delivery in world.store.due() {
            world.take(&delivery).await;
            world.store.answered(&delivery, 503);
            tries += 1;
        }
        world.clock.advance(SignedDuration::from_secs(60));
        assert!(tries < 100);
    }
    let lasted = world.clock.now().duration_since(start);
    assert!(lasted > SignedDuration::from_hours(48), "{lasted:?}");
    assert!(lasted < SignedDuration::from_hours(50), "{lasted:?}");

    // Nobody was told: the hook is off, and what happens now is not told either.
    let off = "/v3/hooks?is_active=false";
    let (_, off) = ask(&world.connection, Method::GET, off, None).await;
    let hook = off["data"][0]["id"].to_string();
    let id = world.store.place();
    assert_eq!(world.store.undelivered(), 0);
    let wake = Some(&json!({"is_active": true}));
    let below = format!("/v3/hooks/{hook}");
    let woken = ask(&world.connection, Method::PUT, &below, wake).await;
    assert_eq!(woken.0, 200);
    world.clock.advance(SignedDuration::from_secs(1));
    world.store.turn(id);
    assert!(world.store.undelivered() > 0);
}

#[tokio::test]
async fn an_archived_order_can_be_read_and_its_sale_stays() {
    let mut world = World::open(4, 150).await;
    let id = world.store.place();
    for delivery in world.store.due() {
        world.take(&delivery).await;
        world.store.answered(&delivery, 200);
    }
    let before = world.sales();
    world.clock.advance(SignedDuration::from_secs(5));
    world.store.archive(id);
    for delivery in world.store.due() {
        world.take(&delivery).await;
    }
    assert_eq!(world.sales(), before);
}

/// Of `requests.json`, those that speak of reading orders and of hooks.
const OURS: [&str; 12] = [
    "o2-get",
    "o2-list",
    "o2-products",
    "o2-addresses",
    "o2-coupons",
    "o2-taxes",
    "o2-fees",
    "o2-noauth",
    "o2-noaccept",
    "o3-tx",
    "o3-refunds",
    "h-",
];

#[tokio::test]
async fn documented_requests_are_answered_as_documented() {
    let world = World::open(5, 1_000).await;
    let id = world.store.place();
    let (_, hooks) = ask(&world.connection, Method::GET, "/v3/hooks", None).await;
    let hook = hooks["data"][0]["id"].to_string();
    let mut stranger = world.connection.clone();
    stranger.api.as_mut().unwrap().secret = "guess".into();
    let requests: Value =
        serde_json::from_str(include_str!("../../fixtures/requests.json")).unwrap();
    let mut asked = 0;
    for request in requests.as_array().unwrap() {
        let name = request["id"].as_str().unwrap();
        if !OURS.iter().any(|ours| name.starts_with(ours)) || name.starts_with("o3-refunds-since") {
            continue;
        }
        let method: Method = request["method"].as_str().unwrap().parse().unwrap();
        let below = request["path"].as_str().unwrap();
        let below = below.strip_prefix("/stores/abc123").unwrap();
        let below = below
            .replace("/218", &format!("/{id}"))
            .replace("/22561593", &format!("/{hook}"));
        let body = Some(&request["body"]).filter(|body| !body.is_null());
        let connection = match request["headers"].get("X-Auth-Token") {
            Some(_) => &world.connection,
            None => &stranger,
        };
        let (status, _) = ask(connection, method, &below, body).await;
        let documented = request["real_status"].as_u64().unwrap();
        let is_empty = status == 204 && documented == 200;
        assert!(
            is_empty || u64::from(status) == documented,
            "{name}: {status}"
        );
        asked += 1;
    }
    assert!(asked >= 20, "{asked}");
}

#[tokio::test]
async fn lists_are_paged_sorted_and_empty_with_204() {
    let world = World::open(6, 1_000).await;
    for _ in 0..5 {
        world.store.place();
        world.clock.advance(SignedDuration::from_secs(10));
    }
    let ids = world.store.orders();
    world.store.archive(ids[1]);
    let list = async |query: &str| {
        let below = format!("/v2/orders?{query}");
        let (status, body) = ask(&world.connection, Method::GET, &below, None).await;
        let rows: Vec<u64> = match body {
            Value::Array(rows) => rows.iter().filter_map(|row| row["id"].as_u64()).collect(),
            _ => Vec::new(),
        };
        (status, rows)
    };
    assert_eq!(
        list("limit=3&page=1").await,
        (200, vec![ids[0], ids[2], ids[3]])
    );
    assert_eq!(list("limit=3&page=2").await, (200, vec![ids[4]]));
    assert_eq!(list("limit=3&page=3").await, (204, vec![]));
    let since = "min_date_modified=2026-11-21T14:00:25Z&sort=date_modified:desc";
    assert_eq!(list(since).await, (200, vec![ids[4], ids[3]]));
    for query in [
        "limit=251",
        "page=0",
        "color=red",
        "sort=total",
        "min_date_modified=x",
    ] {
        assert_eq!(list(query).await.0, 400, "{query}");
    }
}

#[tokio::test]
async fn beyond_its_quota_the_store_says_when_to_come_again() {
    let world = World::open(7, 12).await;
    let id = ShopOrderId::new(&world.store.place().to_string()).unwrap();
    let fetch = || world.platform.fetch(&world.connection, &id);
    assert!(fetch().await.is_ok(), "nine requests");
    world.clock.advance(SignedDuration::from_secs(10));
    match fetch().await {
        Err(FetchError::TryLater { after, .. }) => assert_eq!(after.unwrap().as_secs(), 20),
        other => panic!("{other:?}"),
    }
    world.clock.advance(SignedDuration::from_secs(20));
    assert!(fetch().await.is_ok());
}
