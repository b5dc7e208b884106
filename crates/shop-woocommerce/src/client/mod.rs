//! Asking a shop, whatever is asked: who asks, for how long, how much is read of the answer.

mod answer;
pub(crate) mod oauth;

use std::sync::Arc;

use http::header::ACCEPT;
use jiff::Timestamp;
use reqwest::Method;
use secrecy::ExposeSecret as _;
use service::clock::{Clock, Ids};
use shop::{ApiAccess, FetchError};

pub(crate) use self::answer::Answer;

/// Asks shops: by basic authentication over TLS; over plain HTTP, where WooCommerce does not read that,
/// by OAuth. Redirects, which a shop could set, are not followed.
#[derive(Clone)]
pub(crate) struct Client {
    tls: reqwest::Client,
    /// Asks shops without TLS: simulators, and shops on the same machine.
    plain: reqwest::Client,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) method: Method,
    /// Below the shop's address, from the first slash.
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    /// A JSON text.
    pub(crate) body: Option<String>,
    /// Largest answer read, in bytes.
    pub(crate) limit_bytes: usize,
}

impl Question {
    /// Largest answer read unless more is said to be needed: an order of a thousand lines is about half
    /// of it.
    pub(crate) const LIMIT_BYTES: usize = 2 << 20;

    /// To be shown what stands at `path` of the shop's own API.
    pub(crate) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn new(method: Method, path: &str) -> Self {
        Self {
            method,
            path: format!("/wp-json/wc/v3/{path}"),
            query: Vec::new(),
            body: None,
            limit_bytes: Self::LIMIT_BYTES,
        }
    }
}

/// Why there is no answer to look at.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// It is longer than what is read of one.
    TooLong {
        limit_bytes: usize,
    },
    Failed(FetchError),
}

impl From<NoAnswer> for FetchError {
    fn from(none: NoAnswer) -> Self {
        match none {
            NoAnswer::TooLong { limit_bytes } => Self::Unreadable {
                why: format!("it is longer than {limit_bytes} bytes"),
            },
            NoAnswer::Failed(error) => error,
        }
    }
}

impl Client {
    /// Fails when the machine has no TLS certificates to trust.
    pub(crate) fn new(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self, reqwest::Error> {
        Ok(Self {
            tls: service::http::client()?,
            plain: service::http::loopback_client()?,
            clock,
            ids,
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Asks once, and gives whatever the shop answers.
    pub(crate) async fn ask(
        &self,
        api: &ApiAccess,
        question: Question,
    ) -> Result<Answer, NoAnswer> {
        let limit_bytes = question.limit_bytes;
        let response = self
            .request(api, question)
            .header(ACCEPT, "application/json")
            .send()
            .await
            .map_err(|error| away(&error))?;
        let envelope = answer::Envelope::of(&response);
        let body =
            service::http::body(response, limit_bytes)
                .await
                .map_err(|error| match error {
                    service::http::BodyError::TooLong { limit_bytes } => {
                        NoAnswer::TooLong { limit_bytes }
                    }
                    service::http::BodyError::Broken(error) => away(&error),
                })?;
        Ok(Answer::new(envelope, body))
    }

    fn request(&self, api: &ApiAccess, question: Question) -> reqwest::RequestBuilder {
        let Question {
            method,
            path,
            mut query,
            body,
            limit_bytes: _,
        } = question;
        let address = format!("{}{path}", api.url);
        let request = if api.url.is_https() {
            self.tls
                .request(method, address)
                .query(&query)
                .basic_auth(api.key.expose_secret(), Some(api.secret.expose_secret()))
        } else {
            let nonce = self.ids.next().simple().to_string();
            oauth::sign(
                method.as_str(),
                &address,
                &mut query,
                api,
                &nonce,
                self.clock.now(),
            );
            self.plain.request(method, address).query(&query)
        };
        match body {
            Some(body) => request
                .header(http::header::CONTENT_TYPE, "application/json")
                .body(body),
            None => request,
        }
    }
}

/// Without the address: over plain HTTP it holds the key.
fn away(error: &reqwest::Error) -> NoAnswer {
    let why = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the exchange broke off"
    };
    NoAnswer::Failed(FetchError::TryLater {
        why: why.to_owned(),
        after: None,
    })
}
