//! Asking a shop for one order.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use retail::ShopOrderId;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use shop::{ApiAccess, Connection, FetchError};

use crate::answer::{Head, judge, unreadable};
use crate::document::{Document, Followed, PAGES_LIMIT, Page};
use crate::{API_VERSION, Shopify, operation};

/// Largest answer read, in bytes: a page of 250 lines is about a fifth of it.
const ANSWER_LIMIT_BYTES: usize = 4 << 20;
/// How often an order is begun again that changes while its pages are read.
const READS_LIMIT: usize = 3;

const TOKEN: &str = "x-shopify-access-token";
const VERSION: &str = "x-shopify-api-version";

/// Fetches one order with all its pages: none of them from before or after a change of it.
///
/// The shop's address comes from the operator and is not guarded against being one inside our own
/// network; redirects, which the shop could set, are not followed.
pub(crate) async fn fetch(
    shop: &Shopify,
    connection: &Connection,
    order: &ShopOrderId,
) -> Result<Bytes, FetchError> {
    let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
    if !order.as_str().bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FetchError::Gone);
    }
    for _ in 0..READS_LIMIT {
        if let Some(document) = read(shop, api, order).await? {
            return Ok(document.into_body());
        }
    }
    Err(FetchError::TryLater {
        why: "the order changes while it is read".to_owned(),
        after: None,
    })
}

/// `None` when the order changed between two pages.
async fn read(
    shop: &Shopify,
    api: &ApiAccess,
    order: &ShopOrderId,
) -> Result<Option<Document>, FetchError> {
    let id = json!({ "id": format!("gid://shopify/Order/{order}") });
    let data = ask(shop, api, &operation::ORDER_BY_ID, id).await?;
    let mut document = Document::new(data, order)?;
    for _ in 0..PAGES_LIMIT {
        let Some(page) = document.missing() else {
            break;
        };
        let operation = match &page {
            Page::Lines { .. } => &operation::LINE_ITEMS_PAGE,
            Page::RefundedLines { .. } => &operation::REFUND_LINE_ITEMS_PAGE,
        };
        let data = ask(shop, api, operation, document.variables(&page)).await?;
        match document.follow(&page, data)? {
            Followed::Added => {}
            Followed::Changed => return Ok(None),
        }
    }
    Ok(Some(document))
}

async fn ask(
    shop: &Shopify,
    api: &ApiAccess,
    operation: &str,
    variables: Value,
) -> Result<Value, FetchError> {
    let ApiAccess {
        url,
        key: _,
        secret: token,
    } = api;
    let client = if url.is_https() {
        &shop.tls
    } else {
        &shop.plain
    };
    let response = client
        .post(format!("{url}/admin/api/{API_VERSION}/graphql.json"))
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/json")
        .header(TOKEN, header(token)?)
        .body(json!({ "query": operation, "variables": variables }).to_string())
        .send()
        .await
        .map_err(|error| away(&error))?;
    let text = |headers: &HeaderMap, name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let head = Head {
        status: response.status(),
        retry_after: text(response.headers(), RETRY_AFTER.as_str()),
        version: text(response.headers(), VERSION),
    };
    let body = service::http::body(response, ANSWER_LIMIT_BYTES)
        .await
        .map_err(|error| match error {
            service::http::BodyError::TooLong { limit_bytes } => {
                unreadable(format!("it is longer than {limit_bytes} bytes"))
            }
            service::http::BodyError::Broken(error) => away(&error),
        })?;
    judge(&head, &body)
}

/// The token as a header that no log shows. What is none is no access: no later attempt mends it.
fn header(token: &SecretString) -> Result<HeaderValue, FetchError> {
    let mut value =
        HeaderValue::from_str(token.expose_secret()).map_err(|_| FetchError::NoAccess)?;
    value.set_sensitive(true);
    Ok(value)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_header_that_is_not_shown_or_no_access() {
        let value = header(&SecretString::from("shpat_token")).unwrap();
        assert!(value.is_sensitive());
        assert_eq!(value, "shpat_token");
        for token in ["shpat_token\n", "shpat\r\ntoken", "shpat\0"] {
            assert_eq!(
                header(&SecretString::from(token)),
                Err(FetchError::NoAccess)
            );
        }
    }
}
