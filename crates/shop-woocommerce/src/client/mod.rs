//! Asking a shop, whatever is asked: who asks, for how long, how much is read of the answer.

mod answer;
mod fault;
pub(crate) mod oauth;
mod reach;

use std::error::Error as _;
use std::sync::Arc;

use http::header::{ACCEPT, CONTENT_TYPE};
use jiff::Timestamp;
use reqwest::Method;
use secrecy::ExposeSecret as _;
use service::clock::{Clock, Ids};
use service::http::Failure;
use shop::{ApiAccess, FetchError, ShopUrl};

pub(crate) use self::answer::Answer;
pub(crate) use self::fault::{Fault, RawFault};
use self::reach::{OutOfReach, Reach};

/// Asks shops: by basic authentication over TLS; over plain HTTP, where WooCommerce does not read that,
/// by OAuth. Redirects, which a shop could set, are not followed.
#[derive(Clone)]
pub(crate) struct Client {
    /// Asks shops of the internet.
    tls: Line,
    /// Asks shops of this machine, without TLS.
    plain: Line,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

/// What shops are asked through.
#[derive(Clone)]
struct Line {
    client: reqwest::Client,
    reach: Reach,
}

impl Line {
    fn new(
        reach: Reach,
        limited: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self, reqwest::Error> {
        let builder = service::http::client_builder().no_proxy();
        let client = limited(builder.dns_resolver(reach)).build()?;
        Ok(Self { client, reach })
    }

    fn over_tls() -> Result<Self, reqwest::Error> {
        Self::new(Reach::Global, |builder| builder.https_only(true))
    }

    /// Without certificates, which a small image may not have.
    fn plain() -> Result<Self, reqwest::Error> {
        Self::new(Reach::Loopback, |builder| builder.tls_certs_only([]))
    }

    /// To shops of this machine whose certificates `root` signed.
    #[cfg(feature = "sim")]
    fn trusting(root: reqwest::Certificate) -> Result<Self, reqwest::Error> {
        Self::new(Reach::Loopback, |builder| {
            builder.https_only(true).tls_certs_only([root])
        })
    }
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
        Self::with(Line::over_tls()?, clock, ids)
    }

    /// Asks shops of this machine alone, over TLS those whose certificates `root` signed.
    #[cfg(feature = "sim")]
    pub(crate) fn trusting(
        root: reqwest::Certificate,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, reqwest::Error> {
        Self::with(Line::trusting(root)?, clock, ids)
    }

    fn with(tls: Line, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self, reqwest::Error> {
        let plain = Line::plain()?;
        Ok(Self {
            tls,
            plain,
            clock,
            ids,
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Asks once with the connection's key, and gives whatever the shop answers.
    pub(crate) async fn ask(
        &self,
        api: &ApiAccess,
        question: Question,
    ) -> Result<Answer, NoAnswer> {
        self.send(&api.url, Some(api), question).await
    }

    /// Asks as anybody may.
    pub(crate) async fn ask_openly(
        &self,
        shop: &ShopUrl,
        question: Question,
    ) -> Result<Answer, NoAnswer> {
        self.send(shop, None, question).await
    }

    async fn send(
        &self,
        shop: &ShopUrl,
        key: Option<&ApiAccess>,
        question: Question,
    ) -> Result<Answer, NoAnswer> {
        let limit_bytes = question.limit_bytes;
        let Line { client, reach } = if shop.is_https() {
            &self.tls
        } else {
            &self.plain
        };
        let reach = *reach;
        let request = self
            .request(client, shop, key, question)
            .header(ACCEPT, "application/json")
            .build()
            .map_err(|error| away(&error, reach))?;
        reach
            .check(request.url())
            .map_err(|OutOfReach| later(reach.refusal()))?;
        let response = client
            .execute(request)
            .await
            .map_err(|error| away(&error, reach))?;
        let envelope = answer::Envelope::of(&response);
        let body =
            service::http::body(response, limit_bytes)
                .await
                .map_err(|error| match error {
                    service::http::BodyError::TooLong { limit_bytes } => {
                        NoAnswer::TooLong { limit_bytes }
                    }
                    service::http::BodyError::Broken(error) => away(&error, reach),
                })?;
        Ok(Answer::new(envelope, body))
    }

    fn request(
        &self,
        client: &reqwest::Client,
        shop: &ShopUrl,
        key: Option<&ApiAccess>,
        question: Question,
    ) -> reqwest::RequestBuilder {
        let Question {
            method,
            path,
            mut query,
            body,
            limit_bytes: _,
        } = question;
        let address = format!("{shop}{path}");
        let mut basic = None;
        match key {
            Some(api) if shop.is_https() => basic = Some(api),
            Some(api) => {
                let nonce = self.ids.next().simple().to_string();
                let now = self.clock.now();
                oauth::sign(method.as_str(), &address, &mut query, api, &nonce, now);
            }
            None => {}
        }
        let mut request = client.request(method, address).query(&query);
        if let Some(ApiAccess { key, secret, .. }) = basic {
            request = request.basic_auth(key.expose_secret(), Some(secret.expose_secret()));
        }
        match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body),
            None => request,
        }
    }
}

/// Without the address: over plain HTTP it holds the key.
fn away(error: &reqwest::Error, reach: Reach) -> NoAnswer {
    if is_out_of_reach(error) {
        return later(reach.refusal());
    }
    match service::http::failure(error) {
        Failure::Insecure(fault) => NoAnswer::Failed(FetchError::Insecure {
            why: fault.to_string(),
        }),
        failure => later(failure.to_string()),
    }
}

/// Not for ever, whatever it is: names may come to lead elsewhere.
fn later(why: impl Into<String>) -> NoAnswer {
    NoAnswer::Failed(FetchError::later(why))
}

fn is_out_of_reach(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<OutOfReach>() {
            return true;
        }
        cause = error.source();
    }
    false
}
