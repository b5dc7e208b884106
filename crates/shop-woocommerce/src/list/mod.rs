//! Asking a shop which orders it has.
//!
//! Drafts are listed too. Orders in the trash are not: no sale depends on whether one is there.

mod place;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use retail::ShopOrderId;
use serde::Deserialize;
use serde_json::value::RawValue;
use shop::{ApiAccess, Connection, FetchError, Listed, Listing, Page, PageToken};

use self::place::{Place, Span};
use crate::client::{Answer, Client, NoAnswer, Question};
use crate::loose::{List, Scalar};
use crate::map::instant;

/// Most rows that WooCommerce gives at once.
pub(crate) const ROWS_PER_PAGE: u32 = 100;
/// Largest page of whole orders read, in bytes; one of ordinary orders is a quarter of a megabyte.
const PAGE_LIMIT_BYTES: usize = 16 << 20;

/// One page of a listing; `after` is what the page before gave.
pub(crate) async fn list(
    client: &Client,
    connection: &Connection,
    listing: Listing,
    after: Option<&PageToken>,
) -> Result<Page, FetchError> {
    let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
    let place = match after {
        None => Place::first(listing),
        Some(token) => Place::read(token.as_str()).ok_or_else(|| FetchError::Unreadable {
            why: "the page asked for was never given".to_owned(),
        })?,
    };
    let (answer, rows) = ask(client, api, listing, place).await?;
    let orders = read(&answer, rows)?;
    check(listing, place.span(), &orders)?;
    let pages = answer.pages().ok_or_else(|| FetchError::Unreadable {
        why: "it does not say how many pages there are".to_owned(),
    })?;
    let now = answer.at().unwrap_or_else(|| client.now());
    Ok(Page {
        orders,
        answered_at: answer.at(),
        next: place.next(pages, now).map(Place::token),
    })
}

/// What is told of each order.
#[derive(Clone, Copy)]
enum Rows {
    Whole,
    /// When it changed, and no more: the orders of this page are too long to be read together.
    Slim,
}

async fn ask(
    client: &Client,
    api: &ApiAccess,
    listing: Listing,
    place: Place,
) -> Result<(Answer, Rows), FetchError> {
    match client.ask(api, question(listing, place, Rows::Whole)).await {
        Ok(answer) => Ok((answer, Rows::Whole)),
        Err(NoAnswer::TooLong { .. }) => {
            let answer = client
                .ask(api, question(listing, place, Rows::Slim))
                .await?;
            Ok((answer, Rows::Slim))
        }
        Err(NoAnswer::Failed(error)) => Err(error),
    }
}

fn question(listing: Listing, place: Place, rows: Rows) -> Question {
    let mut question = Question::get("orders");
    question.limit_bytes = PAGE_LIMIT_BYTES;
    question.query = vec![
        ("status", "any".to_owned()),
        ("orderby", "id".to_owned()),
        ("order", "asc".to_owned()),
        ("per_page", ROWS_PER_PAGE.to_string()),
        ("page", place.page().to_string()),
        ("dates_are_gmt", "true".to_owned()),
    ];
    let (after, before) = match listing {
        Listing::Changed { .. } => ("modified_after", "modified_before"),
        Listing::Placed { .. } => ("after", "before"),
    };
    let Span { from, until } = place.span();
    // Both bounds are left out by WooCommerce itself.
    let bounds = [
        (after, from.map(|from| from.saturating_sub(1))),
        (before, until),
    ];
    for (name, second) in bounds {
        if let Some(text) = second.and_then(gmt) {
            question.query.push((name, text));
        }
    }
    match rows {
        Rows::Whole => {}
        Rows::Slim => question.query.push((
            "_fields",
            "id,date_created_gmt,date_modified_gmt".to_owned(),
        )),
    }
    question
}

/// As `dates_are_gmt` wants it: GMT, and no zone at the end. With a `Z` shops east of Greenwich would
/// leave out the last hours.
fn gmt(second: i64) -> Option<String> {
    let at = Timestamp::from_second(second).ok()?;
    let at = at.to_zoned(TimeZone::UTC).datetime();
    Some(at.strftime("%Y-%m-%dT%H:%M:%S").to_string())
}

/// The dates of one order in a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Row<'a> {
    id: Scalar<'a>,
    date_created_gmt: Scalar<'a>,
    date_modified_gmt: Scalar<'a>,
}

fn read(answer: &Answer, rows: Rows) -> Result<Vec<Listed>, FetchError> {
    let List(orders): List<&RawValue> = answer.read()?;
    orders
        .into_iter()
        .map(|order| listed(answer.body(), order, rows))
        .collect::<Option<_>>()
        .ok_or_else(|| FetchError::Unreadable {
            why: "a row of it is no order".to_owned(),
        })
}

/// `None` for a row without an id. An order without dates is listed as of the beginning of time: what
/// is wrong with it comes out when it is read.
fn listed(body: &Bytes, order: &RawValue, rows: Rows) -> Option<Listed> {
    let row: Row<'_> = serde_json::from_str(order.get()).ok()?;
    let created = instant(&row.date_created_gmt);
    let modified = instant(&row.date_modified_gmt);
    Some(Listed {
        order: ShopOrderId::new(row.id.id()?).ok()?,
        placed_at: created.or(modified).unwrap_or(Timestamp::UNIX_EPOCH),
        modified_at: modified.or(created).unwrap_or(Timestamp::UNIX_EPOCH),
        body: match rows {
            Rows::Whole => Some(body.slice_ref(order.get().as_bytes())),
            Rows::Slim => None,
        },
    })
}

/// A shop older than WooCommerce 5.8, or one whose plugin takes the filter away, gives all its orders
/// whatever was asked for: its pages would never end.
fn check(listing: Listing, span: Span, orders: &[Listed]) -> Result<(), FetchError> {
    let Some(from) = span.from else {
        return Ok(());
    };
    let is_within = |order: &Listed| {
        let at = match listing {
            Listing::Changed { .. } => order.modified_at,
            Listing::Placed { .. } => order.placed_at,
        };
        at.as_second() >= from || at == Timestamp::UNIX_EPOCH
    };
    if orders.is_empty() || orders.iter().any(is_within) {
        return Ok(());
    }
    Err(FetchError::Unreadable {
        why: "the shop does not list orders by date; WooCommerce 5.8 or later does".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../fixtures/rest/orders-page-1.body.json");

    #[test]
    fn wc_01_changes_are_asked_for_in_gmt_without_a_zone() {
        let since = "2026-11-21T19:52:34.7Z".parse().unwrap();
        let listing = Listing::Changed { since };
        let question = question(listing, Place::first(listing), Rows::Whole);
        assert_eq!(question.path, "/wp-json/wc/v3/orders");
        let value = |name| {
            let mut found = question.query.iter().filter(|(known, _)| *known == name);
            let value = found.next().map(|(_, value)| value.as_str());
            assert_eq!(found.next(), None, "{name} is asked once");
            value
        };
        // Strictly after, in whole seconds: so the second of `since` itself is listed.
        assert_eq!(value("modified_after"), Some("2026-11-21T19:52:33"));
        assert_eq!(value("dates_are_gmt"), Some("true"));
        assert_eq!(value("modified_before"), None);
        assert_eq!(value("status"), Some("any"));
        assert_eq!(value("per_page"), Some("100"));
    }

    #[test]
    fn a_captured_page_is_its_orders_byte_for_byte() {
        let body = Bytes::from_static(PAGE.as_bytes());
        let List(rows): List<&RawValue> = serde_json::from_slice(&body).unwrap();
        let orders: Vec<Listed> = rows
            .iter()
            .map(|row| listed(&body, row, Rows::Whole).unwrap())
            .collect();
        let ids: Vec<&str> = orders.iter().map(|order| order.order.as_str()).collect();
        assert_eq!(ids, ["46", "45", "44"]);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(orders[0].placed_at, at("2026-11-21T19:53:57Z"));
        assert_eq!(orders[0].modified_at, at("2026-11-21T19:54:01Z"));
        let bodies: Vec<&[u8]> = orders
            .iter()
            .filter_map(|order| order.body.as_deref())
            .collect();
        assert_eq!(
            [b"[", &*bodies.join(&b","[..]), b"]"].concat(),
            PAGE.trim_end().as_bytes()
        );
        let slim = listed(&body, rows[0], Rows::Slim).unwrap();
        assert_eq!(slim.body, None);
    }

    #[test]
    fn a_row_without_an_id_is_no_order_and_one_without_dates_is_old() {
        let row = |json: &'static str| {
            let body = Bytes::from_static(json.as_bytes());
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            listed(&body, raw, Rows::Slim)
        };
        assert_eq!(row("{}"), None);
        assert_eq!(row(r#"{"id":"x"}"#), None);
        let old = row(r#"{"id":7,"date_modified_gmt":null}"#).unwrap();
        assert_eq!(old.modified_at, Timestamp::UNIX_EPOCH);
        let created = row(r#"{"id":7,"date_created_gmt":"2026-11-21T19:53:57"}"#).unwrap();
        assert_eq!(created.modified_at, created.placed_at);
    }

    #[test]
    fn a_shop_that_does_not_filter_is_told_from_one_that_has_nothing() {
        let since = "2026-11-21T19:53:00Z".parse().unwrap();
        let listing = Listing::Changed { since };
        let order = |modified: &str| Listed {
            order: ShopOrderId::new("7").unwrap(),
            placed_at: Timestamp::UNIX_EPOCH,
            modified_at: modified.parse().unwrap(),
            body: None,
        };
        let (old, new) = (order("2026-11-21T19:52:59Z"), order("2026-11-21T19:53:00Z"));
        let span = Place::first(listing).span();
        assert!(check(listing, span, &[]).is_ok());
        assert!(check(listing, span, &[old.clone(), new]).is_ok());
        assert!(check(listing, span, &[old.clone(), old]).is_err());
    }
}
