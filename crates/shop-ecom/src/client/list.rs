//! Asking a shop which orders it has, a page at a time.

use jiff::{SignedDuration, Timestamp};
use retail::{Currency, ShopOrderId};
use serde_json::value::RawValue;
use shop::{ApiAccess, Connection, FetchError, Listed, Listing, Page, PageToken};

use super::fetch::whole;
use super::place::{Place, Seen, Step, Stuck};
use super::profile::currency;
use super::{Answer, Found, address, ask, too_long, unreadable};
use crate::payload::{ListedOrder, Search};
use crate::{Ecom, map};

/// Most requests for one page. Halving a window from all of time down to a second takes 31.
const REQUESTS_LIMIT: usize = 40;
/// Largest page read, in bytes. One that is longer is asked for again without the orders themselves.
const PAGE_LIMIT_BYTES: usize = 16 << 20;
/// What is asked for of each order then.
const ROW_FIELDS: &str =
    "total,items(id,internalId,createDate,createTimestamp,updateDate,updateTimestamp)";
/// The search answers from an index that follows the orders by some seconds: the tests of eCom's own
/// client wait up to ten for it. An order that changed later than this before the answer is not taken from it.
pub(crate) const INDEX_LAG: SignedDuration = SignedDuration::from_mins(1);

/// The page of `listing` that begins where `after` says.
///
/// Each page is one answer of the shop; those that held only a part of what was asked for are dropped.
pub(crate) async fn list(
    shop: &Ecom,
    connection: &Connection,
    listing: Listing,
    after: Option<&PageToken>,
) -> Result<Page, FetchError> {
    let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
    let mut place = match after {
        None => Place::first(listing),
        Some(token) => {
            Place::of(token).ok_or_else(|| unreadable("its next page is not one of ours"))?
        }
    };
    for _ in 0..REQUESTS_LIMIT {
        let answered = match search(shop, api, listing, &place).await {
            Ok(answered) => answered,
            // Not every plan shows orders that are not finished: then there are none to see. A token
            // that is worth nothing is refused for the others as well.
            Err(refused @ FetchError::Refused { status: _ }) => {
                place = place.finished(listing).ok_or(refused)?;
                continue;
            }
            Err(error) => return Err(error),
        };
        let (total, rows) = rows(&answered.found.body)?;
        let orders: Vec<ShopOrderId> = rows.iter().map(|row| row.order.clone()).collect();
        let now = answered.found.at.unwrap_or_else(|| shop.clock.now());
        let seen = Seen {
            total,
            orders: &orders,
            now: now.as_second(),
        };
        match place.step(listing, &seen).map_err(stuck)? {
            Step::Ask(other) => place = other,
            Step::Page(next) => {
                let is_taken = |row: &Row<'_>| {
                    answered.is_whole && is_settled(row.modified_at(&place), answered.found.at)
                };
                let currency = if rows.iter().any(is_taken) {
                    bookable(currency(shop, connection, api).await)?
                } else {
                    None
                };
                let orders = rows.iter().map(|row| {
                    let currency = currency.filter(|_| is_taken(row));
                    listed(row, &place, currency)
                });
                return Ok(Page {
                    orders: orders.collect::<Result<_, _>>()?,
                    answered_at: answered.found.at,
                    next: next.map(|next| token(&next)).transpose()?,
                });
            }
        }
    }
    Err(restless())
}

/// A page of the search.
struct Answered {
    found: Found,
    /// Whether it holds the orders themselves.
    is_whole: bool,
}

async fn search(
    shop: &Ecom,
    api: &ApiAccess,
    listing: Listing,
    place: &Place,
) -> Result<Answered, FetchError> {
    let mut address = address(api, &["orders"]).ok_or(FetchError::NoAccess)?;
    address.query_pairs_mut().extend_pairs(place.query(listing));
    let mut thin = address.clone();
    thin.query_pairs_mut()
        .append_pair("responseFields", ROW_FIELDS);
    for (address, is_whole) in [(address, true), (thin, false)] {
        match ask(shop, api, address, PAGE_LIMIT_BYTES).await? {
            Answer::Found(found) => return Ok(Answered { found, is_whole }),
            Answer::Nothing => return Err(unreadable("the store has no orders to search")),
            Answer::TooLong { limit_bytes: _ } => {}
        }
    }
    Err(too_long(PAGE_LIMIT_BYTES))
}

/// An order of a page.
struct Row<'a> {
    order: ShopOrderId,
    document: &'a RawValue,
    placed_at: Option<Timestamp>,
    changed_at: Option<Timestamp>,
}

impl Row<'_> {
    /// As it is read of the order itself. One without a date was found by one all the same; it is parked
    /// when it is read.
    fn modified_at(&self, place: &Place) -> Timestamp {
        self.changed_at
            .or(self.placed_at)
            .or_else(|| Timestamp::from_second(place.from()).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// How many orders the shop counts, and those that it shows.
fn rows(body: &[u8]) -> Result<(i64, Vec<Row<'_>>), FetchError> {
    let Search { total, items } =
        serde_json::from_slice(body).map_err(|_| unreadable("it is no page of orders"))?;
    let total = total.as_str().parse::<u32>().map(i64::from);
    let total = total.map_err(|_| unreadable("it does not tell how many orders there are"))?;
    let items = items.ok_or_else(|| unreadable("it has no list of orders"))?;
    let rows: Result<_, _> = items.into_iter().map(row).collect();
    Ok((total, rows?))
}

fn row(document: &RawValue) -> Result<Row<'_>, FetchError> {
    let ListedOrder {
        id,
        internal_id,
        create_date,
        create_timestamp,
        update_date,
        update_timestamp,
    } = serde_json::from_str(document.get())
        .map_err(|_| unreadable("something listed is no order"))?;
    Ok(Row {
        order: map::order_id(&id, &internal_id)
            .ok_or_else(|| unreadable("an order listed has no id"))?,
        document,
        placed_at: map::instant(&create_timestamp, &create_date),
        changed_at: map::instant(&update_timestamp, &update_date),
    })
}

/// Whether what the index shows is what the shop has: only a shop that tells the time can say.
fn is_settled(modified_at: Timestamp, answered_at: Option<Timestamp>) -> bool {
    answered_at.is_some_and(|at| at.duration_since(modified_at) > INDEX_LAG)
}

/// In a currency that cannot be booked no order is passed on: fetching one says so of each.
fn bookable(currency: Result<Currency, FetchError>) -> Result<Option<Currency>, FetchError> {
    match currency {
        Ok(currency) => Ok(Some(currency)),
        Err(FetchError::Unreadable { why: _ }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn listed(row: &Row<'_>, place: &Place, currency: Option<Currency>) -> Result<Listed, FetchError> {
    let modified_at = row.modified_at(place);
    let body = currency.map(|currency| whole(currency.code(), row.document));
    Ok(Listed {
        order: row.order.clone(),
        placed_at: row.placed_at.unwrap_or(modified_at),
        modified_at,
        body: body.transpose()?,
    })
}

fn token(next: &Place) -> Result<PageToken, FetchError> {
    next.token()
        .ok_or_else(|| unreadable("its next page cannot be named"))
}

fn stuck(stuck: Stuck) -> FetchError {
    match stuck {
        Stuck::Restless => restless(),
        Stuck::Withheld => FetchError::later("it counts orders that it does not show"),
    }
}

fn restless() -> FetchError {
    FetchError::later("its orders move while they are listed")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = include_str!("../../fixtures/search.json");

    proptest! {
        /// Whatever a shop answers is a page of orders that have ids, or none.
        #[test]
        fn a_page_of_any_bytes_is_read_or_refused(
            changes in prop::collection::vec((0..PAGE.len(), any::<u8>()), 0..4),
            length in 0..=PAGE.len(),
            is_cut in prop::bool::weighted(0.2),
        ) {
            let mut page = PAGE.as_bytes().to_vec();
            for (place, byte) in changes {
                page[place] = byte;
            }
            if is_cut {
                page.truncate(length);
            }
            match rows(&page) {
                Ok((total, rows)) => {
                    prop_assert!(total >= 0);
                    for row in rows {
                        prop_assert!(!row.order.as_str().is_empty());
                        let is_object = row.document.get().starts_with('{');
                        prop_assert!(is_object);
                    }
                }
                Err(error) => {
                    let is_unreadable = matches!(error, FetchError::Unreadable { .. });
                    prop_assert!(is_unreadable);
                    // Nothing of what the shop sent is quoted.
                    prop_assert!(!error.to_string().contains("camille"));
                }
            }
        }
    }
}
