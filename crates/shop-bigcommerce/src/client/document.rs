//! An order and its sub-resources as one JSON document, every value as the store wrote it.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use shop::FetchError;

use super::answer::unreadable;
use crate::payload::Order;

/// How a sub-resource is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    /// v2: an array a page, 204 with an empty body for none.
    Pages,
    /// v3, not paged: `{"data": [...]}`.
    Data,
    /// v2, not paged: `{"fees": [...]}` in the documented example, an array elsewhere.
    Fees,
}

/// How the store says that an order has none of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRows {
    /// By an empty list or an empty body.
    Empty,
    /// By 404 as well, as documented; lists of v2 and refunds have no such answer.
    MayBeMissing,
}

/// A sub-resource of an order.
#[derive(Debug)]
pub(super) struct Part {
    /// In the document.
    pub(super) name: &'static str,
    /// Below the order, whose own path is below the version.
    pub(super) version: &'static str,
    pub(super) path: &'static str,
    pub(super) listing: Listing,
    pub(super) none: NoRows,
}

const fn part(
    name: &'static str,
    version: &'static str,
    path: &'static str,
    listing: Listing,
    none: NoRows,
) -> Part {
    Part {
        name,
        version,
        path,
        listing,
        none,
    }
}

/// Paths are ours: the links inside an order say `/shippingaddresses`, which is not documented.
pub(super) const PARTS: [Part; 7] = [
    part("products", "v2", "products", Listing::Pages, NoRows::Empty),
    part(
        "shipping_addresses",
        "v2",
        "shipping_addresses",
        Listing::Pages,
        NoRows::Empty,
    ),
    part("coupons", "v2", "coupons", Listing::Pages, NoRows::Empty),
    part("taxes", "v2", "taxes", Listing::Pages, NoRows::Empty),
    // A fee that is lost does not go unnoticed: the order's total includes it.
    part("fees", "v2", "fees", Listing::Fees, NoRows::MayBeMissing),
    part(
        "refunds",
        "v3",
        "payment_actions/refunds",
        Listing::Data,
        NoRows::Empty,
    ),
    part(
        "transactions",
        "v3",
        "transactions",
        Listing::Data,
        NoRows::MayBeMissing,
    ),
];

/// The rows of one sub-resource, unread.
pub(super) struct Rows {
    pub(super) name: &'static str,
    pub(super) rows: Vec<Box<RawValue>>,
}

/// Whether two answers tell the same of an order, as far as anything is read of it. The date of change
/// is part of that; alone it would miss a second change within its second.
pub(super) fn is_same(before: &Bytes, after: &Bytes) -> Result<bool, FetchError> {
    Ok(read(before)? == read(after)?)
}

pub(super) fn read(order: &Bytes) -> Result<Order<'_>, FetchError> {
    serde_json::from_slice(order).map_err(|_| unreadable("the order is not what is documented"))
}

/// The rows of one answer.
pub(super) fn rows(part: &Part, body: &Bytes) -> Result<Vec<Box<RawValue>>, FetchError> {
    #[derive(Deserialize)]
    struct Data {
        data: Vec<Box<RawValue>>,
        #[serde(default)]
        meta: Meta,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Meta {
        pagination: Option<Pagination>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Pagination {
        total_pages: u64,
    }
    #[derive(Deserialize)]
    struct Fees {
        fees: Vec<Box<RawValue>>,
    }

    let odd = || unreadable(&format!("the order's {} are no list", part.name));
    let array = || serde_json::from_slice::<Vec<Box<RawValue>>>(body);
    match part.listing {
        Listing::Pages => array().map_err(|_| odd()),
        Listing::Fees => array()
            .or_else(|_| serde_json::from_slice::<Fees>(body).map(|fees| fees.fees))
            .map_err(|_| odd()),
        Listing::Data => {
            let Data { data, meta } = serde_json::from_slice(body).map_err(|_| odd())?;
            // No way to ask for a second page is documented, and half the payments are none.
            match meta.pagination {
                Some(Pagination { total_pages: 2.. }) => Err(unreadable(&format!(
                    "the order has more {} than one answer holds",
                    part.name
                ))),
                Some(_) | None => Ok(data),
            }
        }
    }
}

/// What [`crate::read`] reads.
pub(super) fn compose(order: &Bytes, parts: &[Rows]) -> Result<Bytes, FetchError> {
    let odd = |_| unreadable("the order cannot be put together");
    let order: &RawValue = serde_json::from_slice(order).map_err(odd)?;
    let mut document = BTreeMap::from([("order", order.to_owned())]);
    for Rows { name, rows } in parts {
        document.insert(name, serde_json::value::to_raw_value(rows).map_err(odd)?);
    }
    serde_json::to_vec(&document).map(Bytes::from).map_err(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(name: &str, body: &str) -> Option<usize> {
        let part = PARTS.iter().find(|part| part.name == name).unwrap();
        let body = Bytes::copy_from_slice(body.as_bytes());
        rows(part, &body).ok().map(|rows| rows.len())
    }

    #[test]
    fn lists_come_in_three_shapes() {
        for (name, body, rows) in [
            ("products", "[]", Some(0)),
            ("products", r#"[{"id":1},{"id":2}]"#, Some(2)),
            ("products", r#"{"data":[]}"#, None),
            ("fees", r#"{"fees":[{"id":1},{"id":2}]}"#, Some(2)),
            ("fees", r#"[{"id":1}]"#, Some(1)),
            ("fees", "7", None),
            ("refunds", r#"{"data":[],"meta":{}}"#, Some(0)),
            ("refunds", r#"{"data":[{"id":1}]}"#, Some(1)),
            ("refunds", "[]", None),
            (
                "transactions",
                r#"{"data":[{}],"meta":{"pagination":{"total_pages":1,"total":1}}}"#,
                Some(1),
            ),
            (
                "transactions",
                r#"{"data":[{}],"meta":{"pagination":{"total_pages":2}}}"#,
                None,
            ),
        ] {
            assert_eq!(count(name, body), rows, "{name} {body}");
        }
    }

    #[test]
    fn every_value_stays_as_the_store_wrote_it() {
        let order = Bytes::from_static(br#"{ "id": 1, "total_inc_tax": "88.9000" }"#);
        let part = PARTS.iter().find(|part| part.name == "refunds").unwrap();
        let answer = Bytes::from_static(br#"{"data":[{"total_amount":24.0000000000000000001}]}"#);
        let rows = Rows {
            name: part.name,
            rows: rows(part, &answer).unwrap(),
        };
        let document = compose(&order, &[rows]).unwrap();
        assert_eq!(
            document,
            br#"{"order":{ "id": 1, "total_inc_tax": "88.9000" },"refunds":[{"total_amount":24.0000000000000000001}]}"#
                .as_slice()
        );
    }

    #[test]
    fn an_order_is_the_same_when_everything_read_of_it_is() {
        let order = |text: &'static str| Bytes::from_static(text.as_bytes());
        let first = order(r#"{"id":1,"date_modified":"a","status_id":7,"ip_address":"192.0.2.1"}"#);
        for (second, same) in [
            (r#"{"id":1,"date_modified":"a","status_id":7}"#, true),
            (r#"{"id":1,"date_modified":"b","status_id":7}"#, false),
            (r#"{"id":1,"date_modified":"a","status_id":11}"#, false),
        ] {
            assert_eq!(is_same(&first, &order(second)), Ok(same), "{second}");
        }
    }
}
