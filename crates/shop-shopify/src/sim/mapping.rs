//! The mapping against the shop's own books, over the wire and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use retail::{
    ConnectionId, LineKind, Order, PaymentKind, PlatformCode, RetailerId, SaleState, ShopOrderId,
};
use secrecy::SecretString;
use service::clock::ManualClock;
use shop::conformance::serve;
use shop::sim::{Access, Sale, SimShop as _, Stocked};
use shop::{
    ApiAccess, Connection, FetchError, LiveSecrets, Notice, PlainHttp, Platform as _, Reading,
    Reason, ShopUrl, Source,
};

use super::hook::{self, Numbers, Sender};
use super::{Options, Plan, Server, Shop, Topic, books};
use crate::{CODE, Shopify};

/// The host of the simulated shop's address.
const HOST: &str = "127.0.0.1";

pub(super) struct World {
    pub(super) shop: Shop,
    pub(super) server: Server,
    pub(super) clock: ManualClock,
    pub(super) connection: Connection,
    pub(super) platform: Shopify,
}

pub(super) async fn world(orders: usize) -> World {
    let options = Options::new(7, orders);
    let shop = Shop::open(&options);
    let clock = ManualClock::at(options.opened_at);
    let server = Server::new(
        shop.clone(),
        options.seed,
        Plan::Standard,
        Arc::new(clock.clone()),
    );
    let url = serve(server.router()).await;
    let Access {
        secret,
        shop_url,
        key,
        key_secret,
    } = server.access(&url);
    let api = ApiAccess::new(
        ShopUrl::new(&shop_url).unwrap(),
        SecretString::from(key),
        SecretString::from(key_secret),
        PlainHttp::Allowed,
    );
    World {
        shop,
        server,
        connection: Connection {
            id: ConnectionId::new(uuid::Uuid::from_u128(7)),
            retailer: RetailerId::new(uuid::Uuid::from_u128(1)),
            platform: PlatformCode::new(CODE).unwrap(),
            secrets: LiveSecrets::new(vec![SecretString::from(secret)]).unwrap(),
            api: Some(api.unwrap()),
        },
        platform: Shopify::new(Arc::new(clock.clone())).unwrap(),
        clock,
    }
}

impl World {
    /// What a delivery of the order comes to: verified, hinted, fetched, read.
    async fn delivered(&self, place: usize, version: usize, topic: Topic) -> Reading {
        let order = &self.shop.orders()[place][version];
        self.server.reach(place, version);
        let body = hook::body(self.shop.catalogue(), order, topic).to_string();
        let sender = Sender {
            domain: HOST,
            secret: &self.server.access(&format!("http://{HOST}")).secret,
        };
        let numbers = Numbers {
            delivery: 1,
            event: 1,
        };
        let headers = sender.headers(topic, numbers, order.updated_at, body.as_bytes());
        let notice = self
            .platform
            .verify(&self.connection, &headers, body.as_bytes());
        let Ok(Notice::Delivery { topic, .. }) = notice else {
            panic!("{notice:?}");
        };
        let source = Source::Delivery {
            topic: topic.as_str(),
        };
        let Reading::Hint(id) = self
            .platform
            .read(&self.connection, source, body.as_bytes())
        else {
            panic!("{topic} is no hint");
        };
        self.read(&id).await
    }

    pub(super) async fn read(&self, id: &ShopOrderId) -> Reading {
        /// A machine that is busy with other things may let the shop's answer time out.
        const ATTEMPTS: usize = 3;

        // Time enough for the bucket to be full again.
        self.clock.advance(SignedDuration::from_mins(1));
        let mut failed = None;
        for _ in 0..ATTEMPTS {
            match self.platform.fetch(&self.connection, id).await {
                Ok(body) => {
                    return self.platform.read(&self.connection, Source::Fetched, &body);
                }
                Err(error) => failed = Some(error),
            }
        }
        panic!("{id}: {failed:?}");
    }
}

/// What the shop's books would say of an order, reckoned from the canonical one.
pub(super) fn sale(order: &Order) -> Sale {
    let money = |wanted: PaymentKind| {
        let payments = order
            .payments
            .iter()
            .filter(|payment| payment.kind == wanted);
        payments.map(|payment| payment.amount.minor()).sum()
    };
    let mut held = BTreeMap::new();
    for line in &order.lines {
        let LineKind::Product(item) = &line.kind else {
            continue;
        };
        let thing = item.sku.as_ref().map_or_else(
            || Stocked::Name(line.name.clone()),
            |sku| Stocked::Sku(sku.to_string()),
        );
        let units = (line.quantity.milli() - line.restocked.milli()) / 1_000;
        if order.state != SaleState::Voided {
            *held.entry(thing).or_insert(0) += units;
        }
    }
    Sale {
        order_id: order.key.order.to_string(),
        receipt_number: order.receipt_number.to_string(),
        voided: order.state == SaleState::Voided,
        currency: order.currency().code().to_owned(),
        total: order.total.minor(),
        tax: order.lines.iter().map(|line| line.tax.minor()).sum(),
        received: money(PaymentKind::Received),
        refunded: money(PaymentKind::Refunded),
        held,
        to_hand_over: order
            .lines
            .iter()
            .map(|line| order.to_hand_over(line).milli() / 1_000)
            .sum(),
        email: order
            .customer
            .as_ref()
            .map(|customer| customer.email.clone())
            .unwrap_or_default(),
    }
}

#[tokio::test]
async fn r_12_what_is_mapped_is_what_the_shops_own_books_say() {
    let world = world(400).await;
    let ends = world
        .shop
        .orders()
        .iter()
        .filter_map(|versions| versions.last());
    let books = books::reckon(world.shop.catalogue(), ends);
    let (mut sales, mut unshipped, mut tests) = (0, 0, 0);
    for (place, versions) in world.shop.orders().iter().enumerate() {
        let last = versions.len() - 1;
        let id = versions[last].id.to_string();
        match world.delivered(place, last, Topic::OrdersUpdated).await {
            Reading::Order { order, .. } if !order.state.is_imported() => {
                assert!(versions[last].test);
                tests += 1;
            }
            Reading::Order { order, .. } => {
                assert_eq!(Some(&sale(&order)), books.sales.get(&id), "order {id}");
                sales += 1;
            }
            Reading::Refused(refusal) if refusal.reason == Reason::NoShippingMethod => {
                assert_eq!(
                    books.parked.get(&id),
                    Some(&"no_shipping_method"),
                    "order {id}"
                );
                unshipped += 1;
            }
            Reading::Nothing(_) => {
                assert!(versions[last].test, "order {id}");
                tests += 1;
            }
            other => panic!("order {id}: {other:?}"),
        }
    }
    assert_eq!(sales, books.sales.len());
    assert_eq!(unshipped, books.parked.len());
    assert_eq!(tests, books.drafts.len());
    assert!(sales > 300 && unshipped > 5 && tests > 3);
    let large = world.shop.orders().iter().flatten();
    assert!(large.clone().any(|order| order.lines.len() > 50), "pages");
    assert!(large.clone().any(|order| order.refunds.len() > 1));
    assert!(large.clone().any(|order| order.gap != 0 && order.abroad));
}

#[tokio::test]
async fn every_version_of_an_order_reads_and_grows_newer() {
    let world = world(60).await;
    for (place, versions) in world.shop.orders().iter().enumerate() {
        let mut before = None;
        for version in 0..versions.len() {
            let topic = match version {
                0 => Topic::OrdersCreate,
                1 => Topic::OrdersPaid,
                2 => Topic::OrdersEdited,
                _ => Topic::OrdersCancelled,
            };
            if let Reading::Order { order, .. } = world.delivered(place, version, topic).await {
                assert!(before < Some(order.version), "{}", order.receipt_number);
                before = Some(order.version);
            }
        }
    }
}

#[tokio::test]
async fn a_shop_asked_too_often_says_when_to_come_back() {
    let world = world(1).await;
    world.server.reach(0, 0);
    let id = ShopOrderId::new(&world.shop.orders()[0][0].id.to_string()).unwrap();
    let mut answered = 0;
    let after = loop {
        match world.platform.fetch(&world.connection, &id).await {
            Ok(_) => answered += 1,
            Err(FetchError::TryLater { after, .. }) => break after.unwrap(),
            Err(other) => panic!("{other:?}"),
        }
        assert!(answered < 200, "2,000 points are not without end");
    };
    assert!(
        answered > 10,
        "an order costs what it is, not what it might be"
    );
    assert!((1..=2).contains(&after.as_secs()), "{after:?}");
    world.clock.advance(SignedDuration::from_secs(2));
    assert!(world.platform.fetch(&world.connection, &id).await.is_ok());
    assert_eq!(world.server.asked(), answered + 2);
}

#[tokio::test]
async fn a_wrong_token_is_refused_and_an_order_not_placed_is_gone() {
    let mut world = world(1).await;
    let id = ShopOrderId::new(&world.shop.orders()[0][0].id.to_string()).unwrap();
    assert_eq!(
        world.platform.fetch(&world.connection, &id).await,
        Err(FetchError::Gone)
    );
    world.server.reach(0, 0);
    world.connection.api.as_mut().unwrap().secret = SecretString::from("shpat_wrong");
    assert_eq!(
        world.platform.fetch(&world.connection, &id).await,
        Err(FetchError::Refused { status: 401 })
    );
}
