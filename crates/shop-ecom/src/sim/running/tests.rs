//! The shop in business, seen through the platform's own client.

use std::collections::{BTreeMap, BTreeSet};

use ::shop::conformance::serve;
use ::shop::{
    ApiAccess, Connection, FetchError, Listing, LiveSecrets, Notice, Page, PlainHttp,
    Platform as _, ShopUrl, Source,
};
use jiff::SignedDuration;
use retail::{ConnectionId, Order, PlatformCode, RetailerId, SaleState, ShopOrderId};
use secrecy::SecretString;
use service::clock::ManualClock;
use uuid::Uuid;

use super::super::mapping::{OPENED_AT, compare, whole};
use super::super::{BLOCKED_AFTER, PATIENCE, SEARCH_LAG, Stocked};
use super::*;
use crate::{CODE, Ecom};

const HOOK: &str = "http://127.0.0.1:9/hooks/7";

fn options(seed: u64, orders: usize) -> ShopSize {
    ShopSize {
        seed,
        orders,
        max_versions: 5,
        products: 50,
    }
}

/// A shop that answers on this machine for as long as the runtime lives, and who asks it.
struct Trade {
    shop: Arc<dyn SimShop>,
    clock: ManualClock,
    platform: Ecom,
    connection: Connection,
}

impl Trade {
    async fn open(options: &ShopSize) -> Self {
        let clock = ManualClock::at(OPENED_AT.parse().unwrap());
        let shop = run(options, Arc::new(clock.clone()));
        let url = serve(shop.router()).await;
        Self {
            connection: connection(shop.access(&url)),
            platform: Ecom::new(Arc::new(clock.clone())).unwrap(),
            shop,
            clock,
        }
    }

    fn pass(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// All pages. The shop may be asked as often as it takes: time passes.
    async fn list(&self, listing: Listing) -> Vec<Page> {
        self.list_while(listing, || {}).await
    }

    /// The same while `something` happens between the pages.
    async fn list_while(&self, listing: Listing, mut something: impl FnMut()) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        loop {
            let after = pages.last().and_then(|page| page.next.as_ref());
            if !pages.is_empty() && after.is_none() {
                return pages;
            }
            match self.platform.list(&self.connection, listing, after).await {
                Ok(page) => pages.push(page),
                Err(FetchError::TryLater {
                    after: Some(after), ..
                }) => self.pass(after.try_into().unwrap()),
                Err(error) => panic!("{error}"),
            }
            something();
        }
    }

    /// The order as the shop has it now.
    async fn fetch(&self, id: &ShopOrderId) -> Order {
        loop {
            match self.platform.fetch(&self.connection, id).await {
                Ok(body) => return self.read(&body),
                Err(FetchError::TryLater {
                    after: Some(after), ..
                }) => self.pass(after.try_into().unwrap()),
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn read(&self, body: &[u8]) -> Order {
        whole(self.platform.read(&self.connection, Source::Fetched, body))
    }
}

fn connection(access: Access) -> Connection {
    let Access {
        secret,
        shop_url,
        key,
        key_secret,
    } = access;
    let api = ApiAccess::new(
        ShopUrl::new(&shop_url).unwrap(),
        SecretString::from(key),
        SecretString::from(key_secret),
        PlainHttp::Allowed,
    );
    Connection {
        id: ConnectionId::new(Uuid::from_u128(7)),
        retailer: RetailerId::new(Uuid::from_u128(1)),
        platform: PlatformCode::new(CODE).unwrap(),
        secrets: LiveSecrets::new(vec![SecretString::from(secret)]).unwrap(),
        api: Some(api.unwrap()),
    }
}

/// Webhooks are lost, all of them; what is asked for with an overlap tells the whole truth.
#[tokio::test(flavor = "multi_thread")]
async fn ec_17_polling_alone_reaches_the_shops_books() {
    const OVERLAP: SignedDuration = SignedDuration::from_secs(120);
    let trade = Trade::open(&options(11, 150)).await;
    let mut known: BTreeMap<String, Order> = BTreeMap::new();
    let mut since: Timestamp = OPENED_AT.parse().unwrap();
    let (mut bodies, mut fetched, mut most_pages) = (0, 0, 0);
    let mut is_over = false;
    for round in 0_u32.. {
        // Several changes in a second, and now and then a pause.
        for _ in 0..60 {
            is_over |= !trade.shop.step();
        }
        let pause = if round % 3 == 0 { 90_500 } else { 1_300 };
        trade.pass(SignedDuration::from_millis(pause));
        // The last listing is one during which nothing happens any more, long after all that did.
        let was_over = is_over && round % 3 == 0;
        let since_then = Listing::Changed {
            since: since - OVERLAP,
        };
        // The shop trades on while it is asked.
        let pages = trade
            .list_while(since_then, || {
                is_over |= !trade.shop.step();
                trade.pass(SignedDuration::from_millis(300));
            })
            .await;
        most_pages = most_pages.max(pages.len());
        since = pages[0].answered_at.unwrap();
        for listed in pages.into_iter().flat_map(|page| page.orders) {
            let order = if let Some(body) = &listed.body {
                bodies += 1;
                trade.read(body)
            } else {
                fetched += 1;
                trade.fetch(&listed.order).await
            };
            assert_eq!(order.key.order, listed.order);
            assert!(listed.modified_at <= order.version.modified_at);
            assert_eq!(listed.placed_at, order.placed_at);
            known.insert(listed.order.to_string(), order);
        }
        if was_over {
            break;
        }
    }
    assert!(bodies > 100 && fetched > 100, "{bodies}, {fetched}");
    assert!(most_pages > 2, "{most_pages} pages");
    let books = trade.shop.books();
    assert_eq!(trade.shop.placed(), 150);
    assert_eq!(books.sales.len() + books.drafts.len(), 150);
    for (id, sale) in &books.sales {
        compare(&known[id], sale);
    }
    for id in books.drafts.keys() {
        assert_eq!(known[id].state, SaleState::Unfinished, "order {id}");
    }
    assert!(books.sales.len() > 100 && !books.drafts.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn r_06_every_order_placed_is_in_the_list_of_those_placed() {
    let trade = Trade::open(&options(12, 260)).await;
    while trade.shop.step() {
        trade.pass(SignedDuration::from_millis(70));
    }
    trade.pass(SEARCH_LAG + SignedDuration::from_secs(1));
    let books = trade.shop.books();
    let all: BTreeSet<&str> = books
        .sales
        .keys()
        .chain(books.drafts.keys())
        .map(|id| &**id)
        .collect();
    let pages = trade.list(Listing::Placed { since: None }).await;
    assert!(pages.len() > 4, "{} pages", pages.len());
    let listed = pages.iter().flat_map(|page| &page.orders);
    let listed: BTreeSet<&str> = listed.map(|listed| listed.order.as_str()).collect();
    assert_eq!(listed, all);
    // From the middle on: those of the second asked for are in it.
    let since = OPENED_AT.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(20);
    let later = trade.list(Listing::Placed { since: Some(since) }).await;
    let later = later.iter().flat_map(|page| &page.orders);
    let later: BTreeSet<&str> = later
        .inspect(|listed| assert!(listed.placed_at >= since))
        .map(|listed| listed.order.as_str())
        .collect();
    assert!(!later.is_empty() && later.len() < all.len());
    let earlier = pages.iter().flat_map(|page| &page.orders);
    for listed in earlier.filter(|listed| !later.contains(listed.order.as_str())) {
        assert!(listed.placed_at < since);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r_12_what_happens_is_stamped_by_the_clock_in_whole_seconds() {
    let trade = Trade::open(&options(13, 40)).await;
    let mut placed_at: BTreeMap<String, Timestamp> = BTreeMap::new();
    let mut changes = 0;
    loop {
        trade.pass(SignedDuration::from_millis(7_300));
        let before = trade.shop.books();
        if !trade.shop.step() {
            break;
        }
        changes += 1;
        let now = trade.clock.now();
        let second = Timestamp::from_second(now.as_second()).unwrap();
        let after = trade.shop.books();
        // Which one it was is seen where it changed the books.
        for (id, sale) in &after.sales {
            if before.sales.get(id) == Some(sale) {
                continue;
            }
            let order = trade.fetch(&ShopOrderId::new(id).unwrap()).await;
            assert_eq!(order.version.modified_at, second, "order {id}");
            let first = *placed_at.entry(id.clone()).or_insert(order.placed_at);
            assert_eq!(order.placed_at, first, "order {id} is placed once");
            assert!(first <= second);
            let mut paid = order.payments.iter().filter_map(|payment| payment.paid_at);
            assert!(paid.all(|at| at <= second), "order {id}");
        }
    }
    assert!(changes > 60 && placed_at.len() > 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_is_a_little_behind_and_the_order_itself_is_not() {
    let trade = Trade::open(&options(14, 5)).await;
    assert!(trade.shop.step());
    let books = trade.shop.books();
    let id = books.sales.keys().chain(books.drafts.keys()).next();
    let id = ShopOrderId::new(id.unwrap()).unwrap();
    let listed = async || {
        let pages = trade.list(Listing::Placed { since: None }).await;
        pages.iter().map(|page| page.orders.len()).sum::<usize>()
    };
    assert_eq!(listed().await, 0);
    assert_eq!(trade.fetch(&id).await.key.order, id);
    trade.pass(SEARCH_LAG);
    assert_eq!(listed().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_are_signed_repeated_and_in_the_end_withheld() {
    let trade = Trade::open(&options(15, 60)).await;
    assert!(trade.shop.step());
    assert!(
        trade.shop.due().is_empty(),
        "an app without an address is told nothing"
    );
    trade.shop.set_hook(HOOK);
    assert!(trade.shop.step());
    let due = trade.shop.due();
    let [first] = &due[..] else { panic!("{due:?}") };
    assert!(first.url.starts_with(&format!("{HOOK}?eventtype=")));
    let notice = trade
        .platform
        .verify(&trade.connection, &first.headers, &first.body);
    let Ok(Notice::Delivery {
        order: Some(order), ..
    }) = notice
    else {
        panic!("{notice:?}")
    };
    assert_eq!(trade.fetch(&order).await.key.order, order);
    assert!(trade.shop.due().is_empty(), "each is given out once");
    // Nobody answers: after its patience the shop counts that as a failure.
    trade.pass(PATIENCE + SignedDuration::from_secs(1));
    assert!(trade.shop.due().is_empty());
    trade.pass(SignedDuration::from_mins(15));
    let again = trade.shop.due();
    assert_eq!(again.len(), 1);
    assert_eq!((&again[0].body, &again[0].url), (&first.body, &first.url));
    assert_ne!(again[0].id, first.id);
    trade.shop.answered(first.id, Some(200));
    trade.shop.answered(again[0].id, Some(200));
    assert_eq!(trade.shop.next_due(), None, "taken");
    // For two weeks nothing is taken.
    let end = trade.clock.now() + BLOCKED_AFTER + SignedDuration::from_hours(1);
    while trade.clock.now() < end {
        trade.shop.step();
        for outgoing in trade.shop.due() {
            trade.shop.answered(outgoing.id, Some(503));
        }
        trade.pass(SignedDuration::from_hours(6));
    }
    assert!(trade.shop.step(), "it trades on");
    assert_eq!(trade.shop.next_due(), None, "and tells nothing");
    assert!(trade.shop.due().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_app_is_told_again_once_its_address_is_set_again() {
    let trade = Trade::open(&options(16, 20)).await;
    trade.shop.set_hook(HOOK);
    assert!(trade.shop.step());
    trade.shop.lose_hooks();
    assert!(trade.shop.step());
    assert!(trade.shop.due().is_empty());
    trade.shop.set_hook(HOOK);
    assert!(
        trade.shop.due().is_empty(),
        "what was not told stays untold"
    );
    assert!(trade.shop.step());
    assert_eq!(trade.shop.due().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rate_limit_holds_for_listings_as_well() {
    let trade = Trade::open(&options(17, 1)).await;
    let since = OPENED_AT.parse().unwrap();
    let list = async || {
        let listing = Listing::Changed { since };
        trade.platform.list(&trade.connection, listing, None).await
    };
    for _ in 0..REQUESTS_PER_MINUTE {
        list().await.unwrap();
    }
    let Err(FetchError::TryLater {
        after: Some(after), ..
    }) = list().await
    else {
        panic!("the limit is not enforced")
    };
    trade.pass(after.try_into().unwrap());
    assert!(list().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn r_10_each_store_has_an_id_of_its_own() {
    for (seed, id) in [(0, "1003"), (5, "1008")] {
        let trade = Trade::open(&options(seed, 1)).await;
        let store = trade.platform.store(&trade.connection).await.unwrap();
        assert_eq!(store.id, id);
        assert_eq!(store.name, format!("Boutique {id}"));
    }
}

#[test]
fn a_seed_decides_all_lives_and_the_count_all_skus() {
    let clock = || Arc::new(ManualClock::at(OPENED_AT.parse().unwrap()));
    let books = |seed| {
        let shop = run(&options(seed, 200), clock());
        while shop.step() {}
        shop.books()
    };
    let (one, same, other) = (books(1), books(1), books(2));
    assert_eq!(one, same);
    assert_ne!(one.sales, other.sales);
    let skus = |books: &Books| -> BTreeSet<Stocked> { books.sold.keys().cloned().collect() };
    assert_eq!(skus(&one), skus(&other));
    let drafts: BTreeSet<&str> = one.drafts.values().map(|status| &**status).collect();
    assert_eq!(
        drafts,
        BTreeSet::from(["CUSTOM_PAYMENT_STATUS_1", "INCOMPLETE"])
    );
}

/// What polling finds does not depend on when it asks: no status hides a sale.
#[test]
fn once_a_sale_always_a_sale() {
    let clock = ManualClock::at(OPENED_AT.parse().unwrap());
    let shop = run(&options(3, 200), Arc::new(clock));
    let mut before = shop.books();
    while shop.step() {
        let now = shop.books();
        let lost = before.sales.keys().find(|id| !now.sales.contains_key(*id));
        assert_eq!(lost, None);
        before = now;
    }
    assert!(before.parked.is_empty());
}
