//! The requests for one order, within the store's quota and our own limits.

use bytes::Bytes;
use http::header::ACCEPT;
use http::{HeaderName, HeaderValue};
use retail::ShopOrderId;
use secrecy::ExposeSecret as _;
use shop::{ApiAccess, FetchError};

use super::answer::{Answer, judge};
use super::document::{Listing, NoRows, Part, Rows, read, rows, unreadable};
use super::quota::Quota;
use crate::BigCommerce;

const TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// Largest answer read, in bytes: a page of 250 lines with their options is about a quarter of it.
const ANSWER_LIMIT_BYTES: usize = 4 << 20;
/// All answers of one order together: no document grows beyond it.
const ORDER_LIMIT_BYTES: usize = 16 << 20;
/// The most rows that a page of v2 has.
const PAGE_ROWS: usize = 250;
/// Pages read of one list: more lines than an order may have.
const PAGES_LIMIT: usize = 5;

/// One order's requests, one after another.
pub(super) struct Ask<'a> {
    shop: &'a BigCommerce,
    api: &'a ApiAccess,
    order: &'a ShopOrderId,
    quota: Quota,
    read_bytes: usize,
}

impl<'a> Ask<'a> {
    pub(super) fn new(shop: &'a BigCommerce, api: &'a ApiAccess, order: &'a ShopOrderId) -> Self {
        Self {
            shop,
            api,
            order,
            quota: Quota::default(),
            read_bytes: 0,
        }
    }

    /// The order itself.
    pub(super) async fn order(&mut self) -> Result<Bytes, FetchError> {
        let (api, order) = (self.api, self.order);
        let address = format!("{}/v2/orders/{order}", api.url);
        match self.get(&address).await? {
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
        let address = format!("{}/{version}/orders/{}/{path}", self.api.url, self.order);
        let mut all = Vec::new();
        for page in 1..=PAGES_LIMIT {
            let (address, is_paged) = match listing {
                Listing::Pages => (format!("{address}?page={page}&limit={PAGE_ROWS}"), true),
                Listing::Data | Listing::Fees => (address.clone(), false),
            };
            let found = match self.get(&address).await? {
                Answer::Body(body) => rows(part, &body)?,
                Answer::Nothing => Vec::new(),
                // The order is there, so it has none.
                Answer::Missing if *none == NoRows::MayBeMissing => Vec::new(),
                Answer::Missing => {
                    return Err(FetchError::TryLater {
                        why: format!("status 404 for the {name} of an order"),
                        after: None,
                    });
                }
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

    async fn get(&mut self, address: &str) -> Result<Answer, FetchError> {
        // Asking on with nothing left is counted as abuse.
        self.quota.check()?;
        let mut token = HeaderValue::from_str(self.api.secret.expose_secret())
            .map_err(|_| FetchError::NoAccess)?;
        token.set_sensitive(true);
        let client = if self.api.url.is_https() {
            &self.shop.tls
        } else {
            &self.shop.plain
        };
        let response = client
            .get(address)
            .header(TOKEN, token)
            // Without it v2 may answer XML.
            .header(ACCEPT, "application/json")
            .send()
            .await
            .map_err(|error| away(&error))?;
        self.quota = Quota::of(response.headers());
        let status = response.status();
        let body = service::http::body(response, ANSWER_LIMIT_BYTES)
            .await
            .map_err(|error| match error {
                service::http::BodyError::TooLong { limit_bytes } => {
                    unreadable(&format!("an answer is longer than {limit_bytes} bytes"))
                }
                service::http::BodyError::Broken(error) => away(&error),
            })?;
        self.read_bytes = self.read_bytes.saturating_add(body.len());
        if self.read_bytes > ORDER_LIMIT_BYTES {
            return Err(unreadable(&format!(
                "the order is longer than {ORDER_LIMIT_BYTES} bytes"
            )));
        }
        judge(status, self.quota, body)
    }
}

fn away(error: &reqwest::Error) -> FetchError {
    let why = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the exchange broke off"
    };
    FetchError::TryLater {
        why: why.to_owned(),
        after: None,
    }
}
