//! Asking a shop's Admin API.

use http::header::{ACCEPT, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use service::http::Failure;
use shop::{Allowance, ApiAccess, Connection, FetchError, ShopUrl};

use crate::answer::{Head, Judged, Throttle, judge, unreadable};
use crate::{API_VERSION, Shopify};

/// Largest answer read, in bytes: a page of 250 lines is about a fifth of it.
const ANSWER_LIMIT_BYTES: usize = 4 << 20;

const TOKEN: &str = "x-shopify-access-token";
const VERSION: &str = "x-shopify-api-version";

/// What a shop answered.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) data: Value,
    /// The shop's clock then; `None` where it does not say.
    pub(crate) at: Option<Timestamp>,
    /// Points that it cost; `None` where the shop does not say.
    pub(crate) spent: Option<u32>,
}

/// A connection's shop, to be asked.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    shop: &'a Shopify,
    api: &'a ApiAccess,
}

impl<'a> Asker<'a> {
    pub(crate) fn new(shop: &'a Shopify, connection: &'a Connection) -> Result<Self, FetchError> {
        let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
        Ok(Self { shop, api })
    }

    /// Sends one operation.
    ///
    /// The shop's address comes from the operator and is not guarded against being one inside our own
    /// network; redirects, which the shop could set, are not followed.
    pub(crate) async fn ask(
        &self,
        operation: &str,
        variables: Value,
    ) -> Result<Answered, FetchError> {
        let ApiAccess {
            url,
            key: _,
            secret: token,
        } = self.api;
        let response = self
            .shop
            .client(url)
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
        let at = text(response.headers(), DATE.as_str()).and_then(|date| instant(&date));
        let body = service::http::body(response, ANSWER_LIMIT_BYTES)
            .await
            .map_err(|error| match error {
                service::http::BodyError::TooLong { limit_bytes } => {
                    unreadable(format!("it is longer than {limit_bytes} bytes"))
                }
                service::http::BodyError::Broken(error) => away(&error),
            })?;
        let Judged { data, throttle } = judge(&head, &body)?;
        if let Some(Throttle {
            per_second,
            at_once,
            spent: _,
        }) = throttle
        {
            self.told(|allowance| {
                allowance.per_second = per_second;
                allowance.at_once = at_once;
            });
        }
        let spent = throttle.and_then(|throttle| throttle.spent);
        Ok(Answered { data, at, spent })
    }

    pub(crate) fn url(&self) -> &'a ShopUrl {
        &self.api.url
    }

    /// Notes what the shop tells of its allowance.
    pub(crate) fn told(&self, change: impl FnOnce(&mut Allowance)) {
        self.shop.allowances.told(&self.api.url, change);
    }
}

/// The token as a header that no log shows. What is none is no access: no later attempt mends it.
fn header(token: &SecretString) -> Result<HeaderValue, FetchError> {
    let mut value =
        HeaderValue::from_str(token.expose_secret()).map_err(|_| FetchError::NoAccess)?;
    value.set_sensitive(true);
    Ok(value)
}

fn away(error: &reqwest::Error) -> FetchError {
    match service::http::failure(error) {
        Failure::Insecure(fault) => FetchError::Insecure {
            why: fault.to_string(),
        },
        failure => FetchError::later(failure.to_string()),
    }
}

/// `Sun, 22 Nov 2026 08:20:10 GMT`.
fn instant(date: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(date).ok()
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

    #[test]
    fn the_shops_clock_is_read_from_its_date() {
        assert_eq!(
            instant("Sun, 22 Nov 2026 08:20:10 GMT"),
            Some("2026-11-22T08:20:10Z".parse().unwrap())
        );
        for date in ["", "now", "2026-11-22T08:20:10Z"] {
            assert_eq!(instant(date), None, "{date:?}");
        }
    }
}
