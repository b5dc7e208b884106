//! The order operations of the Admin API: pages, cursors, and a search that is an index.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::gid;
use super::story::IDS_PER_ORDER;
use super::trade::{Indexed, Trade};

/// Lines that an order or a refund gives when not told.
const LINES_FIRST: usize = 50;
/// Most orders on one page.
const PAGE_LIMIT: usize = 250;

pub(super) fn by_id(trade: &Trade, variables: &Value, now: Timestamp) -> Value {
    json!({ "order": asked_for(trade, variables, now).map(first_pages) })
}

/// An order with the first pages of its lists.
fn first_pages(mut whole: Value) -> Value {
    whole["lineItems"] = cut(whole["lineItems"].take(), 0, LINES_FIRST);
    if let Some(refunds) = whole["refunds"].as_array_mut() {
        for refund in refunds {
            refund["refundLineItems"] = cut(refund["refundLineItems"].take(), 0, LINES_FIRST);
        }
    }
    whole
}

pub(super) fn lines(trade: &Trade, variables: &Value, now: Timestamp) -> Value {
    let (after, first) = page(variables);
    let whole = asked_for(trade, variables, now);
    json!({ "order": whole.map(|mut whole| json!({
        "id": whole["id"],
        "updatedAt": whole["updatedAt"],
        "lineItems": cut(whole["lineItems"].take(), after, first),
    }))})
}

pub(super) fn refunded_lines(trade: &Trade, variables: &Value, now: Timestamp) -> Value {
    let (after, first) = page(variables);
    let wanted = number(&variables["refunds"][0]);
    let refund = wanted.and_then(|wanted| {
        let found = trade.order(wanted / IDS_PER_ORDER, now)?;
        let place = found
            .refunds
            .iter()
            .position(|refund| refund.id == wanted)?;
        Some(trade.answer(found)["refunds"][place].take())
    });
    json!({ "nodes": [refund.map(|mut refund| json!({
        "__typename": "Refund",
        "id": refund["id"],
        "updatedAt": refund["updatedAt"],
        "refundLineItems": cut(refund["refundLineItems"].take(), after, first),
    }))]})
}

/// A page of orders, each as `show` shows it, and what the search made of what was asked.
pub(super) fn search(
    trade: &Trade,
    variables: &Value,
    now: Timestamp,
    show: fn(&Trade, &Indexed<'_>) -> Value,
) -> (Value, Value) {
    let key = |row: &Indexed<'_>| match variables["sortKey"].as_str() {
        Some("CREATED_AT") => row.created_at,
        _ => row.updated_at,
    };
    let query = variables["query"].as_str();
    let terms = query.map(since);
    let mut rows: Vec<Indexed<'_>> = trade
        .indexed(now)
        .filter(|row| match terms {
            Some(Some((Field::Created, since))) => row.created_at >= since,
            Some(Some((Field::Updated, since))) => row.updated_at >= since,
            // A search that is not understood finds everything.
            None | Some(None) => true,
        })
        .collect();
    rows.sort_by_key(|row| (key(row), row.order.id));
    if let Some(Cursor {
        last_id,
        last_value,
    }) = variables["after"].as_str().and_then(Cursor::read)
    {
        rows.retain(|row| (key(row), row.order.id) > (last_value, last_id));
    }
    let first = variables["first"].as_u64().unwrap_or(0);
    let first = usize::try_from(first).map_or(PAGE_LIMIT, |first| first.min(PAGE_LIMIT));
    let has_next_page = rows.len() > first;
    rows.truncate(first);
    let end_cursor = rows.last().map(|row| {
        let cursor = Cursor {
            last_id: row.order.id,
            last_value: key(row),
        };
        cursor.written()
    });
    let nodes: Vec<Value> = rows.iter().map(|row| show(trade, row)).collect();
    let data = json!({ "orders": {
        "nodes": nodes,
        "pageInfo": { "hasNextPage": has_next_page, "endCursor": end_cursor },
    }});
    let warnings = match terms {
        Some(None) => json!([{ "field": "", "message": "Invalid search field for this query." }]),
        None | Some(Some(_)) => json!([]),
    };
    let search =
        query.map(|query| json!([{ "path": ["orders"], "query": query, "warnings": warnings }]));
    (data, json!(search))
}

#[derive(Clone, Copy)]
enum Field {
    Created,
    Updated,
}

/// `updated_at:>='2026-11-21T14:00:00Z'`. Nothing else is understood, and no instant without its quotes.
fn since(query: &str) -> Option<(Field, Timestamp)> {
    let (field, rest) = query.split_once(":>='")?;
    let since = rest.strip_suffix('\'')?.parse().ok()?;
    match field {
        "created_at" => Some((Field::Created, since)),
        "updated_at" => Some((Field::Updated, since)),
        _ => None,
    }
}

/// What came last, by what the list is sorted by.
#[derive(Serialize, Deserialize)]
struct Cursor {
    last_id: u64,
    last_value: Timestamp,
}

impl Cursor {
    fn read(text: &str) -> Option<Self> {
        serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()
    }

    fn written(&self) -> Option<String> {
        Some(STANDARD.encode(serde_json::to_string(self).ok()?))
    }
}

/// Found by the index, and shown as the order is now.
pub(super) fn head(_: &Trade, row: &Indexed<'_>) -> Value {
    json!({
        "id": gid("Order", row.order.id),
        "createdAt": row.order.created_at.to_string(),
        "updatedAt": row.order.updated_at.to_string(),
    })
}

pub(super) fn whole(trade: &Trade, row: &Indexed<'_>) -> Value {
    first_pages(trade.answer(row.order))
}

fn asked_for(trade: &Trade, variables: &Value, now: Timestamp) -> Option<Value> {
    let found = trade.order(number(&variables["id"])?, now)?;
    Some(trade.answer(found))
}

/// The number in a gid.
fn number(gid: &Value) -> Option<u64> {
    gid.as_str()?.rsplit('/').next()?.parse().ok()
}

/// After how many lines, and how many.
fn page(variables: &Value) -> (usize, usize) {
    let first = variables["first"]
        .as_u64()
        .and_then(|first| usize::try_from(first).ok());
    let after = variables["after"]
        .as_str()
        .and_then(|cursor| cursor.parse().ok());
    (after.unwrap_or(0), first.unwrap_or(LINES_FIRST))
}

/// The part of a list that begins after `from` and has at most `most` members.
fn cut(mut list: Value, from: usize, most: usize) -> Value {
    if let Some(nodes) = list["nodes"].as_array_mut() {
        let has_next = nodes.len() > from.saturating_add(most);
        let page: Vec<Value> = nodes.drain(..).skip(from).take(most).collect();
        let cursor = (!page.is_empty()).then(|| (from + page.len()).to_string());
        list = json!({
            "nodes": page,
            "pageInfo": { "hasNextPage": has_next, "endCursor": cursor },
        });
    }
    list
}
