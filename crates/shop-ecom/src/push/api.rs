//! One request to a store: paid for, sent, and its answer sorted into what is said of it and what is trouble.

use bytes::Bytes;
use http::{Method, StatusCode};
use reqwest::Url;
use serde_json::value::RawValue;
use shop::push::{Purse, To};
use shop::{ApiAccess, FetchError};

use crate::Ecom;
use crate::client::{Answer, Exchanged, exchange, is_problem, judge, too_long, unreadable};

/// Largest answer read, in bytes: a page of a hundred products, or what a whole batch found.
pub(super) const ANSWER_LIMIT_BYTES: usize = 32 << 20;
/// What any request costs.
const COST: u32 = 1;

/// A store, and what may be asked of it.
#[derive(Clone, Copy)]
pub(super) struct Api<'a> {
    shop: &'a Ecom,
    access: &'a ApiAccess,
    purse: &'a dyn Purse,
}

/// What is asked, below the store's own address.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    /// With its query, from the slash on.
    pub(super) path: String,
    pub(super) body: Option<Box<RawValue>>,
}

/// What the store said of one request.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

impl Request {
    pub(super) fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            body: None,
        }
    }

    pub(super) fn delete(path: String) -> Self {
        Self {
            method: Method::DELETE,
            path,
            body: None,
        }
    }
}

/// `/folder?name=value`, each value as one.
pub(super) fn query(folder: &str, values: &[(&str, &str)]) -> Option<String> {
    // Only to write the query; nobody is asked.
    let address = Url::parse_with_params("http://localhost", values).ok()?;
    Some(format!("{folder}?{}", address.query().unwrap_or_default()))
}

impl<'a> Api<'a> {
    pub(super) fn new(shop: &'a Ecom, to: To<'a>) -> Result<Self, FetchError> {
        Ok(Self {
            shop,
            access: to.connection.api.as_ref().ok_or(FetchError::NoAccess)?,
            purse: to.purse,
        })
    }

    /// Sends one request. What the store says of it alone is an answer: that it is done, that there is no such thing,
    /// that it is not taken. Everything else is an error of the whole call.
    pub(super) async fn send(
        &self,
        request: &Request,
        limit_bytes: usize,
    ) -> Result<Said, FetchError> {
        let Request { method, path, body } = request;
        let address = format!("{}{path}", self.access.url);
        let address: Url = address.parse().map_err(|_| FetchError::NoAccess)?;
        let body = body.as_ref().map(|body| body.get().to_owned());
        self.purse.spend(COST).await?;
        let exchanged = exchange(
            self.shop,
            self.access,
            method.clone(),
            address,
            body,
            limit_bytes,
        );
        match exchanged.await? {
            Exchanged::Read {
                status,
                after: _,
                found,
            } if is_of_the_request(status) && is_said(status, &found.body) => Ok(Said {
                status: status.as_u16(),
                body: found.body,
            }),
            Exchanged::Read {
                status,
                after,
                found,
            } => match judge(status, after, found) {
                Ok(Answer::Found(found)) => Ok(Said {
                    status: status.as_u16(),
                    body: found.body,
                }),
                Ok(Answer::Nothing | Answer::TooLong { limit_bytes: _ }) => Err(FetchError::later(
                    format!("status {status}, and nothing said"),
                )),
                Err(error) => {
                    self.note(status, &error);
                    Err(error)
                }
            },
            Exchanged::TooLong { limit_bytes } => Err(too_long(limit_bytes)),
        }
    }

    /// What a question is answered with; `None`: there is no such thing.
    pub(super) async fn ask(&self, path: String) -> Result<Option<Bytes>, FetchError> {
        let said = self.send(&Request::get(path), ANSWER_LIMIT_BYTES).await?;
        match said.status {
            200 => Ok(Some(said.body)),
            404 => Ok(None),
            402 => Err(FetchError::Refused { status: 402 }),
            status => Err(unreadable(&format!("status {status}"))),
        }
    }

    /// Going on with a token that is refused for haste lengthens the ban.
    fn note(&self, status: StatusCode, error: &FetchError) {
        if let FetchError::TryLater {
            after: Some(after), ..
        } = error
            && status == StatusCode::TOO_MANY_REQUESTS
        {
            self.purse.refused(*after);
        }
    }
}

/// Answers that say something of what was sent, and nothing of the connection.
fn is_of_the_request(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_REQUEST
            | StatusCode::PAYMENT_REQUIRED
            | StatusCode::NOT_FOUND
            | StatusCode::CONFLICT
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
            | StatusCode::UNPROCESSABLE_ENTITY
    )
}

/// In the shop's own words. An empty answer says that something is not there, and no more than that.
fn is_said(status: StatusCode, body: &[u8]) -> bool {
    is_problem(body) && (status == StatusCode::NOT_FOUND || !body.is_empty())
}
