//! Listing orders, against a store whose orders move while its pages are read.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use shop::{Connection, FetchError, Listed, Listing, Page, PageToken, Platform as _};

use crate::shelves::{Entry, Inner, Shelves};
use crate::store::platform;

pub const START: &str = "2026-01-05T09:00:00Z";
const PAGE: u64 = 250;
/// More pages than any of these listings has.
const PAGES_LIMIT: usize = 100;

pub fn at(second: i64) -> Timestamp {
    START.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second)
}

pub const fn changed(since: Timestamp) -> Listing {
    Listing::Changed { since }
}

pub async fn page(
    connection: &Connection,
    listing: Listing,
    after: Option<&PageToken>,
) -> Result<Page, FetchError> {
    platform().list(connection, listing, after).await
}

/// All pages, each by a platform that knows nothing but the token.
async fn all(connection: &Connection, listing: Listing) -> (BTreeMap<u64, Listed>, usize) {
    let mut found = BTreeMap::new();
    let mut next = None;
    for pages in 1..=PAGES_LIMIT {
        let page = page(connection, listing, next.as_ref()).await.unwrap();
        for order in page.orders {
            assert_eq!(order.body, None, "a list does not have the whole order");
            found.insert(order.order.as_str().parse().unwrap(), order);
        }
        next = match page.next {
            Some(token) => PageToken::new(token.as_str()),
            None => return (found, pages),
        };
    }
    panic!("the list has no end");
}

fn ids(found: &BTreeMap<u64, Listed>) -> Vec<u64> {
    found.keys().copied().collect()
}

/// Orders 1 to `count`, placed and changed last at these seconds.
fn stock(inner: &mut Inner, count: u64, second: impl Fn(u64) -> i64) {
    for id in 1..=count {
        let instant = at(second(id));
        inner.orders.insert(
            id,
            Entry {
                placed_at: instant,
                modified_at: instant,
                is_archived: false,
            },
        );
    }
}

#[tokio::test]
async fn an_empty_store_has_an_empty_list_and_tells_its_time() {
    let (_, connection) = Shelves::start(START).await;
    for listing in [
        changed(at(0)),
        Listing::Placed { since: None },
        Listing::Placed { since: Some(at(0)) },
    ] {
        let mut next = None;
        loop {
            let page = page(&connection, listing, next.as_ref()).await.unwrap();
            assert_eq!((page.orders, page.answered_at), (vec![], Some(at(0))));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn instants_are_asked_for_in_utc_and_a_second_wider_than_wanted() {
    let (shelves, connection) = Shelves::start(START).await;
    let since: Timestamp = "2026-01-05T10:00:05.75+01:00".parse().unwrap();
    all(&connection, changed(since)).await;
    let placed = Listing::Placed { since: Some(since) };
    all(&connection, placed).await;
    assert_eq!(
        shelves.asked(),
        [
            "/v3/orders/payment_actions/refunds?created:min=2026-01-05T09:00:04Z&limit=25&page=1",
            "/v2/orders?limit=250&min_date_modified=2026-01-05T09:00:04Z&sort=date_modified:asc",
            "/v2/orders?is_deleted=true&limit=250&min_date_modified=2026-01-05T09:00:04Z&sort=date_modified:asc",
            "/v2/orders?limit=250&min_date_created=2026-01-05T09:00:04Z&min_id=1&sort=id:asc",
            "/v2/orders?is_deleted=true&limit=250&min_date_created=2026-01-05T09:00:04Z&min_id=1&sort=id:asc",
        ]
    );
}

#[tokio::test]
async fn orders_of_the_second_asked_for_are_given_and_earlier_ones_are_not() {
    for filters_exclude in [false, true] {
        let (shelves, connection) = Shelves::start(START).await;
        shelves.change(|inner| {
            inner.filters_exclude = filters_exclude;
            stock(inner, 9, |id| i64::try_from(id).unwrap());
            inner.orders.get_mut(&3).unwrap().modified_at = at(50);
            inner.orders.get_mut(&8).unwrap().is_archived = true;
        });
        // Within the second: the store's dates have no fractions.
        let since = at(5) + SignedDuration::from_millis(900);
        let (found, _) = all(&connection, changed(since)).await;
        assert_eq!(ids(&found), [3, 5, 6, 7, 8, 9]);
        assert_eq!(
            (found[&3].placed_at, found[&3].modified_at),
            (at(3), at(50))
        );
        let (found, _) = all(&connection, Listing::Placed { since: Some(since) }).await;
        assert_eq!(ids(&found), [5, 6, 7, 8, 9]);
        let (found, _) = all(&connection, Listing::Placed { since: None }).await;
        assert_eq!(found.len(), 9);
    }
}

#[tokio::test]
async fn a_page_that_is_just_full_loses_nothing_at_its_border() {
    for count in [
        PAGE - 1,
        PAGE,
        PAGE + 1,
        2 * PAGE,
        2 * PAGE + 1,
        3 * PAGE - 2,
    ] {
        for share in [1, 2, 7] {
            let (shelves, connection) = Shelves::start("2026-01-05T12:00:00Z").await;
            shelves.change(|inner| stock(inner, count, |id| i64::try_from(id / share).unwrap()));
            for listing in [changed(at(0)), Listing::Placed { since: None }] {
                let (found, _) = all(&connection, listing).await;
                assert_eq!(
                    found.len(),
                    usize::try_from(count).unwrap(),
                    "{share} a second"
                );
            }
        }
    }
}

#[tokio::test]
async fn one_second_may_hold_more_orders_than_a_page() {
    for filters_exclude in [false, true] {
        let (shelves, connection) = Shelves::start("2026-01-05T12:00:00Z").await;
        shelves.change(|inner| {
            inner.filters_exclude = filters_exclude;
            // A bulk edit of 700 orders, with quiet seconds around it.
            stock(inner, 900, |id| match id {
                101..=800 => 30,
                id => i64::try_from(id % 60).unwrap(),
            });
        });
        let (found, pages) = all(&connection, changed(at(0))).await;
        assert_eq!(found.len(), 900);
        assert!(pages < 15, "{pages}");
    }
}

#[tokio::test]
async fn a_second_that_is_not_over_is_read_again_when_it_is() {
    let (shelves, connection) = Shelves::start(START).await;
    shelves.change(|inner| {
        stock(inner, 600, |_| 0);
        inner.orders.get_mut(&1).unwrap().modified_at = at(-90);
    });
    let mut answers = 0;
    shelves.meanwhile(move |inner| {
        answers += 1;
        match answers {
            // Order 1 joins the second when ids beyond it are being read.
            4 => inner.touch(1),
            5 => inner.wait(2),
            _ => {}
        }
    });
    let (found, _) = all(&connection, changed(at(0))).await;
    assert_eq!(found.len(), 600);
    assert_eq!(found[&1].modified_at, at(0));
}

#[tokio::test]
async fn a_store_that_tells_no_time_is_listed_all_the_same() {
    let (shelves, connection) = Shelves::start(START).await;
    shelves.change(|inner| {
        inner.tells_no_time = true;
        stock(inner, 600, |_| 0);
    });
    let first = page(&connection, changed(at(0)), None).await.unwrap();
    assert_eq!(first.answered_at, None);
    let (found, _) = all(&connection, changed(at(0))).await;
    assert_eq!(found.len(), 600);
}

/// Rows that move to the end shift all behind them to an earlier page: by number, they were lost.
#[tokio::test]
async fn orders_that_change_while_pages_are_read_take_none_with_them() {
    let (shelves, connection) = Shelves::start("2026-01-05T12:00:00Z").await;
    shelves.change(|inner| stock(inner, 1_000, |id| i64::try_from(id).unwrap()));
    let mut next_moved = 1;
    shelves.meanwhile(move |inner| {
        for _ in 0..20 {
            inner.touch(next_moved);
            next_moved += 1;
        }
        inner.wait(1);
    });
    let (found, _) = all(&connection, changed(at(0))).await;
    assert_eq!(found.len(), 1_000);
}

#[tokio::test]
async fn an_order_archived_while_pages_are_read_is_on_the_last_shelf() {
    for listing in [changed(at(0)), Listing::Placed { since: None }] {
        let (shelves, connection) = Shelves::start("2026-01-05T12:00:00Z").await;
        shelves.change(|inner| stock(inner, 600, |id| i64::try_from(id).unwrap()));
        let mut next_archived = 600;
        shelves.meanwhile(move |inner| {
            inner.touch(next_archived);
            inner.orders.get_mut(&next_archived).unwrap().is_archived = true;
            next_archived -= 1;
            inner.wait(1);
        });
        let (found, _) = all(&connection, listing).await;
        assert_eq!(found.len(), 600);
    }
}

#[tokio::test]
async fn a_refund_that_moved_no_date_is_found_by_itself() {
    let (shelves, connection) = Shelves::start("2026-01-05T12:00:00Z").await;
    shelves.change(|inner| {
        stock(inner, 90, |id| i64::try_from(id).unwrap());
        // One each of the first sixty, and a second one of the first.
        for id in 1..=60 {
            inner.refunds.insert(id, (id, at(1_000)));
        }
        inner.refunds.insert(61, (1, at(1_010)));
        inner.refunds.insert(62, (70, at(100)));
        // Of an order that is not there any more.
        inner.refunds.insert(63, (999, at(1_000)));
    });
    let (found, _) = all(&connection, changed(at(1_000))).await;
    assert_eq!(ids(&found), (1..=60).collect::<Vec<_>>());
    let first = &found[&1];
    assert_eq!((first.placed_at, first.modified_at), (at(1), at(1_010)));
    assert_eq!(found[&2].modified_at, at(1_000));
}

#[tokio::test]
async fn an_order_that_is_refunded_and_changed_later_has_the_later_date() {
    let (shelves, connection) = Shelves::start("2026-01-05T12:00:00Z").await;
    shelves.change(|inner| {
        stock(inner, 1, |_| 500);
        inner.refunds.insert(1, (1, at(400)));
    });
    let first = page(&connection, changed(at(300)), None).await.unwrap();
    assert_eq!(first.orders[0].modified_at, at(500));
}

/// Whatever happens between two requests: what was changed since is given.
#[tokio::test]
async fn r_06_everything_is_listed_under_random_moves() {
    for seed in 1..=16_u64 {
        let mut random = Random(seed);
        let (shelves, connection) = Shelves::start("2026-01-05T10:00:00Z").await;
        let spread = [1, 4, 60, 3_000][usize::try_from(seed % 4).unwrap()];
        let count = 200 + random.below(900);
        let expected: Vec<u64> = shelves.change(|inner| {
            inner.filters_exclude = seed.is_multiple_of(2);
            let seconds: Vec<i64> = (0..=count)
                .map(|_| i64::try_from(random.below(spread)).unwrap())
                .collect();
            stock(inner, count, |id| seconds[usize::try_from(id).unwrap()]);
            inner.now = at(i64::try_from(spread).unwrap());
            for id in 1..=count {
                let entry = inner.orders.get_mut(&id).unwrap();
                entry.is_archived = random.below(10) == 0;
                if random.below(5) == 0 {
                    entry.modified_at = inner.now;
                }
            }
            let since = at(i64::try_from(spread / 3).unwrap());
            let of = inner.orders.iter();
            of.filter(|(_, entry)| entry.modified_at >= since)
                .map(|(id, _)| *id)
                .collect()
        });
        let mut moves = Random(seed + 1_000);
        shelves.meanwhile(move |inner| {
            for _ in 0..moves.below(40) {
                let id = 1 + moves.below(count);
                match moves.below(12) {
                    0 => {
                        inner.place();
                    }
                    // Only what is not archived changes, and none comes back from the archive.
                    1 if !inner.orders[&id].is_archived => {
                        inner.touch(id);
                        inner.orders.get_mut(&id).unwrap().is_archived = true;
                    }
                    _ if !inner.orders[&id].is_archived => inner.touch(id),
                    _ => {}
                }
            }
            inner.wait(i64::try_from(moves.below(3)).unwrap());
        });
        let since = at(i64::try_from(spread / 3).unwrap());
        let (found, _) = all(&connection, changed(since)).await;
        let lost: Vec<&u64> = expected
            .iter()
            .filter(|id| !found.contains_key(id))
            .collect();
        assert!(lost.is_empty(), "seed {seed}: {lost:?}");
        let (placed, _) = all(&connection, Listing::Placed { since: None }).await;
        assert!(
            (1..=count).all(|id| placed.contains_key(&id)),
            "seed {seed}"
        );
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
