//! Where in a listing the next page begins.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shop::{Listing, PageToken};

/// Orders followed by one search; Shopify gives up at about 25,000. What is behind them is searched for anew.
const GIVEN_LIMIT: usize = 20_000;
/// By how much Shopify's index of orders may lag behind them.
const INDEX_LAG: SignedDuration = SignedDuration::from_mins(10);

/// A search, and how far it has been followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Orders from this second on; all there are where it is `None`.
    since: Option<Timestamp>,
    /// Orders that the search has given so far.
    given: usize,
    /// Shopify's own word for where it stands.
    cursor: Option<String>,
}

impl Place {
    /// The beginning. Parts of a second are cut off: Shopify's instants have none.
    pub(crate) fn first(listing: Listing) -> Self {
        let since = match listing {
            Listing::Changed { since } => Some(since),
            Listing::Placed { since } => since,
        };
        let whole = |since: Timestamp| {
            let seconds = since.as_second().max(0);
            Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
        };
        Self {
            since: since.map(whole),
            given: 0,
            cursor: None,
        }
    }

    /// `None` for what [`Place::token`] never gave.
    pub(crate) fn read(token: &PageToken) -> Option<Self> {
        serde_json::from_str(token.as_str()).ok()
    }

    pub(crate) fn token(&self) -> Option<PageToken> {
        PageToken::new(&serde_json::to_string(self).ok()?)
    }

    pub(crate) const fn since(&self) -> Option<Timestamp> {
        self.since
    }

    pub(crate) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// What comes after a page that gave orders of these `instants`; `None` when it gave nothing new.
    pub(crate) fn next(
        self,
        instants: &[Timestamp],
        answered_at: Option<Timestamp>,
        cursor: String,
    ) -> Option<Self> {
        self.next_within(GIVEN_LIMIT, instants, answered_at, cursor)
    }

    fn next_within(
        self,
        limit: usize,
        instants: &[Timestamp],
        answered_at: Option<Timestamp>,
        cursor: String,
    ) -> Option<Self> {
        if instants.is_empty() || self.cursor.as_ref() == Some(&cursor) {
            return None;
        }
        let given = self.given.saturating_add(instants.len());
        let anew = (given >= limit)
            .then(|| self.settled(instants, answered_at))
            .flatten();
        Some(match anew {
            Some(since) => Self {
                since: Some(since),
                given: 0,
                cursor: None,
            },
            None => Self {
                since: self.since,
                given,
                cursor: Some(cursor),
            },
        })
    }

    /// The latest instant of the page from which on a new search finds everything behind it.
    ///
    /// Orders come in the order of the index, but show their instants of now. One that is older than the
    /// index can lag is what the index has too, so that nothing behind the page is older. A younger one may
    /// stand here by an older instant, and orders behind it may be older than it shows.
    fn settled(&self, instants: &[Timestamp], answered_at: Option<Timestamp>) -> Option<Timestamp> {
        let indexed = answered_at?.checked_sub(INDEX_LAG).ok()?;
        let settled = instants.iter().filter(|instant| **instant <= indexed);
        // A second that holds more orders than one search gives is followed by cursor alone.
        settled.max().copied().filter(|at| Some(*at) > self.since)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const CURSOR: &str = "eyJsYXN0X2lkIjo1fQ==";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn place(given: usize) -> Place {
        Place {
            since: Some(at("2026-11-01T00:00:00Z")),
            given,
            cursor: None,
        }
    }

    #[test]
    fn a_listing_begins_at_a_whole_second() {
        for (since, whole) in [
            ("2026-11-01T00:00:00.999Z", "2026-11-01T00:00:00Z"),
            ("2026-11-01T01:00:00+01:00", "2026-11-01T00:00:00Z"),
            ("-000001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ] {
            let since = at(since);
            let place = Place::first(Listing::Changed { since });
            assert_eq!(place.since().unwrap().to_string(), whole);
        }
        let all = Place::first(Listing::Placed { since: None });
        assert_eq!((all.since(), all.cursor()), (None, None));
    }

    #[test]
    fn a_token_is_the_place_it_was_made_of() {
        let next = place(0).next(&[at("2026-11-02T00:00:00Z")], None, CURSOR.to_owned());
        let next = next.unwrap();
        assert_eq!(Place::read(&next.token().unwrap()), Some(next));
        for text in ["x", "{}", r#"{"since":"noon","given":1,"cursor":null}"#] {
            assert_eq!(Place::read(&PageToken::new(text).unwrap()), None, "{text}");
        }
        let endless = place(0).next(&[at("2026-11-02T00:00:00Z")], None, "x".repeat(5_000));
        assert_eq!(endless.unwrap().token(), None);
    }

    #[test]
    fn a_search_that_gives_nothing_new_is_not_followed() {
        let instants = [at("2026-11-02T00:00:00Z")];
        assert_eq!(place(0).next(&[], None, CURSOR.to_owned()), None);
        let next = place(0).next(&instants, None, CURSOR.to_owned()).unwrap();
        assert_eq!((next.given, next.cursor()), (1, Some(CURSOR)));
        assert_eq!(next.next(&instants, None, CURSOR.to_owned()), None);
    }

    #[test]
    fn a_deep_listing_is_searched_anew_from_what_the_index_knows_for_sure() {
        let answered_at = Some(at("2026-11-02T12:00:00Z"));
        let next = |given: usize, instants: &[&str], answered_at| {
            let instants: Vec<Timestamp> = instants.iter().map(|text| at(text)).collect();
            let next = place(given).next(&instants, answered_at, CURSOR.to_owned());
            let next = next.unwrap();
            (next.since().unwrap().to_string(), next.cursor.is_none())
        };
        let old = ["2026-11-02T09:00:00Z", "2026-11-02T10:00:00Z"];
        let begun = "2026-11-01T00:00:00Z".to_owned();
        assert_eq!(next(19_997, &old, answered_at), (begun.clone(), false));
        assert_eq!(next(19_998, &old, answered_at), (old[1].to_owned(), true));
        // The last one changed a minute ago: what follows may be as old as the one before it.
        let moved = [old[0], "2026-11-02T11:59:00Z"];
        assert_eq!(next(20_000, &moved, answered_at), (old[0].to_owned(), true));
        for (instants, answered_at) in [
            (&["2026-11-02T11:59:00Z"][..], answered_at),
            (&["2026-11-01T00:00:00Z"][..], answered_at),
            (&old[..], None),
        ] {
            assert_eq!(next(20_000, instants, answered_at), (begun.clone(), false));
        }
    }

    /// The instants at which an order changed, each with when the index came to know.
    #[derive(Clone, Debug)]
    struct Moving(Vec<(i64, i64)>);

    impl Moving {
        fn shown(&self, now: i64) -> i64 {
            self.latest(now, |(at, _)| at)
        }

        fn indexed(&self, now: i64) -> i64 {
            self.latest(now, |(_, known_at)| known_at)
        }

        fn latest(&self, now: i64, since: impl Fn((i64, i64)) -> i64) -> i64 {
            let known = self.0.iter().filter(|change| since(**change) <= now);
            known.map(|(at, _)| *at).max().unwrap()
        }
    }

    const PAGE: usize = 3;
    /// When the listing begins, in seconds; before it all orders are in the index.
    const BEGINS: i64 = 100_000;

    /// Follows a listing to its end. Between two pages an order changes and time passes, as `moves` say:
    /// which order, after how many seconds, known to the index how many seconds later.
    fn followed(mut orders: Vec<Moving>, moves: &[(usize, i64, i64)]) -> BTreeSet<usize> {
        let second = |at| Timestamp::from_second(at).unwrap();
        let mut now = BEGINS;
        let mut moves = moves.iter();
        let mut given = BTreeSet::new();
        let mut place = Place::first(Listing::Changed { since: second(0) });
        loop {
            let since = place.since().unwrap().as_second();
            let after: Option<(i64, usize)> = place
                .cursor()
                .map(|cursor| serde_json::from_str(cursor).unwrap());
            let mut rows: Vec<(i64, usize)> = (0..orders.len())
                .map(|id| (orders[id].indexed(now), id))
                .filter(|row| row.0 >= since && Some(*row) > after)
                .collect();
            rows.sort_unstable();
            let has_next = rows.len() > PAGE;
            rows.truncate(PAGE);
            given.extend(rows.iter().map(|(_, id)| *id));
            if !has_next {
                return given;
            }
            let cursor = serde_json::to_string(rows.last().unwrap()).unwrap();
            let shown = rows.iter().map(|(_, id)| second(orders[*id].shown(now)));
            let shown: Vec<Timestamp> = shown.collect();
            place = place
                .next_within(2 * PAGE, &shown, Some(second(now)), cursor)
                .unwrap();
            if let Some((order, wait, lag)) = moves.next() {
                now += wait;
                let order = order % orders.len();
                orders[order].0.push((now, now + lag));
            }
        }
    }

    proptest! {
        #[test]
        fn r_06_no_order_is_lost_while_orders_move_and_the_index_lags(
            placed in prop::collection::vec(BEGINS - 2_000..BEGINS - 600, 1..40),
            moves in prop::collection::vec((0_usize..40, 0_i64..900, 0_i64..600), 0..60),
        ) {
            let orders: Vec<Moving> = placed.iter().map(|at| Moving(vec![(*at, *at)])).collect();
            let all: BTreeSet<usize> = (0..orders.len()).collect();
            prop_assert_eq!(followed(orders, &moves), all);
        }
    }
}
