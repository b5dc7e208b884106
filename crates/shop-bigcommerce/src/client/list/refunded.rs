//! Orders by their refunds, of which the order's own date need not tell.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use shop::{FetchError, Listed};

use super::rows::{Row, order};
use super::{SECOND, later, listed};
use crate::client::answer::{Answer, odd_missing, unreadable};
use crate::client::api::Api;
use crate::date::instant;
use crate::scalar::Scalar;

/// Refunds a page: each order of them is a request of its own, and the whole page is within the
/// smallest quota.
const REFUNDS_ROWS: usize = 25;
const REFUNDS_ROWS_TEXT: &str = "25";

/// The orders of page `number` of the refunds since, and the next page's number.
pub(super) async fn page(
    api: &mut Api<'_>,
    since: Timestamp,
    number: u32,
) -> Result<(Vec<Listed>, Option<u32>), FetchError> {
    let earliest = later(since, -SECOND).to_string();
    let query = [
        ("created:min", earliest.as_str()),
        ("page", &number.to_string()),
        ("limit", REFUNDS_ROWS_TEXT),
    ];
    let answer = api
        .get("/v3/orders/payment_actions/refunds", &query)
        .await?;
    let refunds = match answer {
        Answer::Body(body) => refunds(&body)?,
        Answer::Nothing => Vec::new(),
        Answer::Missing => return Err(odd_missing("list of refunds")),
    };
    let next = (refunds.len() >= REFUNDS_ROWS).then(|| number.saturating_add(1));
    let mut newest: BTreeMap<u64, Timestamp> = BTreeMap::new();
    for refund in refunds.into_iter().filter(|refund| refund.created >= since) {
        let at = newest.entry(refund.order).or_insert(refund.created);
        *at = refund.created.max(*at);
    }
    let mut orders = Vec::with_capacity(newest.len());
    for (id, refunded_at) in newest {
        // `None`: it was there when it was refunded.
        if let Some(row) = order(api, id).await? {
            orders.push(listed(&Row {
                modified_at: row.modified_at.max(refunded_at),
                ..row
            })?);
        }
    }
    Ok((orders, next))
}

struct Refund {
    order: u64,
    created: Timestamp,
}

fn refunds(body: &Bytes) -> Result<Vec<Refund>, FetchError> {
    #[derive(Deserialize)]
    #[serde(bound(deserialize = "'de: 'a"))]
    struct Data<'a> {
        data: Vec<Written<'a>>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Written<'a> {
        order_id: Scalar<'a>,
        created: Scalar<'a>,
    }

    let Data { data } = serde_json::from_slice(body)
        .map_err(|_| unreadable("the list of refunds is not what is documented"))?;
    data.iter()
        .map(|Written { order_id, created }| {
            Some(Refund {
                order: order_id.id()?.parse().ok()?,
                created: instant(created.as_str())?,
            })
        })
        .collect::<Option<_>>()
        .ok_or_else(|| unreadable("a listed refund has no order or no date"))
}
