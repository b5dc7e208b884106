//! Asking a shop which orders it has, a page at a time.

use jiff::{SignedDuration, Timestamp};
use retail::{Currency, ShopOrderId};
use serde_json::value::RawValue;
use shop::{ApiAccess, Connection, FetchError, Listed, Listing, Page, PageToken};

use super::fetch::whole;
use super::place::{Place, Seen, Step, Stuck};
use super::profile::currency;
use super::{Answer, Found, address, ask, too_long, unreadable};
use crate::payload::{Row, Search};
use crate::{Ecom, map};

/// Most requests for one page. Halving a window from all of time down to a second takes 31.
const REQUESTS_LIMIT: usize = 40;
/// Largest page read, in bytes. One that is longer is asked for again without the orders themselves.
const PAGE_LIMIT_BYTES: usize = 16 << 20;
/// What is asked for of each order then.
const ROW_FIELDS: &str =
    "total,items(id,internalId,createDate,createTimestamp,updateDate,updateTimestamp)";
/// The search answers from an index that follows the orders by some seconds: eCom's own client waits up
/// to ten for it. An order that changed later than this before the answer is not taken from it.
const INDEX_LAG: SignedDuration = SignedDuration::from_mins(1);

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
        let Answered { found, is_whole } = &answered;
        let (total, rows) = rows(&found.body)?;
        let orders: Vec<ShopOrderId> = rows.iter().map(|(order, _, _)| order.clone()).collect();
        let seen = Seen {
            total,
            orders: &orders,
            now: found.at.unwrap_or_else(|| shop.clock.now()).as_second(),
        };
        let next = match place.step(listing, &seen).map_err(stuck)? {
            Step::Ask(other) => {
                place = other;
                continue;
            }
            Step::Page(next) => next,
        };
        let rows: Vec<Dated<'_>> = rows
            .into_iter()
            .map(|(order, document, row)| dated(order, document, &row, &place))
            .collect();
        let is_taken = |row: &Dated<'_>| *is_whole && is_settled(row.modified_at, found.at);
        let currency = if rows.iter().any(is_taken) {
            bookable(currency(shop, connection, api).await)?
        } else {
            None
        };
        let orders = rows
            .into_iter()
            .map(|row| {
                let currency = currency.filter(|_| is_taken(&row));
                listed(row, currency)
            })
            .collect::<Result<_, _>>()?;
        let next = next
            .map(|next| {
                next.token()
                    .ok_or_else(|| unreadable("its next page cannot be named"))
            })
            .transpose()?;
        return Ok(Page {
            orders,
            answered_at: found.at,
            next,
        });
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

/// How many orders the shop counts, and those that it shows.
type Rows<'a> = (i64, Vec<(ShopOrderId, &'a RawValue, Row<'a>)>);

fn rows(body: &[u8]) -> Result<Rows<'_>, FetchError> {
    let Search { total, items } =
        serde_json::from_slice(body).map_err(|_| unreadable("it is no page of orders"))?;
    let total = total.as_str().parse::<u32>().map(i64::from);
    let total = total.map_err(|_| unreadable("it does not tell how many orders there are"))?;
    let items = items.ok_or_else(|| unreadable("it has no list of orders"))?;
    let rows = items.into_iter().map(|document| {
        let row: Row<'_> = serde_json::from_str(document.get())
            .map_err(|_| unreadable("something listed is no order"))?;
        let order = map::order_id(&row.id, &row.internal_id)
            .ok_or_else(|| unreadable("an order listed has no id"))?;
        Ok((order, document, row))
    });
    Ok((total, rows.collect::<Result<_, FetchError>>()?))
}

/// An order of a page, with its instants as [`map::map`] reads them.
struct Dated<'a> {
    order: ShopOrderId,
    document: &'a RawValue,
    placed_at: Timestamp,
    modified_at: Timestamp,
}

fn dated<'a>(
    order: ShopOrderId,
    document: &'a RawValue,
    row: &Row<'a>,
    place: &Place,
) -> Dated<'a> {
    let placed_at = map::instant(&row.create_timestamp, &row.create_date);
    // An order without a date was found by one all the same. It is parked when it is read.
    let modified_at = map::instant(&row.update_timestamp, &row.update_date)
        .or(placed_at)
        .or_else(|| Timestamp::from_second(place.from()).ok())
        .unwrap_or(Timestamp::UNIX_EPOCH);
    Dated {
        order,
        document,
        placed_at: placed_at.unwrap_or(modified_at),
        modified_at,
    }
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

fn listed(row: Dated<'_>, currency: Option<Currency>) -> Result<Listed, FetchError> {
    let Dated {
        order,
        document,
        placed_at,
        modified_at,
    } = row;
    let body = currency.map(|currency| whole(currency.code(), document));
    Ok(Listed {
        order,
        placed_at,
        modified_at,
        body: body.transpose()?,
    })
}

fn stuck(stuck: Stuck) -> FetchError {
    match stuck {
        Stuck::Restless => restless(),
        Stuck::Withheld => FetchError::TryLater {
            why: "it counts orders that it does not show".to_owned(),
            after: None,
        },
    }
}

fn restless() -> FetchError {
    FetchError::TryLater {
        why: "its orders move while they are listed".to_owned(),
        after: None,
    }
}
