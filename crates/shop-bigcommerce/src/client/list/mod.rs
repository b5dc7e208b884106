//! Which orders a store has, a request a page.
//!
//! v2 pages by number, and whatever changes meanwhile moves to another page: the next page begins where
//! the last one ended, by the order's own date or id, never at a number. Dates have whole seconds, and
//! more orders may share one than a page holds: such a second is read by id.
//!
//! A refund need not move its order's date, and archived orders are in no list but their own: orders
//! changed are the refunded, then all that are not archived, then the archived, among which one that is
//! archived meanwhile is found. A payment that moves no date is told by its webhook alone: there is no
//! list of payments.

mod changed;
mod place;
mod placed;
mod refunded;
mod rows;

use jiff::{SignedDuration, Timestamp};
use retail::ShopOrderId;
use shop::{Connection, FetchError, Listed, Listing, Page, PageToken};

use self::place::{Place, Shelf};
use self::rows::Row;
use super::api::Api;
use crate::BigCommerce;

/// The dates' step, and what is asked for more on both sides: whether the filters include their own
/// second is not documented.
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// One page of `listing`.
pub(crate) async fn list(
    shop: &BigCommerce,
    connection: &Connection,
    listing: Listing,
    after: Option<&PageToken>,
) -> Result<Page, FetchError> {
    let mut api = Api::of(shop, connection)?;
    let place = after.map(Place::read).transpose()?;
    let (orders, next) = match listing {
        Listing::Changed { since } => changed::page(&mut api, whole(since), place).await?,
        Listing::Placed { since } => placed::page(&mut api, since.map(whole), place).await?,
    };
    Ok(Page {
        orders,
        answered_at: api.answered_at(),
        next: next.map(Place::token).transpose()?,
    })
}

/// Some orders, and where the next page begins.
type Part = (Vec<Listed>, Option<Place>);

/// The second that an instant is in, as the store dates what happens then.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// `at`, so much later, within what can be written.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}

fn listed(row: &Row) -> Result<Listed, FetchError> {
    let Row {
        id,
        placed_at,
        modified_at,
    } = *row;
    Ok(Listed {
        order: ShopOrderId::new(&id.to_string())
            .map_err(|_| super::answer::unreadable("an order's id is none"))?,
        placed_at,
        modified_at,
        // A row knows nothing of lines, payments and refunds.
        body: None,
    })
}

/// The query's part that picks a shelf.
fn shelf_query(shelf: Shelf) -> Option<(&'static str, &'static str)> {
    match shelf {
        Shelf::Open => None,
        Shelf::Archived => Some(("is_deleted", "true")),
    }
}
