//! Orders by when they were placed. Their ids only grow, so none moves while pages are read; one that is
//! archived meanwhile is on the shelf that is read last.

use jiff::Timestamp;
use shop::FetchError;

use super::place::{Place, Shelf, foreign};
use super::rows::{check_ids, orders};
use super::{Part, SECOND, later, listed, shelf_query};
use crate::client::PAGE_ROWS;
use crate::client::api::Api;

/// The page at `place`; the first where there is none.
pub(super) async fn page(
    api: &mut Api<'_>,
    since: Option<Timestamp>,
    place: Option<Place>,
) -> Result<Part, FetchError> {
    let start = Place::Placed {
        shelf: Shelf::Open,
        after: 0,
    };
    let (shelf, after) = match place.unwrap_or(start) {
        Place::Placed { shelf, after } => (shelf, after),
        Place::Changed { .. } | Place::Refunded { .. } => return Err(foreign()),
    };
    // Ids alone do not tell: an order may be entered with a date of its own.
    let earliest = since.map(|since| later(since, -SECOND).to_string());
    let rows = orders(
        api,
        &[
            earliest
                .as_deref()
                .map(|earliest| ("min_date_created", earliest)),
            Some(("min_id", &after.saturating_add(1).to_string())),
            Some(("sort", "id:asc")),
            shelf_query(shelf),
        ],
    )
    .await?;
    check_ids(&rows, after)?;
    let next = match (rows.get(PAGE_ROWS - 1), shelf) {
        (Some(last), shelf) => Some(Place::Placed {
            shelf,
            after: last.id,
        }),
        (None, Shelf::Open) => Some(Place::Placed {
            shelf: Shelf::Archived,
            after: 0,
        }),
        (None, Shelf::Archived) => None,
    };
    let asked_for = rows
        .iter()
        .filter(|row| since.is_none_or(|since| row.placed_at >= since));
    let orders = asked_for.map(listed).collect::<Result<_, _>>()?;
    Ok((orders, next))
}
