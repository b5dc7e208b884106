use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use retail::{Order, ShopOrderId};
use secrecy::SecretString;
use tokio::net::TcpListener;

use super::booked::Booked;
use super::sound;
use crate::sim::{Access, ShopSize, SimShop};
use crate::{
    ApiAccess, Connection, FetchError, HookAddress, Listed, Listing, LiveSecrets, Notice,
    PlainHttp, Platform, Reading, ShopUrl, Source,
};

/// Whether a platform's API knows its webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hooks {
    ByApi,
    /// Only a person can set them up, in the shop's own pages.
    ByHand,
}

/// A simulated shop, and the platform that is to serve it.
pub struct Shop<'a> {
    pub platform: &'a dyn Platform,
    pub sim: Arc<dyn SimShop>,
    /// Ids and platform; its secrets and its access are the simulated shop's.
    pub connection: Connection,
    pub hooks: Hooks,
    /// Moves the clock that both live by, which stands at [`OPENED_AT`].
    pub advance: &'a (dyn Fn(SignedDuration) + Sync),
}

/// When the shop begins to trade: 2026-11-20T08:00:00Z.
pub const OPENED_AT: Timestamp = Timestamp::constant(1_795_161_600, 0);
/// What it is to trade.
pub const DAY: ShopSize = ShopSize {
    seed: 11,
    orders: 40,
    max_versions: 5,
    products: 12,
};

const ADDRESS: &str = "https://comptoir.example/hooks/conformance";
/// Between two things that happen in the shop.
const PACE: SignedDuration = SignedDuration::from_secs(7);
/// After the last thing that happened: every listing shows it by then.
const SETTLED: SignedDuration = SignedDuration::from_mins(5);
/// Things that happen between two polls.
const POLL_EVERY: usize = 5;
/// How far a poll looks back behind the one before.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);
/// How often one request is repeated because the shop asks for patience.
const PATIENCE: usize = 20;
/// Pages of one listing, at most.
const PAGES_LIMIT: usize = 1_000;

/// Lets the shop trade until nothing is left to happen, listening to its webhooks and polling it, and checks that
/// - it says who it is, and the same each time;
/// - its webhooks are made, found sound, and made anew after the shop lost them;
/// - every delivery it sends is taken, and every order is told of;
/// - polling alone finds every order's last change, and listing by date of placing every order;
/// - a listed body reads as the fetched one;
/// - every order becomes the sale, the parked order or the draft that stands in the shop's own books.
pub async fn trade(shop: Shop<'_>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a free port on loopback");
    let port = listener.local_addr().expect("it is bound").port();
    let router = shop.sim.router();
    let trading = Trading::new(&shop, &format!("http://127.0.0.1:{port}"));
    tokio::select! {
        () = trading.run() => {}
        served = async { axum::serve(listener, router).await } => panic!("server ended: {served:?}"),
    }
}

struct Trading<'a> {
    shop: &'a Shop<'a>,
    connection: Connection,
    /// What the listings told of each order last.
    listed: BTreeMap<ShopOrderId, Listed>,
    /// Orders that a delivery named, or was.
    heard: BTreeSet<ShopOrderId>,
    read: BTreeMap<ShopOrderId, Read>,
    polled_at: Timestamp,
}

/// What came of reading one order, again and again.
#[derive(Default)]
struct Read {
    booked: Booked,
    last: Option<Last>,
}

enum Last {
    Order(Box<Order>),
    Nothing,
    Refused(&'static str),
}

impl<'a> Trading<'a> {
    fn new(shop: &'a Shop<'a>, base_url: &str) -> Self {
        Self {
            connection: connection(&shop.connection, &shop.sim.access(base_url)),
            listed: BTreeMap::new(),
            heard: BTreeSet::new(),
            read: BTreeMap::new(),
            polled_at: OPENED_AT,
            shop,
        }
    }

    async fn run(mut self) {
        self.identity().await;
        self.hooks_are_made().await;
        self.all_day().await;
        self.every_order_was_heard_of();
        self.every_order_is_listed().await;
        self.books_agree();
        self.hooks_are_mended_and_removed().await;
    }

    async fn identity(&self) {
        let mut seen = Vec::new();
        for _ in 0..2 {
            let store = patiently(self.shop, async || {
                self.shop.platform.store(&self.connection).await
            });
            seen.push(store.await.expect("a shop says who it is"));
        }
        assert!(!seen[0].id.is_empty(), "a shop without identity");
        assert_eq!(seen[0], seen[1], "a shop's identity stays");
    }

    async fn ensure(&self) -> crate::HookReport {
        let report = patiently(self.shop, async || {
            let platform = self.shop.platform;
            platform.ensure_hooks(&self.connection, &address()).await
        });
        report.await.expect("webhooks can be looked after")
    }

    async fn hooks_are_made(&self) {
        let first = self.ensure().await;
        match self.shop.hooks {
            Hooks::ByApi => assert!(first.created > 0, "no webhook is made: {first:?}"),
            Hooks::ByHand => assert!(first.was_sound(), "{first:?}"),
        }
        let second = self.ensure().await;
        assert!(second.was_sound(), "made twice: {second:?}");
        assert_eq!(second.sound, first.created + first.sound);
    }

    async fn hooks_are_mended_and_removed(&self) {
        if self.shop.hooks == Hooks::ByHand {
            return;
        }
        let sound = self.ensure().await.sound;
        self.shop.sim.lose_hooks();
        let report = self.ensure().await;
        assert!(
            !report.was_sound(),
            "lost webhooks go unnoticed: {report:?}"
        );
        assert_eq!(report.sound + report.mended + report.created, sound);
        assert!(self.ensure().await.was_sound());
        for (round, expected) in [(1, sound), (2, 0)] {
            let removed = patiently(self.shop, async || {
                let platform = self.shop.platform;
                platform.remove_hooks(&self.connection, &address()).await
            });
            let removed = removed.await.expect("webhooks can be removed");
            assert_eq!(removed, expected, "webhooks removed, round {round}");
        }
    }

    async fn all_day(&mut self) {
        let mut happened = 0;
        loop {
            (self.shop.advance)(PACE);
            let goes_on = self.shop.sim.step();
            happened += 1;
            self.listen().await;
            if happened % POLL_EVERY == 0 {
                self.poll().await;
            }
            if !goes_on {
                break;
            }
        }
        (self.shop.advance)(SETTLED);
        self.listen().await;
        self.poll().await;
        assert!(self.shop.sim.placed() > 0, "the shop did not trade");
    }

    /// Takes all deliveries that are due, and asks for the orders they tell of.
    async fn listen(&mut self) {
        for delivery in self.shop.sim.due() {
            assert_eq!(delivery.url, ADDRESS);
            let platform = self.shop.platform;
            let notice = platform.verify(&self.connection, &delivery.headers, &delivery.body);
            let notice = notice.expect("the shop's own delivery is genuine");
            self.shop.sim.answered(delivery.id, Some(200));
            let Notice::Delivery { topic, order } = notice else {
                continue;
            };
            let source = Source::Delivery {
                topic: topic.as_str(),
            };
            let reading = sound(platform, &self.connection, source, &delivery.body);
            let told = match &reading {
                Reading::Order { order, .. } => Some(order.key.order.clone()),
                Reading::Hint(hinted) => Some(hinted.clone()),
                Reading::Refused(refusal) => refusal.order.clone(),
                Reading::Nothing(_) | Reading::Event(_) => order,
            };
            if let Some(order) = told {
                self.note(&order, reading);
                self.fetch(&order).await;
                self.heard.insert(order);
            }
        }
    }

    async fn fetch(&mut self, order: &ShopOrderId) -> Option<Bytes> {
        let answer = patiently(self.shop, async || {
            self.shop.platform.fetch(&self.connection, order).await
        });
        match answer.await {
            Ok(body) => {
                let platform = self.shop.platform;
                let reading = sound(platform, &self.connection, Source::Fetched, &body);
                self.note(order, reading);
                Some(body)
            }
            Err(FetchError::Gone) => None,
            Err(error) => panic!("order {order}: {error}"),
        }
    }

    fn note(&mut self, order: &ShopOrderId, reading: Reading) {
        let read = self.read.entry(order.clone()).or_default();
        read.last = Some(match reading {
            Reading::Order { order: known, .. } => {
                assert_eq!(
                    known.key.order, *order,
                    "another order than the one told of"
                );
                read.booked.post(&known);
                Last::Order(known)
            }
            Reading::Nothing(_) | Reading::Event(_) => Last::Nothing,
            Reading::Refused(refusal) => Last::Refused(refusal.reason.as_str()),
            Reading::Hint(_) => return,
        });
    }

    /// Everything changed since the poll before, less the overlap.
    async fn poll(&mut self) {
        let since = self.polled_at - OVERLAP;
        let mut answered_at = self.polled_at;
        for listed in self
            .list(Listing::Changed { since }, &mut answered_at)
            .await
        {
            let known = self.listed.get(&listed.order);
            let newer = known.is_none_or(|known| {
                known.modified_at < listed.modified_at || known.body != listed.body
            });
            if newer {
                let order = listed.order.clone();
                let fetched = self.fetch(&order).await;
                self.same_as_fetched(&listed, fetched.as_deref());
                self.listed.insert(order, listed);
            }
        }
        self.polled_at = answered_at;
    }

    fn same_as_fetched(&self, listed: &Listed, fetched: Option<&[u8]>) {
        let platform = self.shop.platform;
        let read = |body: &[u8]| platform.read(&self.connection, Source::Fetched, body);
        let fetched = fetched.expect("what is listed can be fetched");
        let read_fetched = read(fetched);
        let Reading::Order { order, .. } = &read_fetched else {
            return;
        };
        assert!(
            listed.modified_at <= order.version.modified_at,
            "order {} is listed as later than it is",
            listed.order
        );
        // A listing may show an order late; what it shows then is what a fetch showed once.
        if let Some(body) = &listed.body
            && listed.modified_at == order.version.modified_at
        {
            let read_listed = read(body);
            assert_eq!(read_listed, read_fetched, "listed and fetched");
        }
    }

    async fn list(&self, listing: Listing, answered_at: &mut Timestamp) -> Vec<Listed> {
        let mut orders = Vec::new();
        let mut next = None;
        for page in 0..PAGES_LIMIT {
            let answer = patiently(self.shop, async || {
                let platform = self.shop.platform;
                platform
                    .list(&self.connection, listing, next.as_ref())
                    .await
            });
            let answer = answer.await.expect("a shop lists its orders");
            if let (0, Some(at)) = (page, answer.answered_at) {
                *answered_at = at;
            }
            orders.extend(answer.orders);
            next = answer.next;
            if next.is_none() {
                return orders;
            }
        }
        panic!("a listing without end");
    }

    fn every_order_was_heard_of(&self) {
        let books = self.shop.sim.books();
        for order in books.sales.keys().chain(books.parked.keys()) {
            let order = ShopOrderId::new(order).expect("a shop's order id");
            assert!(
                self.heard.contains(&order) || self.shop.hooks == Hooks::ByHand,
                "no delivery told of order {order}"
            );
            assert!(
                self.listed.contains_key(&order),
                "no poll found order {order}"
            );
        }
    }

    async fn every_order_is_listed(&self) {
        let mut ignored = self.polled_at;
        let all = self
            .list(Listing::Placed { since: None }, &mut ignored)
            .await;
        let all: BTreeMap<&ShopOrderId, &Listed> =
            all.iter().map(|listed| (&listed.order, listed)).collect();
        let books = self.shop.sim.books();
        for order in books.sales.keys().chain(books.parked.keys()) {
            let order = ShopOrderId::new(order).expect("a shop's order id");
            let listed = all.get(&order).expect("every order is listed");
            let last = &self.listed[&order];
            assert_eq!(listed.placed_at, last.placed_at, "order {order}");
            // What moves no date of the order may be told by the listing of changes alone.
            assert!(
                listed.modified_at <= last.modified_at,
                "order {order} changed unheard"
            );
        }
    }

    fn books_agree(&self) {
        let books = self.shop.sim.books();
        for (order, sale) in &books.sales {
            let order = ShopOrderId::new(order).expect("a shop's order id");
            self.read[&order].booked.assert_is(sale);
        }
        for (order, reason) in &books.parked {
            let order = ShopOrderId::new(order).expect("a shop's order id");
            let last = self.read[&order].last.as_ref();
            assert!(
                matches!(last, Some(Last::Refused(code)) if code == reason),
                "order {order} is to be parked as {reason}"
            );
        }
        for (order, read) in &self.read {
            let known = books.sales.contains_key(order.as_str())
                || books.parked.contains_key(order.as_str());
            let drafted = match &read.last {
                Some(Last::Order(order)) => !order.state.is_imported(),
                Some(Last::Nothing) | None => true,
                Some(Last::Refused(_)) => false,
            };
            assert!(
                known || (drafted && !read.booked.is_sale()),
                "order {order} is not in the shop's books"
            );
        }
    }
}

fn address() -> HookAddress {
    HookAddress(ShopUrl::new(ADDRESS).expect("an address"))
}

fn connection(connection: &Connection, access: &Access) -> Connection {
    let Access {
        secret,
        shop_url,
        key,
        key_secret,
    } = access;
    let [secret, key, key_secret] =
        [secret, key, key_secret].map(|text| SecretString::from(&**text));
    let url = ShopUrl::new(shop_url).expect("a shop's address");
    let api = ApiAccess::new(url, key, key_secret, PlainHttp::Allowed);
    Connection {
        secrets: LiveSecrets::new(vec![secret]).expect("a secret"),
        api: Some(api.expect("plain HTTP is allowed")),
        ..connection.clone()
    }
}

/// Asks again as long as the shop wants to be left alone, each time after the clock has moved on by as much.
async fn patiently<T>(
    shop: &Shop<'_>,
    ask: impl AsyncFn() -> Result<T, FetchError>,
) -> Result<T, FetchError> {
    for _ in 0..PATIENCE {
        match ask().await {
            Err(FetchError::TryLater {
                why: _,
                after: Some(after),
            }) => {
                let after = SignedDuration::try_from(after).expect("patience ends");
                (shop.advance)(after + SignedDuration::from_secs(1));
            }
            answer => return answer,
        }
    }
    ask().await
}
