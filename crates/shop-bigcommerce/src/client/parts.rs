//! The requests for one order.

use bytes::Bytes;
use retail::ShopOrderId;
use shop::{Connection, FetchError};

use super::answer::{Answer, odd_missing, unreadable};
use super::api::Api;
use super::document::{Listing, NoRows, Part, Rows, read, rows};
use super::{PAGE_ROWS, PAGE_ROWS_TEXT};
use crate::BigCommerce;

/// Pages read of one list: more lines than an order may have.
const PAGES_LIMIT: usize = 5;

/// One order's requests, one after another.
pub(super) struct Ask<'a> {
    api: Api<'a>,
    order: &'a ShopOrderId,
}

impl<'a> Ask<'a> {
    pub(super) fn new(
        shop: &'a BigCommerce,
        connection: &'a Connection,
        order: &'a ShopOrderId,
    ) -> Result<Self, FetchError> {
        let api = Api::of(shop, connection)?;
        Ok(Self { api, order })
    }

    /// The order itself.
    pub(super) async fn order(&mut self) -> Result<Bytes, FetchError> {
        let order = self.order;
        match self.api.get(&format!("/v2/orders/{order}"), &[]).await? {
            Answer::Body(body) if read(&body)?.id.id() == Some(order.as_str()) => Ok(body),
            Answer::Body(_) => Err(unreadable("it is not the order asked for")),
            Answer::Missing => Err(FetchError::Gone),
            Answer::Nothing => Err(FetchError::TryLater {
                why: "an order without a body".to_owned(),
                after: None,
            }),
        }
    }

    /// All rows of one of its sub-resources.
    pub(super) async fn rows(&mut self, part: &Part) -> Result<Rows, FetchError> {
        let Part {
            name,
            version,
            path,
            listing,
            none,
        } = part;
        let path = format!("/{version}/orders/{}/{path}", self.order);
        let mut all = Vec::new();
        for page in 1..=PAGES_LIMIT {
            let page = page.to_string();
            let paged = [("page", page.as_str()), ("limit", PAGE_ROWS_TEXT)];
            let (query, is_paged) = match listing {
                Listing::Pages => (paged.as_slice(), true),
                Listing::Data | Listing::Fees => ([].as_slice(), false),
            };
            let found = match self.api.get(&path, query).await? {
                Answer::Body(body) => rows(part, &body)?,
                Answer::Nothing => Vec::new(),
                // The order is there, so it has none.
                Answer::Missing if *none == NoRows::MayBeMissing => Vec::new(),
                Answer::Missing => return Err(odd_missing(&format!("{name} of an order"))),
            };
            let is_last = !is_paged || found.len() < PAGE_ROWS;
            all.extend(found);
            if is_last {
                return Ok(Rows { name, rows: all });
            }
        }
        Err(unreadable(&format!(
            "the order has {} {name} or more",
            PAGE_ROWS * PAGES_LIMIT
        )))
    }
}
