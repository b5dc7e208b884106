//! A store that trades by itself, followed by its lists alone and by its hooks.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use service::clock::{Clock as _, ManualClock};
use shop::conformance::serve;
use shop::sim::{ShopSize, SimShop};
use shop::{
    Connection, FetchError, HookAddress, Listing, Notice, PageToken, Platform as _, ShopUrl,
};

use super::{Ledger, NOW, connected, fetched, out};
use crate::sim::{Dice, run};
use crate::{APP_UNINSTALLED, BigCommerce};

/// Asked for once more with every poll.
const OVERLAP: SignedDuration = SignedDuration::from_secs(5);

struct Trade {
    clock: ManualClock,
    shop: Arc<dyn SimShop>,
    connection: Connection,
    platform: BigCommerce,
    ledger: Ledger,
}

impl Trade {
    async fn open(seed: u64, orders: usize) -> Self {
        let clock = ManualClock::at(NOW.parse().unwrap());
        let options = ShopSize {
            seed,
            orders,
            max_versions: 6,
            products: 40,
        };
        let shop = run(&options, Arc::new(clock.clone()));
        let access = shop.access(&serve(shop.router()).await);
        Self {
            platform: BigCommerce::new(Arc::new(clock.clone())).unwrap(),
            connection: connected(&access),
            clock,
            shop,
            ledger: Ledger::default(),
        }
    }

    /// All orders of a listing, and the store's time at its first page.
    async fn list(&self, listing: Listing) -> (BTreeSet<retail::ShopOrderId>, Timestamp) {
        let (mut orders, mut answered_at) = (BTreeSet::new(), None);
        let mut next: Option<PageToken> = None;
        loop {
            let listed = self.platform.list(&self.connection, listing, next.as_ref());
            let page = match listed.await {
                Ok(page) => page,
                Err(FetchError::TryLater {
                    after: Some(after), ..
                }) => {
                    self.clock.advance(after.try_into().unwrap());
                    continue;
                }
                Err(other) => panic!("{other:?}"),
            };
            answered_at = answered_at.or(page.answered_at);
            orders.extend(page.orders.into_iter().map(|listed| listed.order));
            next = page.next;
            if next.is_none() {
                return (orders, answered_at.unwrap());
            }
        }
    }

    async fn poll(&mut self, since: Timestamp) -> Timestamp {
        let (orders, answered_at) = self.list(Listing::Changed { since }).await;
        for order in orders {
            let read = fetched(&self.platform, &self.connection, &self.clock, &order).await;
            if let Some(order) = read {
                self.ledger.post(order);
            }
        }
        answered_at
    }

    fn is_what_the_books_say(&self) {
        let books = self.shop.books();
        let sales = self.ledger.sales();
        assert_eq!(sales.len(), books.sales.len());
        for (id, expected) in &books.sales {
            assert_eq!(&sales[id], expected, "order {id}");
        }
        assert_eq!(self.ledger.sold(), out(&books.sold));
        assert!(books.parked.is_empty());
    }
}

/// A refund may leave its order's date as it was: then only the list of refunds tells of it.
#[tokio::test]
async fn r_12_a_store_that_is_only_polled_becomes_what_its_own_books_say() {
    for seed in 1..=3 {
        let mut trade = Trade::open(seed, 40).await;
        let mut since: Timestamp = trade.clock.now();
        let mut chance = Dice::new(seed);
        loop {
            let goes_on = trade.shop.step();
            trade.clock.advance(SignedDuration::from_secs(1));
            if !goes_on || chance.percent(10) {
                since = trade.poll(since - OVERLAP).await;
            }
            if !goes_on {
                break;
            }
        }
        assert_eq!(trade.shop.placed(), 40);
        trade.is_what_the_books_say();
        let (all, _) = trade.list(Listing::Placed { since: None }).await;
        assert_eq!(all.len(), 40);
    }
}

#[tokio::test]
async fn r_12_a_store_followed_by_its_hooks_becomes_what_its_own_books_say() {
    let mut trade = Trade::open(7, 30).await;
    // A listener on this machine, as a demonstration has one.
    let address = HookAddress(ShopUrl::new("http://127.0.0.1:8088/hooks/7").unwrap());
    let platform = trade.platform.clone();
    let made = platform.ensure_hooks(&trade.connection, &address).await;
    assert_eq!(made.unwrap().created, 2);
    loop {
        let goes_on = trade.shop.step();
        trade.clock.advance(SignedDuration::from_secs(1));
        for outgoing in trade.shop.due() {
            assert_eq!(outgoing.url, address.0.as_str());
            let (headers, body) = (&outgoing.headers, &outgoing.body);
            let notice = platform.verify(&trade.connection, headers, body).unwrap();
            let Notice::Delivery {
                order: Some(order), ..
            } = notice
            else {
                panic!("{notice:?}");
            };
            trade.shop.answered(outgoing.id, Some(200));
            if let Some(order) = fetched(&platform, &trade.connection, &trade.clock, &order).await {
                trade.ledger.post(order);
            }
        }
        if !goes_on {
            break;
        }
    }
    assert_eq!(trade.shop.next_due(), None);
    trade.is_what_the_books_say();
}

#[tokio::test]
async fn the_same_seed_trades_the_same_and_another_does_not() {
    let mut books = Vec::new();
    for seed in [5, 5, 6] {
        let trade = Trade::open(seed, 25).await;
        while trade.shop.step() {
            trade.clock.advance(SignedDuration::from_millis(700));
        }
        books.push(trade.shop.books());
    }
    assert_eq!(books[0], books[1]);
    assert_ne!(books[0], books[2]);
}

#[test]
fn the_topic_of_an_end_is_what_the_fixture_says() {
    let hook: serde_json::Value = serde_json::from_str(include_str!(
        "../../../fixtures/webhooks/store_app_uninstalled.json"
    ))
    .unwrap();
    assert_eq!(hook["scope"], APP_UNINSTALLED);
}
