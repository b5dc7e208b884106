//! Asking a shop which orders it has.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use shop::{FetchError, Listed, Listing, Page, PageToken};

use crate::answer::unreadable;
use crate::client::{Answered, Asker};
use crate::document::Document;
use crate::id::Id;
use crate::operation;
use crate::payload::{PageInfo, Paged};
use crate::place::Place;

/// Heads of orders asked for at once: the most there can be, and five pages of ten cost more.
const PAGE_ORDERS: usize = 250;
/// Whole orders asked for at once: a page of more may cost more than one question is allowed to.
const PAGE_WHOLE_ORDERS: usize = 20;

/// One page of a listing, oldest first. Of what changed there are heads alone, as few of many are news; of
/// orders placed the whole orders, as all of them are wanted, but for those too long for a page.
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
    let Answered { data, at, spent } = shop.ask(sorting.operation(), variables).await?;
    if let (Sorting::Placed, Some(spent)) = (sorting, spent) {
        shop.told(|allowance| allowance.placed_page = spent);
    }
    let Data {
        orders: Paged { nodes, page_info },
    } = serde_json::from_value(data).map_err(|_| not_as_documented())?;
    let heads: Vec<Head> = nodes
        .iter()
        .map(Head::deserialize)
        .collect::<Result<_, _>>()
        .map_err(|_| not_as_documented())?;
    let instants: Vec<Timestamp> = heads.iter().map(|head| sorting.instant(head)).collect();
    let rows = heads.into_iter().zip(nodes);
    let orders = rows
        .map(|(head, node)| listed(head, sorting.body(node)))
        .collect::<Option<_>>();
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
            "first": self.orders(),
            "after": place.cursor(),
        })
    }

    fn operation(self) -> &'static str {
        match self {
            Self::Changed => &operation::ORDERS_PAGE,
            Self::Placed => &operation::ORDERS_WHOLE_PAGE,
        }
    }

    const fn orders(self) -> usize {
        match self {
            Self::Changed => PAGE_ORDERS,
            Self::Placed => PAGE_WHOLE_ORDERS,
        }
    }

    /// The order itself, where the page has all of it.
    fn body(self, node: Value) -> Option<Document> {
        match self {
            Self::Changed => None,
            Self::Placed => Document::of_page(node).filter(|whole| whole.missing().is_none()),
        }
    }

    const fn instant(self, head: &Head) -> Timestamp {
        match self {
            Self::Changed => head.updated_at,
            Self::Placed => head.created_at,
        }
    }
}

fn listed(head: Head, whole: Option<Document>) -> Option<Listed> {
    let Head {
        id,
        created_at,
        updated_at,
    } = head;
    Some(Listed {
        order: id.order()?,
        placed_at: created_at,
        modified_at: updated_at,
        body: whole.map(Document::into_body),
    })
}

fn not_as_documented() -> FetchError {
    unreadable("the list of orders is not as documented".to_owned())
}

#[derive(Deserialize)]
struct Data {
    orders: Paged<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    id: Id,
    created_at: Timestamp,
    updated_at: Timestamp,
}
