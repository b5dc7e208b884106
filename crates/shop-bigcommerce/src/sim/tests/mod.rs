//! The simulated store against its own books, by the way a real one would be read: hints, fetches,
//! mapping, posting.

mod api;
mod deliveries;
mod installed;
mod polled;

use std::collections::BTreeMap;
use std::sync::Arc;

use http::Method;
use retail::posting::{OrderUpdates, Policy, Posting, post};
use retail::sale::Recorded;
use retail::{
    ConnectionId, ItemId, LineKind, Order, PaymentKind, PlatformCode, Quantity, RetailerId,
    SaleState, ShopOrderId, StockRule,
};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use service::clock::ManualClock;
use shop::conformance::serve;
use shop::sim::{Access, Sale, Stocked};
use shop::{
    ApiAccess, Connection, FetchError, HookAddress, HookReport, LiveSecrets, Notice, PlainHttp,
    Platform as _, Reading, ShopUrl, Source,
};

use super::{Delivery, Options, Store};
use crate::BigCommerce;

const NOW: &str = "2026-11-21T14:00:00Z";

/// A store that listens on this machine, a connection to it, and a ledger for its orders.
struct World {
    clock: ManualClock,
    store: Store,
    connection: Connection,
    platform: BigCommerce,
    ledger: Ledger,
}

/// By the shop's order id.
#[derive(Default)]
struct Ledger(BTreeMap<String, Kept>);

/// The sale of one order, and the order as it was recorded last.
struct Kept {
    recorded: Recorded,
    order: Order,
    /// Units taken from stock, over all movements.
    taken: BTreeMap<String, i64>,
}

impl World {
    async fn open(seed: u64, quota: u64) -> Self {
        let clock = ManualClock::at(NOW.parse().unwrap());
        let mut options = Options::new(seed);
        options.quota = quota;
        let store = Store::open(options, Arc::new(clock.clone()));
        let url = serve(store.router()).await;
        let Options {
            hash,
            access_token,
            client_secret,
            client_id,
            ..
        } = &*store.options;
        let access = Access {
            secret: client_secret.expose_secret().to_owned(),
            shop_url: format!("{url}/stores/{hash}"),
            key: client_id.clone(),
            key_secret: access_token.expose_secret().to_owned(),
        };
        let world = Self {
            platform: BigCommerce::new(Arc::new(clock.clone())).unwrap(),
            connection: connected(&access),
            clock,
            store,
            ledger: Ledger::default(),
        };
        world.listen().await;
        world
    }

    /// Makes the hooks of the connection, as its set-up does.
    async fn listen(&self) {
        let address = HookAddress(ShopUrl::new("https://pos.example/hooks/7").unwrap());
        let made = self.platform.ensure_hooks(&self.connection, &address).await;
        let made = made.unwrap();
        assert_eq!(
            made,
            HookReport {
                created: 2,
                ..HookReport::default()
            }
        );
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
        let (platform, connection) = (&self.platform, &self.connection);
        let order = fetched(platform, connection, &self.clock, id).await;
        if let Some(order) = order {
            self.ledger.post(order);
        }
    }
}

impl Ledger {
    fn post(&mut self, order: Order) {
        let policy = Policy {
            updates: OrderUpdates::Apply,
            stock_rule: StockRule::AtOrder,
        };
        let items: Vec<ItemId> = order.lines.iter().map(|line| item(&line.name)).collect();
        let kept = self.0.remove(order.key.order.as_str());
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
                self.0.insert(id, kept);
            }
            Posting::AlreadyRecorded | Posting::NotImported { .. } => {
                self.0.extend(kept.map(|kept| (id, kept)));
            }
            Posting::Held => panic!("this connection applies updates"),
            Posting::Repoint(_) => panic!("every line here names its item"),
        }
    }

    /// Its sales as the store's books would have them.
    fn sales(&self) -> BTreeMap<String, Sale> {
        let kept = self.0.iter();
        kept.map(|(id, kept)| (id.clone(), kept.sale())).collect()
    }

    fn sold(&self) -> BTreeMap<Stocked, i64> {
        let mut sold = BTreeMap::new();
        for (thing, units) in self.sales().values().flat_map(|sale| &sale.held) {
            *sold.entry(thing.clone()).or_insert(0) += units;
        }
        sold
    }
}

/// Things of which some are out.
fn out(sold: &BTreeMap<Stocked, i64>) -> BTreeMap<Stocked, i64> {
    let mut out = sold.clone();
    out.retain(|_, units| *units != 0);
    out
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
                let thing = match &item.sku {
                    Some(sku) => Stocked::Sku(sku.as_str().to_owned()),
                    None => Stocked::Name(line.name.clone()),
                };
                held.insert(thing, *units);
            }
        }
        Sale {
            order_id: order.key.order.to_string(),
            receipt_number: order.receipt_number.to_string(),
            voided: recorded.state == SaleState::Voided,
            currency: order.currency().code().to_owned(),
            total: order.total.minor(),
            tax: order.lines.iter().map(|line| line.tax.minor()).sum(),
            received: of(PaymentKind::Received),
            refunded: of(PaymentKind::Refunded),
            held,
            to_hand_over: order
                .lines
                .iter()
                .map(|line| order.to_hand_over(line).milli() / Quantity::SCALE)
                .sum(),
            email: order.customer.as_ref().unwrap().email.clone(),
        }
    }
}

/// An order as the store has it now; `None` where it is no sale.
async fn fetched(
    platform: &BigCommerce,
    connection: &Connection,
    clock: &ManualClock,
    id: &ShopOrderId,
) -> Option<Order> {
    let body = loop {
        match platform.fetch(connection, id).await {
            Ok(body) => break body,
            Err(FetchError::TryLater {
                after: Some(after), ..
            }) => clock.advance(after.try_into().unwrap()),
            Err(other) => panic!("{other:?}"),
        }
    };
    match platform.read(connection, Source::Fetched, &body) {
        Reading::Order { order, .. } => Some(*order),
        Reading::Nothing(_) => None,
        other => panic!("{other:?}"),
    }
}

fn connected(access: &Access) -> Connection {
    let api = ApiAccess::new(
        ShopUrl::new(&access.shop_url).unwrap(),
        access.key.as_str().into(),
        access.key_secret.as_str().into(),
        PlainHttp::Allowed,
    );
    Connection {
        id: ConnectionId::new(uuid::Uuid::from_u128(7)),
        retailer: RetailerId::new(uuid::Uuid::from_u128(1)),
        platform: PlatformCode::new(crate::CODE).unwrap(),
        secrets: LiveSecrets::new(vec![access.secret.as_str().into()]).unwrap(),
        api: Some(api.unwrap()),
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
