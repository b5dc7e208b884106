//! Asking a shop for one order.

use bytes::Bytes;
use retail::ShopOrderId;
use serde_json::value::RawValue;
use shop::{Connection, FetchError};

use super::profile::currency;
use super::{Answer, address, ask, too_long, unreadable};
use crate::Ecom;
use crate::payload::{Fetched, Identity};

/// Largest order read, in bytes: one of a thousand lines is about half of it.
const ORDER_LIMIT_BYTES: usize = 4 << 20;

/// Fetches one order, with the currency of its store, by the store's access token.
pub(crate) async fn fetch(
    shop: &Ecom,
    connection: &Connection,
    order: &ShopOrderId,
) -> Result<Bytes, FetchError> {
    let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
    let address = address(api, &["orders", order.as_str()]).ok_or(FetchError::Gone)?;
    let found = match ask(shop, api, address, ORDER_LIMIT_BYTES).await? {
        Answer::Found(found) => found,
        Answer::Nothing => return Err(FetchError::Gone),
        Answer::TooLong { limit_bytes } => return Err(too_long(limit_bytes)),
    };
    let document = document(order, &found.body)?;
    let currency = currency(shop, connection, api).await?;
    whole(currency.code(), document)
}

/// An order's document with what it does not say of itself: what is read as fetched.
pub(super) fn whole(currency: &str, order: &RawValue) -> Result<Bytes, FetchError> {
    serde_json::to_vec(&Fetched { currency, order })
        .map(Bytes::from)
        .map_err(|_| unreadable("it cannot be passed on"))
}

/// The order's document, if it is the one asked for. The API takes any of an order's three names.
fn document<'a>(order: &ShopOrderId, body: &'a [u8]) -> Result<&'a RawValue, FetchError> {
    let document: &RawValue =
        serde_json::from_slice(body).map_err(|_| unreadable("it is no JSON"))?;
    let Identity {
        id,
        internal_id,
        order_number,
        update_date: _,
        update_timestamp: _,
    } = serde_json::from_str(document.get()).map_err(|_| unreadable("it is no order"))?;
    let is_it = [id, internal_id, order_number]
        .iter()
        .any(|name| name.as_str() == order.as_str());
    if is_it {
        Ok(document)
    } else {
        Err(unreadable("it is not the order asked for"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_order_asked_for_is_an_answer() {
        let body = br#"{"id":"XJ12H","internalId":516483487,"orderNumber":516483488}"#;
        let names = |name: &str| document(&ShopOrderId::new(name).unwrap(), body).is_ok();
        assert!(names("XJ12H") && names("516483487") && names("516483488"));
        assert!(!names("XJ12") && !names("RA1SD"));
    }
}
