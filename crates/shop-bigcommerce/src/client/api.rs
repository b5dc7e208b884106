//! Requests to one store's API, one after another, within the store's quota and our own limits.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use service::http::Failure;
use shop::{ApiAccess, Connection, FetchError};
use tokio::time::sleep;

use super::answer::{Answer, judge, unreadable};
use super::quota::{Granted, Quota};
use crate::BigCommerce;
use crate::date::instant;

const TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// Largest answer read, in bytes: a page of 250 lines with their options is about a quarter of it.
const ANSWER_LIMIT_BYTES: usize = 4 << 20;
/// All answers of one errand together: no document grows beyond it.
const ANSWERS_LIMIT_BYTES: usize = 16 << 20;
/// Largest answer about products, in bytes: a page of 25 products, each with its 600 variants and 250 images.
const CATALOGUE_LIMIT_BYTES: usize = 32 << 20;
/// Requests of one errand that are made again because they broke off.
const REPEATS_LIMIT: usize = 5;
/// Before one is made again.
const PAUSE: Duration = Duration::from_millis(150);
/// A store that asks for more is left alone, errand and all.
const PATIENCE: Duration = Duration::from_secs(2);

/// One errand at a store.
///
/// The store's address comes from the operator and is not guarded against being one inside our own
/// network; redirects, which the store could set, are not followed.
pub(crate) struct Api<'a> {
    shop: &'a BigCommerce,
    access: &'a ApiAccess,
    quota: Quota,
    answered_at: Option<Timestamp>,
    limits: Limits,
    read_bytes: usize,
    repeats: usize,
}

/// In bytes.
#[derive(Clone, Copy)]
struct Limits {
    answer: usize,
    errand: usize,
}

/// An answer that nobody has judged.
pub(crate) struct Exchange {
    pub(crate) status: StatusCode,
    pub(crate) quota: Quota,
    pub(crate) body: Bytes,
}

impl<'a> Api<'a> {
    pub(super) fn of(
        shop: &'a BigCommerce,
        connection: &'a Connection,
    ) -> Result<Self, FetchError> {
        let limits = Limits {
            answer: ANSWER_LIMIT_BYTES,
            errand: ANSWERS_LIMIT_BYTES,
        };
        Self::within(shop, connection, limits)
    }

    /// For errands about products, of which nothing is put together.
    pub(crate) fn of_catalogue(
        shop: &'a BigCommerce,
        connection: &'a Connection,
    ) -> Result<Self, FetchError> {
        let limits = Limits {
            answer: CATALOGUE_LIMIT_BYTES,
            errand: usize::MAX,
        };
        Self::within(shop, connection, limits)
    }

    fn within(
        shop: &'a BigCommerce,
        connection: &'a Connection,
        limits: Limits,
    ) -> Result<Self, FetchError> {
        let access = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
        Ok(Self {
            shop,
            access,
            quota: Quota::default(),
            answered_at: None,
            limits,
            read_bytes: 0,
            repeats: 0,
        })
    }

    pub(crate) const fn access(&self) -> &'a ApiAccess {
        self.access
    }

    /// The store's clock at its last answer, where it said so.
    pub(super) const fn answered_at(&self) -> Option<Timestamp> {
        self.answered_at
    }

    /// `path` is below the store: `/v2/orders`.
    pub(super) async fn get(
        &mut self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Answer, FetchError> {
        // An order is many requests: one that breaks off must not cost the others.
        loop {
            match self.send(Method::GET, path, query, None).await {
                Err(FetchError::TryLater { why: _, after })
                    if self.repeats < REPEATS_LIMIT && after.unwrap_or_default() <= PATIENCE =>
                {
                    self.repeats += 1;
                    sleep(after.unwrap_or_default().max(PAUSE)).await;
                }
                answer => return answer,
            }
        }
    }

    pub(super) async fn post(&mut self, path: &str, body: &Value) -> Result<Answer, FetchError> {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    pub(super) async fn put(&mut self, path: &str, body: &Value) -> Result<Answer, FetchError> {
        self.send(Method::PUT, path, &[], Some(body)).await
    }

    pub(super) async fn delete(&mut self, path: &str) -> Result<Answer, FetchError> {
        self.send(Method::DELETE, path, &[], None).await
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, FetchError> {
        // Asking on with nothing left is counted as abuse.
        self.quota.check()?;
        let body = body.map(Value::to_string);
        let Exchange {
            status,
            quota,
            body,
        } = self.exchange(method, path, query, body).await?;
        judge(status, quota, body)
    }

    /// One request and its answer, whatever it says. `body` is JSON.
    pub(crate) async fn exchange(
        &mut self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<Exchange, FetchError> {
        let mut token = HeaderValue::from_str(self.access.secret.expose_secret())
            .map_err(|_| FetchError::NoAccess)?;
        token.set_sensitive(true);
        let mut request = self
            .shop
            .client(&self.access.url)
            .request(method, format!("{}{path}", self.access.url))
            .header(TOKEN, token)
            // Without it v2 may answer XML.
            .header(ACCEPT, "application/json");
        if !query.is_empty() {
            request = request.query(query);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let response = request.send().await.map_err(|error| away(&error))?;
        self.quota = Quota::of(response.headers());
        if let Some(granted) = Granted::of(response.headers()) {
            let allowances = &self.shop.allowances;
            allowances.told(&self.access.url, |allowance| granted.allow(allowance));
        }
        self.answered_at = date(response.headers());
        let status = response.status();
        let body = self.body(response).await?;
        Ok(Exchange {
            status,
            quota: self.quota,
            body,
        })
    }

    async fn body(&mut self, response: reqwest::Response) -> Result<Bytes, FetchError> {
        let body = service::http::body(response, self.limits.answer)
            .await
            .map_err(|error| match error {
                service::http::BodyError::TooLong { limit_bytes } => {
                    unreadable(&format!("an answer is longer than {limit_bytes} bytes"))
                }
                service::http::BodyError::Broken(error) => away(&error),
            })?;
        self.read_bytes = self.read_bytes.saturating_add(body.len());
        let limit_bytes = self.limits.errand;
        if self.read_bytes > limit_bytes {
            return Err(unreadable(&format!(
                "the answers are longer than {limit_bytes} bytes together"
            )));
        }
        Ok(body)
    }
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    instant(headers.get(DATE)?.to_str().ok()?)
}

fn away(error: &reqwest::Error) -> FetchError {
    match service::http::failure(error) {
        Failure::Insecure(fault) => FetchError::Insecure {
            why: fault.to_string(),
        },
        failure => FetchError::later(failure.to_string()),
    }
}
