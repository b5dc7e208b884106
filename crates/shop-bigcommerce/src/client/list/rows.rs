//! The rows of v2's lists of orders.

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use shop::FetchError;

use crate::client::answer::{Answer, odd_missing, unreadable};
use crate::client::api::Api;
use crate::client::{PAGE_ROWS, PAGE_ROWS_TEXT};
use crate::date::instant;
use crate::scalar::Scalar;

/// As much of an order as a listing tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: u64,
    pub(super) placed_at: Timestamp,
    pub(super) modified_at: Timestamp,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Written<'a> {
    id: Scalar<'a>,
    date_created: Scalar<'a>,
    date_modified: Scalar<'a>,
}

/// A page of orders, by the filters that are some.
pub(super) async fn orders(
    api: &mut Api<'_>,
    filters: &[Option<(&str, &str)>],
) -> Result<Vec<Row>, FetchError> {
    let mut query: Vec<(&str, &str)> = filters.iter().copied().flatten().collect();
    query.push(("limit", PAGE_ROWS_TEXT));
    let body = match api.get("/v2/orders", &query).await? {
        Answer::Body(body) => body,
        Answer::Nothing => return Ok(Vec::new()),
        Answer::Missing => return Err(odd_missing("list of orders")),
    };
    let rows: Vec<Written<'_>> = serde_json::from_slice(&body)
        .map_err(|_| unreadable("the list of orders is not what is documented"))?;
    if rows.len() > PAGE_ROWS {
        return Err(unreadable("a page has more orders than were asked for"));
    }
    rows.iter().map(read).collect()
}

/// One order as a list would show it; `None` when there is none.
pub(super) async fn order(api: &mut Api<'_>, id: u64) -> Result<Option<Row>, FetchError> {
    match api.get(&format!("/v2/orders/{id}"), &[]).await? {
        Answer::Body(body) => read_one(&body).map(Some),
        Answer::Missing => Ok(None),
        Answer::Nothing => Err(odd_missing("body of an order")),
    }
}

/// Refuses rows that are not by id, or not beyond `after`: what is asked for next depends on it.
pub(super) fn check_ids(rows: &[Row], after: u64) -> Result<(), FetchError> {
    let is_as_asked = rows.is_sorted_by(|row, next| row.id < next.id)
        && rows.first().is_none_or(|row| row.id > after);
    is_as_asked
        .then_some(())
        .ok_or_else(|| unreadable("orders are not listed by their id"))
}

fn read_one(body: &Bytes) -> Result<Row, FetchError> {
    let row = serde_json::from_slice(body)
        .map_err(|_| unreadable("the order is not what is documented"))?;
    read(&row)
}

fn read(row: &Written<'_>) -> Result<Row, FetchError> {
    let Written {
        id,
        date_created,
        date_modified,
    } = row;
    let id = id.id().and_then(|id| id.parse().ok());
    let created = instant(date_created.as_str());
    let modified = instant(date_modified.as_str()).or(created);
    match (id, modified) {
        (Some(id), Some(modified_at)) => Ok(Row {
            id,
            placed_at: created.unwrap_or(modified_at),
            modified_at,
        }),
        (None, _) | (_, None) => Err(unreadable("a listed order has no id or no date")),
    }
}
