//! Asking a shop which orders it has.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use shop::{FetchError, Listed, Listing, Page, PageToken};

use crate::answer::unreadable;
use crate::client::{Answered, Asker};
use crate::id::Id;
use crate::operation;
use crate::payload::{PageInfo, Paged};
use crate::place::Place;

/// Orders asked for at once: the most there can be, and five pages of ten cost more.
const PAGE_ORDERS: usize = 250;

/// One page of a listing, oldest first, without bodies: an order is read whole by
/// [`crate::Shopify::fetch`], or in part by nothing.
///
/// Pages go on by key, not by number, so that an order that changes meanwhile pushes no other one off its
/// page: it moves to the end and is given there again. What Shopify searches is an index that lags behind
/// its orders, by minutes when it is busy: who polls must ask from well before where it left off.
pub(crate) async fn list(
    shop: Asker<'_>,
    listing: Listing,
    after: Option<&PageToken>,
) -> Result<Page, FetchError> {
    let sorting = Sorting::of(listing);
    let place = match after {
        None => Place::first(listing),
        Some(token) => {
            Place::read(token).ok_or_else(|| unreadable("the page is unknown".to_owned()))?
        }
    };
    let variables = sorting.variables(&place);
    let Answered { data, at } = shop.ask(&operation::ORDERS_PAGE, variables).await?;
    let Data {
        orders: Paged { nodes, page_info },
    } = serde_json::from_value(data).map_err(|_| not_as_documented())?;
    let instants: Vec<Timestamp> = nodes.iter().map(|head| sorting.instant(head)).collect();
    let orders = nodes.into_iter().map(listed).collect::<Option<_>>();
    let next = match page_info {
        PageInfo {
            has_next_page: false,
            end_cursor: _,
        } => None,
        PageInfo {
            has_next_page: true,
            end_cursor,
        } => {
            let next = end_cursor.and_then(|cursor| place.next(&instants, at, cursor));
            let token = next.and_then(|next| next.token());
            Some(token.ok_or_else(not_as_documented)?)
        }
    };
    Ok(Page {
        orders: orders.ok_or_else(not_as_documented)?,
        answered_at: at,
        next,
    })
}

/// What orders are sorted and searched by: always the same, or pages would not fit together.
#[derive(Clone, Copy)]
enum Sorting {
    Changed,
    Placed,
}

impl Sorting {
    const fn of(listing: Listing) -> Self {
        match listing {
            Listing::Changed { since: _ } => Self::Changed,
            Listing::Placed { since: _ } => Self::Placed,
        }
    }

    /// Instants are quoted and in UTC: Shopify reads one without an offset in the shop's own time zone, and
    /// an unquoted one up to its first colon.
    fn variables(self, place: &Place) -> Value {
        let (field, sort_key) = match self {
            Self::Changed => ("updated_at", "UPDATED_AT"),
            Self::Placed => ("created_at", "CREATED_AT"),
        };
        json!({
            "query": place.since().map(|since| format!("{field}:>='{since}'")),
            "sortKey": sort_key,
            "first": PAGE_ORDERS,
            "after": place.cursor(),
        })
    }

    const fn instant(self, head: &Head) -> Timestamp {
        match self {
            Self::Changed => head.updated_at,
            Self::Placed => head.created_at,
        }
    }
}

fn listed(head: Head) -> Option<Listed> {
    let Head {
        id,
        created_at,
        updated_at,
    } = head;
    Some(Listed {
        order: id.order()?,
        placed_at: created_at,
        modified_at: updated_at,
        body: None,
    })
}

fn not_as_documented() -> FetchError {
    unreadable("the list of orders is not as documented".to_owned())
}

#[derive(Deserialize)]
struct Data {
    orders: Paged<Head>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    id: Id,
    created_at: Timestamp,
    updated_at: Timestamp,
}
