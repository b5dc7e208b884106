//! Listings of shops in the mind: without HTTP, and with every kind of unrest.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_795_269_600;
const LIMIT: usize = 100;

#[derive(Clone, Debug)]
struct Row {
    unfinished: bool,
    created: i64,
    updated: i64,
}

/// How a shop sorts what it shows.
#[derive(Clone, Copy, Debug)]
enum Sort {
    LatestPlaced,
    LatestChanged,
    EarliestChanged,
    ById,
}

/// A shop whose clock and orders are moved by the test.
#[derive(Clone, Debug)]
struct Shop {
    now: i64,
    orders: BTreeMap<u64, Row>,
    sort: Sort,
}

impl Shop {
    /// Orders finished at these seconds, and not touched since.
    fn with(created: impl IntoIterator<Item = i64>) -> Self {
        let row = |created| Row {
            unfinished: false,
            created,
            updated: created,
        };
        Self {
            now: NOW,
            orders: (1..).zip(created.into_iter().map(row)).collect(),
            sort: Sort::LatestPlaced,
        }
    }

    /// What the search answers to a query.
    fn search(&self, query: &[(&str, String)]) -> (i64, Vec<ShopOrderId>) {
        let value = |name: &str| query.iter().find(|(n, _)| *n == name).map(|(_, v)| v);
        let number = |name: &str| value(name).map(|value| value.parse::<i64>().unwrap());
        let within = |at: i64, from: &str, to: &str| {
            number(from).is_none_or(|from| at >= from) && number(to).is_none_or(|to| at <= to)
        };
        let unfinished = value("paymentStatus").is_some_and(|status| status == "INCOMPLETE");
        let mut hits: Vec<(&u64, &Row)> = self
            .orders
            .iter()
            .filter(|(_, row)| {
                row.unfinished == unfinished
                    && within(row.created, "createdFrom", "createdTo")
                    && within(row.updated, "updatedFrom", "updatedTo")
            })
            .collect();
        match self.sort {
            Sort::LatestPlaced => hits.sort_by_key(|(id, row)| (-row.created, **id)),
            Sort::LatestChanged => hits.sort_by_key(|(id, row)| (-row.updated, **id)),
            Sort::EarliestChanged => hits.sort_by_key(|(id, row)| (row.updated, **id)),
            Sort::ById => {}
        }
        let offset = usize::try_from(number("offset").unwrap_or(0)).unwrap();
        let page = hits.iter().skip(offset).take(LIMIT);
        let page = page.map(|(id, _)| ShopOrderId::new(&id.to_string()).unwrap());
        (i64::try_from(hits.len()).unwrap(), page.collect())
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn changed(since: i64) -> Listing {
    Listing::Changed { since: at(since) }
}

fn placed(since: i64) -> Listing {
    Listing::Placed {
        since: Some(at(since)),
    }
}

/// All pages of a listing, while `unrest` has its way between any two requests; and how many requests
/// it took.
fn walk(
    shop: &mut Shop,
    listing: Listing,
    mut unrest: impl FnMut(&mut Shop),
) -> Result<(Vec<u64>, usize), Stuck> {
    const PATIENCE: usize = 5_000;
    let mut given = Vec::new();
    let mut place = Place::first(listing);
    for requests in 1..PATIENCE {
        let (total, orders) = shop.search(&place.query(listing));
        let seen = Seen {
            total,
            orders: &orders,
            now: shop.now,
        };
        match place.step(listing, &seen)? {
            Step::Ask(next) => place = next,
            Step::Page(next) => {
                given.extend(orders.iter().map(|id| id.as_str().parse::<u64>().unwrap()));
                match next {
                    // Every page may be the last one before a restart.
                    Some(next) => place = Place::of(&next.token().unwrap()).unwrap(),
                    None => return Ok((given, requests)),
                }
            }
        }
        unrest(shop);
    }
    panic!("no end after {PATIENCE} requests");
}

/// All pages while nothing happens, each order once, as a set.
fn calm(shop: &mut Shop, listing: Listing) -> (Vec<u64>, usize) {
    let (mut given, requests) = walk(shop, listing, |_| {}).unwrap();
    given.sort_unstable();
    given.dedup();
    (given, requests)
}

#[test]
fn a_shop_without_orders_is_asked_twice() {
    assert_eq!(calm(&mut Shop::with([]), changed(NOW - 60)), (vec![], 2));
}

#[test]
fn one_full_page_is_one_answer() {
    let mut shop = Shop::with((0..100).map(|second| NOW - 1_000 + second));
    let (given, requests) = calm(&mut shop, placed(0));
    assert_eq!((given.len(), requests), (100, 2));
    shop.orders.insert(
        101,
        Row {
            unfinished: true,
            created: NOW,
            updated: NOW,
        },
    );
    assert_eq!(
        calm(&mut shop, placed(0)).0.len(),
        101,
        "unfinished ones too"
    );
}

#[test]
fn only_what_was_asked_for_is_given() {
    let mut shop = Shop::with((1..=400).map(|hour| NOW - hour * 3_600));
    let since = NOW - 150 * 3_600;
    for listing in [placed(since), changed(since)] {
        assert_eq!(
            calm(&mut shop, listing).0,
            (1..=150).collect::<Vec<_>>(),
            "the second asked for is in it"
        );
    }
    let halfway = Listing::Changed {
        since: Timestamp::new(since, 500_000_000).unwrap(),
    };
    assert_eq!(calm(&mut shop, halfway).0.len(), 150, "rather once more");
}

#[test]
fn years_of_orders_take_little_more_than_their_pages() {
    const ORDERS: i64 = 4_000;
    // Ten years, a break of two in between, half of all in the last year.
    let second = |order: i64| {
        let year = 31_557_600;
        let back = if order < ORDERS / 2 {
            year * 2 * order / ORDERS
        } else {
            3 * year + 14 * year * (order - ORDERS / 2) / ORDERS
        };
        NOW - back
    };
    for listing in [
        placed(0),
        Listing::Placed { since: None },
        changed(NOW - 400_000_000),
    ] {
        let mut shop = Shop::with((0..ORDERS).map(second));
        let (given, requests) = calm(&mut shop, listing);
        assert_eq!(given.len(), 4_000);
        assert!(requests < 75, "{requests} requests for 40 pages");
    }
}

#[test]
fn a_second_may_hold_more_than_a_page() {
    for second in [NOW - 86_400, NOW] {
        let others = (1..=120).map(|minute| NOW - minute * 7_200);
        let mut shop = Shop::with(std::iter::repeat_n(second, 450).chain(others));
        for sort in [Sort::LatestPlaced, Sort::EarliestChanged, Sort::ById] {
            shop.sort = sort;
            for listing in [placed(0), changed(NOW - 864_000)] {
                let (given, requests) = calm(&mut shop, listing);
                assert_eq!(given.len(), 570);
                assert!(requests < 60, "{requests}");
            }
        }
    }
}

#[test]
fn a_second_whose_orders_change_is_read_again() {
    let mut shop = Shop::with(std::iter::repeat_n(NOW - 3_600, 450));
    let mut left = 3;
    let (given, _) = walk(&mut shop, changed(NOW - 7_200), |shop| {
        // The first of those that were read already is touched once they are read page by page.
        shop.now += 1;
        let now = shop.now;
        if let Some(row) = shop.orders.get_mut(&left)
            && left > 0
            && shop.now > NOW + 20
        {
            row.updated = now;
            left -= 1;
        }
    })
    .unwrap();
    for id in 1..=450 {
        assert!(given.contains(&id), "order {id}");
    }
}

#[test]
fn a_shop_that_never_rests_is_left_alone() {
    let mut shop = Shop::with(std::iter::repeat_n(NOW, 450));
    let stuck = walk(&mut shop, changed(NOW - 60), |shop| {
        // All sorted anew, and the second does not pass.
        let orders = std::mem::take(&mut shop.orders);
        shop.orders = orders.into_iter().map(|(id, row)| (id + 1, row)).collect();
    });
    assert_eq!(stuck.unwrap_err(), Stuck::Restless);
}

#[test]
fn orders_counted_and_not_shown_are_no_end() {
    let place = Place::first(changed(NOW));
    let seen = Seen {
        total: 5,
        orders: &[],
        now: NOW,
    };
    assert_eq!(place.step(changed(NOW), &seen), Err(Stuck::Withheld));
}

#[test]
fn a_token_says_where_to_go_on_and_nothing_else_is_one() {
    let place = Place {
        phase: Phase::Finished,
        from: 5,
        to: Some(9),
        heap: None,
        after: Some(Last {
            rows: 200,
            order: "XJ12H".to_owned(),
        }),
        restarts: 2,
    };
    let token = place.token().unwrap();
    assert_eq!(
        token.as_str(),
        r#"{"phase":"finished","from":5,"to":9,"after":{"rows":200,"order":"XJ12H"},"restarts":2}"#
    );
    assert_eq!(Place::of(&token), Some(place));
    for text in [
        "2",
        "{}",
        r#"{"phase":"finished","from":5,"page":3}"#,
        r#"{"phase":"finished","from":-1}"#,
        r#"{"phase":"finished","from":5,"to":4}"#,
        r#"{"phase":"finished","from":5,"to":9223372036854775807}"#,
        r#"{"phase":"finished","from":5,"after":{"rows":0,"order":"XJ12H"}}"#,
        r#"{"phase":"finished","from":5,"heap":{"to":9,"rows":-1}}"#,
    ] {
        assert_eq!(Place::of(&PageToken::new(text).unwrap()), None, "{text}");
    }
}

/// What happens between two requests.
#[derive(Clone, Debug)]
enum Event {
    Pass(i64),
    Place,
    Abandon,
    Change(u64),
    Finish(u64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0_i64..4).prop_map(Event::Pass),
        2 => Just(Event::Place),
        1 => Just(Event::Abandon),
        4 => (1_u64..600).prop_map(Event::Change),
        1 => (1_u64..600).prop_map(Event::Finish),
    ]
}

fn happen(shop: &mut Shop, event: &Event) {
    let now = shop.now;
    match event {
        Event::Pass(seconds) => shop.now += seconds,
        Event::Place | Event::Abandon => {
            let id = shop.orders.last_key_value().map_or(1, |(id, _)| id + 1);
            let row = Row {
                unfinished: matches!(event, Event::Abandon),
                created: now,
                updated: now,
            };
            shop.orders.insert(id, row);
        }
        Event::Change(id) => {
            if let Some(row) = shop.orders.get_mut(id) {
                row.updated = now;
            }
        }
        Event::Finish(id) => {
            if let Some(row) = shop.orders.get_mut(id) {
                row.unfinished = false;
                row.updated = now;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever moves while the pages are read: nothing that was there at the start is lost, and
    /// nothing that was changed before the last answer's second either.
    #[test]
    fn r_06_no_order_is_lost_while_rows_move(
        ages in prop::collection::vec((0_i64..2_000, 0_i64..1_000, prop::bool::weighted(0.1)), 0..500),
        events in prop::collection::vec(event(), 1..60),
        sort in prop_oneof![
            Just(Sort::LatestPlaced), Just(Sort::LatestChanged), Just(Sort::EarliestChanged), Just(Sort::ById),
        ],
        window in 1_i64..2_500,
        of_changes in any::<bool>(),
    ) {
        let mut shop = Shop::with([]);
        shop.sort = sort;
        for (id, (age, later, unfinished)) in (1..).zip(&ages) {
            let created = NOW - age;
            let row = Row { unfinished: *unfinished, created, updated: (created + later).min(NOW) };
            shop.orders.insert(id, row);
        }
        let start = shop.clone();
        let since = NOW - window;
        let listing = if of_changes { changed(since) } else { placed(since) };
        let mut events = events.iter().cycle();
        let mut quiet = 0;
        let mut last_busy = NOW;
        let (given, _) = walk(&mut shop, listing, |shop| {
            // A storm of sixty requests, then peace.
            if quiet < 60 {
                quiet += 1;
                for event in events.by_ref().take(5) {
                    happen(shop, event);
                }
                // Requests take a while. A second that never ended would be a shop that never rests.
                if quiet % 10 == 0 {
                    shop.now += 1;
                }
                last_busy = shop.now;
            } else {
                shop.now = shop.now.max(last_busy + 2);
            }
        }).unwrap();
        for (id, row) in &start.orders {
            let asked_for = if of_changes { row.updated >= since } else { row.created >= since };
            prop_assert!(!asked_for || given.contains(id), "order {id}, there from the start: {row:?}");
        }
        if quiet == 60 {
            for (id, row) in &shop.orders {
                let is_new = row.created > NOW || (of_changes && row.updated > NOW);
                prop_assert!(!is_new || given.contains(id), "order {id}, changed meanwhile: {row:?}");
            }
        }
    }
}
