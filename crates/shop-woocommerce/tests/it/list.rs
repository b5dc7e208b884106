//! Listing orders, against the simulated shop.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use shop::{FetchError, Listed, Listing, PageToken, Platform as _, Reading, Source};
use shop_woocommerce::sim::Dice;

use crate::running::Running;

/// Most pages that a test reads: more would be a listing without an end.
const PAGES_LIMIT: usize = 500;

/// All pages of a listing; `between` happens after each.
async fn all(running: &Running, listing: Listing, mut between: impl FnMut()) -> Vec<Listed> {
    let mut orders = Vec::new();
    let mut token: Option<PageToken> = None;
    for _ in 0..PAGES_LIMIT {
        let page = running
            .platform
            .list(&running.connection, listing, token.as_ref())
            .await
            .unwrap();
        assert!(page.orders.len() <= 100);
        assert_eq!(
            page.answered_at.unwrap().as_second(),
            running.now().as_second()
        );
        orders.extend(page.orders);
        // As after a restart: the text is all that is left of it.
        let Some(next) = page.next else {
            return orders;
        };
        token = PageToken::new(next.as_str());
        between();
    }
    panic!("the listing has no end");
}

fn ids(orders: &[Listed]) -> BTreeSet<u64> {
    let ids = orders.iter().map(|order| order.order.as_str());
    ids.map(|id| id.parse().unwrap()).collect()
}

/// All orders placed by `count` of them, with their instants.
fn placed(count: u64) -> BTreeSet<u64> {
    (1001..1001 + count).collect()
}

fn steps(running: &Running, count: usize, seconds: i64) {
    for _ in 0..count {
        running.shop.step();
        running.pass(seconds);
    }
}

fn since(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_shop_that_has_sold_nothing_has_an_empty_page() {
    let running = Running::new(1, 10).await;
    for listing in [
        Listing::Placed { since: None },
        Listing::Changed {
            since: running.now(),
        },
    ] {
        let page = running
            .platform
            .list(&running.connection, listing, None)
            .await
            .unwrap();
        assert_eq!((page.orders.len(), page.next), (0, None));
    }
}

#[tokio::test]
async fn wc_01_an_order_changed_since_is_listed_with_what_fetch_gives() {
    let running = Running::new(2, 60).await;
    steps(&running, 80, 1);
    let since = running.now() - SignedDuration::from_secs(20);
    let listed = all(&running, Listing::Changed { since }, || {}).await;
    assert!(!listed.is_empty() && listed.len() <= 20, "{}", listed.len());
    for Listed {
        order,
        placed_at,
        modified_at,
        body,
    } in listed
    {
        assert!(modified_at >= since && placed_at <= modified_at);
        let body = body.unwrap();
        let fetched = running.platform.fetch(&running.connection, &order).await;
        assert_eq!(body, fetched.unwrap());
        let reading = running
            .platform
            .read(&running.connection, Source::Fetched, &body);
        let Reading::Order { order: read, .. } = reading else {
            panic!("{reading:?}");
        };
        assert_eq!(read.key.order, order);
        assert_eq!(read.placed_at, placed_at);
        assert_eq!(read.version.modified_at, modified_at);
    }
}

/// Both borders of a second, whatever the shop's time zone: its local time is five hours behind.
#[tokio::test]
async fn the_second_asked_for_is_listed_and_the_one_before_is_not() {
    let running = Running::new(3, 30).await;
    steps(&running, 5, 1);
    let at = since("2026-11-21T14:00:02Z");
    let earliest = |orders: &[Listed]| orders.iter().map(|order| order.modified_at).min();
    for since in [at, at + SignedDuration::from_millis(999)] {
        let listed = all(&running, Listing::Changed { since }, || {}).await;
        assert_eq!(earliest(&listed), Some(at));
        let listed = all(&running, Listing::Placed { since: Some(since) }, || {}).await;
        assert!(listed.iter().all(|order| order.placed_at >= at));
    }
}

#[tokio::test]
async fn page_borders_lose_nothing() {
    for orders in [99, 100, 101, 201] {
        let running = Running::new(4, orders).await;
        while running.shop.step() {
            running.pass(1);
        }
        let count = u64::try_from(orders).unwrap();
        let listed = all(&running, Listing::Placed { since: None }, || {}).await;
        assert_eq!(ids(&listed), placed(count), "{orders} orders");
        let since = since(crate::running::OPENED);
        let listed = all(&running, Listing::Changed { since }, || {}).await;
        assert_eq!(ids(&listed), placed(count), "{orders} orders");
    }
}

#[tokio::test]
async fn a_second_may_have_more_orders_than_a_page() {
    let running = Running::new(5, 250).await;
    while running.shop.step() {}
    let now = running.now();
    for listing in [
        Listing::Changed { since: now },
        Listing::Placed { since: Some(now) },
        Listing::Placed { since: None },
    ] {
        let listed = all(&running, listing, || {}).await;
        assert_eq!(ids(&listed), placed(250), "in the present second");
    }
    running.pass(3);
    let listed = all(&running, Listing::Changed { since: now }, || {}).await;
    assert_eq!(ids(&listed), placed(250), "just over");
    running.pass(60);
    let listed = all(&running, Listing::Changed { since: now }, || {}).await;
    assert_eq!(ids(&listed), placed(250), "long over");
}

/// R-6, WC-1: whatever happens while the pages are read, no change is lost but of the last second, which the next
/// listing has.
#[tokio::test]
async fn wc_01_no_change_is_lost_however_rows_move_while_paged() {
    for seed in 0..6 {
        let running = Running::new(seed, 450).await;
        let mut dice = Dice::new(seed);
        for _ in 0..dice.between(1, 700) {
            running.shop.step();
            running.pass(i64::try_from(dice.between(0, 1)).unwrap());
        }
        let since = since(crate::running::OPENED);
        let (most, pause) = (dice.between(1, 120), dice.between(0, 4));
        let listed = all(&running, Listing::Changed { since }, || {
            for _ in 0..dice.between(0, most) {
                running.shop.step();
                if dice.percent(20) {
                    running.pass(i64::try_from(dice.between(0, pause)).unwrap());
                }
            }
        })
        .await;
        let mut newest: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for order in &listed {
            let known = newest.entry(order.order.as_str()).or_default();
            *known = order.modified_at.max(*known);
        }
        let second = Timestamp::from_second(running.now().as_second()).unwrap();
        let mut page = 0;
        for order in all(&running, Listing::Placed { since: None }, || page += 1).await {
            let known = newest.get(order.order.as_str());
            assert!(
                known == Some(&order.modified_at) || order.modified_at >= second,
                "seed {seed}, order {:?}: listed as of {known:?}, is of {}",
                order.order,
                order.modified_at
            );
        }
        assert!(page > 0 || listed.len() <= 100);
    }
}

/// WC-10: a scan that is begun again sees everything again.
#[tokio::test]
async fn wc_10_without_a_token_a_listing_starts_from_the_beginning() {
    let running = Running::new(6, 130).await;
    while running.shop.step() {
        running.pass(1);
    }
    let first = all(&running, Listing::Placed { since: None }, || {}).await;
    let again = all(&running, Listing::Placed { since: None }, || {}).await;
    assert_eq!(first, again);
    assert_eq!(ids(&again), placed(130));
}

#[tokio::test]
async fn a_token_of_nobody_is_refused() {
    let running = Running::new(7, 1).await;
    let token = PageToken::new("7; drop table").unwrap();
    let listing = Listing::Placed { since: None };
    let page = running
        .platform
        .list(&running.connection, listing, Some(&token))
        .await;
    assert!(
        matches!(page, Err(FetchError::Unreadable { .. })),
        "{page:?}"
    );
}
