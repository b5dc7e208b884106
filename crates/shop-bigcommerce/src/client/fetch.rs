use std::time::Duration;

use bytes::Bytes;
use retail::ShopOrderId;
use shop::{Connection, FetchError};

use super::document::{self, PARTS, Rows};
use super::parts::Ask;
use crate::BigCommerce;

/// How often an order that changes while it is read is read again.
const READINGS_LIMIT: usize = 3;
/// When it still changes then, somebody is at work on it.
const CHANGING_PAUSE: Duration = Duration::from_secs(10);

/// Fetches an order with its sub-resources as one document.
///
/// Each is a request of its own, and the store goes on meanwhile: the order is read before and after
/// its parts, and all of it again when it is not the same.
pub(crate) async fn fetch(
    shop: &BigCommerce,
    connection: &Connection,
    order: &ShopOrderId,
) -> Result<Bytes, FetchError> {
    let mut ask = Ask::new(shop, connection, order)?;
    if !order.as_str().bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FetchError::Gone);
    }
    let mut before = ask.order().await?;
    for _ in 0..READINGS_LIMIT {
        let mut parts: Vec<Rows> = Vec::with_capacity(PARTS.len());
        for part in &PARTS {
            parts.push(ask.rows(part).await?);
        }
        let after = ask.order().await?;
        if document::is_same(&before, &after)? {
            return document::compose(&after, &parts);
        }
        before = after;
    }
    Err(FetchError::TryLater {
        why: "the order changes while it is read".to_owned(),
        after: Some(CHANGING_PAUSE),
    })
}
