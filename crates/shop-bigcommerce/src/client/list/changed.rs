//! Orders by what changed.

use jiff::Timestamp;
use shop::FetchError;

use super::place::{Key, Place, Shelf, foreign};
use super::rows::{Row, orders};
use super::{Part, SECOND, later, listed, refunded, shelf_query};
use crate::client::PAGE_ROWS;
use crate::client::answer::unreadable;
use crate::client::api::Api;

/// The page at `place`; the first where there is none.
pub(super) async fn page(
    api: &mut Api<'_>,
    since: Timestamp,
    place: Option<Place>,
) -> Result<Part, FetchError> {
    match place.unwrap_or(Place::Refunded { page: 1 }) {
        Place::Refunded { page } => {
            let (orders, next) = refunded::page(api, since, page).await?;
            let next = match next {
                Some(page) => Place::Refunded { page },
                None => Place::Changed {
                    shelf: Shelf::Open,
                    at: Key::From(since),
                },
            };
            Ok((orders, Some(next)))
        }
        Place::Changed { shelf, at } => {
            let (rows, next) = match at {
                Key::From(second) => from(api, shelf, second).await?,
                Key::Within {
                    second,
                    after,
                    is_over,
                } => within(api, shelf, second, after, is_over).await?,
            };
            let asked_for = rows.iter().filter(|row| row.modified_at >= since);
            let orders = asked_for.map(listed).collect::<Result<_, _>>()?;
            let next = match (next, shelf) {
                (Some(at), shelf) => Some(Place::Changed { shelf, at }),
                (None, Shelf::Open) => Some(Place::Changed {
                    shelf: Shelf::Archived,
                    at: Key::From(since),
                }),
                (None, Shelf::Archived) => None,
            };
            Ok((orders, next))
        }
        Place::Placed { .. } => Err(foreign()),
    }
}

/// Orders changed at `second` or later. One that moves while pages are read moves to the end, where it
/// is found.
async fn from(
    api: &mut Api<'_>,
    shelf: Shelf,
    second: Timestamp,
) -> Result<(Vec<Row>, Option<Key>), FetchError> {
    let earliest = later(second, -SECOND);
    let rows = orders(
        api,
        &[
            Some(("min_date_modified", &earliest.to_string())),
            Some(("sort", "date_modified:asc")),
            shelf_query(shelf),
        ],
    )
    .await?;
    // A store that filters or sorts otherwise would have us go past orders without seeing them.
    let is_as_asked = rows.is_sorted_by_key(|row| row.modified_at)
        && rows.first().is_none_or(|row| row.modified_at >= earliest);
    if !is_as_asked {
        return Err(unreadable("orders are not listed by their date of change"));
    }
    let last = rows.get(PAGE_ROWS - 1).map(|row| row.modified_at);
    let next = last.map(|last| {
        if last > second {
            Key::From(last)
        } else {
            let is_over = api
                .answered_at()
                .is_none_or(|now| now > later(second, SECOND));
            Key::Within {
                second,
                after: 0,
                is_over,
            }
        }
    });
    Ok((rows, next))
}

/// Orders changed in one second, and in the next: so whatever the filters include, nothing of the two is
/// to be asked for again. One that leaves them is found at its new date; one that joins them, while they
/// last, may have an id that is past: then they are read once more.
async fn within(
    api: &mut Api<'_>,
    shelf: Shelf,
    second: Timestamp,
    after: u64,
    is_over: bool,
) -> Result<(Vec<Row>, Option<Key>), FetchError> {
    let (earliest, latest) = (later(second, -SECOND), later(second, SECOND * 2));
    let rows = orders(
        api,
        &[
            Some(("min_date_modified", &earliest.to_string())),
            Some(("max_date_modified", &latest.to_string())),
            Some(("min_id", &after.saturating_add(1).to_string())),
            Some(("sort", "id:asc")),
            shelf_query(shelf),
        ],
    )
    .await?;
    super::rows::check_ids(&rows, after)?;
    let next = match rows.get(PAGE_ROWS - 1) {
        Some(last) => Key::Within {
            second,
            after: last.id,
            is_over,
        },
        None if is_over => Key::From(latest),
        None => Key::From(second),
    };
    Ok((rows, Some(next)))
}
