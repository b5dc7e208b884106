//! The requests of one call, one after another, each paid for before it is sent.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use jiff::Timestamp;
use retail::Currency;
use retail::listing::Terms;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use shop::FetchError;
use shop::push::To;

use super::refusal::Denial;
use crate::BigCommerce;
use crate::client::{Api, Exchange, is_missing, odd_missing, unreadable};

/// Every request costs the same.
const COST: u32 = 1;
/// How long a store is left alone that refuses for haste and does not say for how long: the platform itself is busy.
const UNTOLD_WAIT: Duration = Duration::from_secs(5);

pub(super) struct Desk<'a> {
    pub(super) shop: &'a BigCommerce,
    to: To<'a>,
    api: Api<'a>,
    /// Nothing may be asked before: what is asked with nothing left is counted as abuse.
    closed_until: Option<Timestamp>,
}

/// What the store says to a request.
#[derive(Debug)]
pub(super) enum Said {
    /// JSON, or nothing.
    Done(Bytes),
    /// 207: a part of it is not done.
    Partly(Bytes),
    /// The store has no such thing.
    Missing,
    Denied(Denial),
}

impl<'a> Desk<'a> {
    pub(super) fn of(shop: &'a BigCommerce, to: To<'a>) -> Result<Self, FetchError> {
        Ok(Self {
            shop,
            to,
            api: Api::of_catalogue(shop, to.connection)?,
            closed_until: None,
        })
    }

    pub(super) fn store_url(&self) -> &'a shop::ShopUrl {
        &self.api.access().url
    }

    /// What the shop's numbers mean. Whoever calls asked for them before.
    pub(super) fn terms(&self) -> Result<&'a Terms, FetchError> {
        let terms = self.to.terms;
        terms.ok_or_else(|| FetchError::later("the store's terms are not known"))
    }

    pub(super) fn currency(&self) -> Result<Currency, FetchError> {
        self.terms().map(|terms| terms.currency)
    }

    /// What is there, read. `None`: there is no such thing.
    pub(super) async fn get<T: DeserializeOwned>(
        &mut self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Option<T>, FetchError> {
        match self.ask(Method::GET, path, query).await? {
            Said::Done(body) => serde_json::from_slice(&body)
                .map(Some)
                .map_err(|_| unreadable(&format!("{path} is not what is documented"))),
            Said::Missing => Ok(None),
            Said::Partly(_) => Err(unreadable("a part of what was read")),
            Said::Denied(Denial { status, .. }) => {
                Err(unreadable(&format!("status {status} for what was asked")))
            }
        }
    }

    /// As [`Self::get`], for what is always there.
    pub(super) async fn list<T: DeserializeOwned>(
        &mut self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, FetchError> {
        let found = self.get(path, query).await?;
        found.ok_or_else(|| odd_missing("catalogue"))
    }

    pub(super) async fn post(
        &mut self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Said, FetchError> {
        self.send(Method::POST, path, &[], Some(written(body)?))
            .await
    }

    pub(super) async fn put(
        &mut self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Said, FetchError> {
        self.send(Method::PUT, path, &[], Some(written(body)?))
            .await
    }

    pub(super) async fn delete(
        &mut self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Said, FetchError> {
        self.ask(Method::DELETE, path, query).await
    }

    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Said, FetchError> {
        self.send(method, path, query, None).await
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<Said, FetchError> {
        self.to.purse.spend(COST).await?;
        self.check_open()?;
        let answer = self.api.exchange(method, path, query, body).await?;
        self.heed(&answer);
        judge(answer)
    }

    fn check_open(&self) -> Result<(), FetchError> {
        let now = self.shop.clock.now();
        match self.closed_until.filter(|until| now < *until) {
            Some(until) => Err(FetchError::TryLater {
                why: "the store's quota is used up".to_owned(),
                after: until.duration_since(now).try_into().ok(),
            }),
            None => Ok(()),
        }
    }

    /// A refusal for haste, and a quota that is used up, are everybody's who asks this store.
    fn heed(&mut self, answer: &Exchange) {
        let Exchange { status, quota, .. } = answer;
        let is_refused = *status == StatusCode::TOO_MANY_REQUESTS;
        if is_refused || quota.is_used_up() {
            let wait = quota.wait.unwrap_or(UNTOLD_WAIT);
            self.to.purse.refused(wait);
            self.closed_until = self.shop.clock.now().checked_add(wait).ok();
        }
    }
}

fn judge(answer: Exchange) -> Result<Said, FetchError> {
    let Exchange {
        status,
        quota,
        body,
    } = answer;
    let later = |after| {
        Err(FetchError::TryLater {
            why: format!("status {status}"),
            after,
        })
    };
    let is_json = body.is_empty() || serde_json::from_slice::<IgnoredAny>(&body).is_ok();
    match status {
        StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT if is_json => {
            Ok(Said::Done(body))
        }
        StatusCode::MULTI_STATUS if is_json => Ok(Said::Partly(body)),
        StatusCode::NOT_FOUND if is_missing(&body) => Ok(Said::Missing),
        StatusCode::UNAUTHORIZED => Err(FetchError::Refused {
            status: status.as_u16(),
        }),
        StatusCode::TOO_MANY_REQUESTS => later(quota.wait),
        StatusCode::BAD_REQUEST
        | StatusCode::FORBIDDEN
        | StatusCode::CONFLICT
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNPROCESSABLE_ENTITY
        | StatusCode::INSUFFICIENT_STORAGE
            if is_json =>
        {
            let denial = Denial { status, body };
            // Every row would be: none is to be looked for.
            if denial.is_of_rights() {
                return Err(FetchError::Refused {
                    status: status.as_u16(),
                });
            }
            Ok(Said::Denied(denial))
        }
        // Somebody else holds it, the platform is away, or something in between answers.
        _ if status.is_server_error()
            || !is_json
            || matches!(
                status,
                StatusCode::NOT_FOUND
                    | StatusCode::LOCKED
                    | StatusCode::REQUEST_TIMEOUT
                    | StatusCode::OK
            ) =>
        {
            later(quota.retry)
        }
        _ => Err(unreadable(&format!("status {status}"))),
    }
}

fn written(body: &impl Serialize) -> Result<String, FetchError> {
    serde_json::to_string(body).map_err(|_| unreadable("what is to be sent cannot be written"))
}
