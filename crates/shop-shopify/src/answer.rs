//! What an answer of the Admin API means. Success of HTTP is not success: throttling and missing rights
//! come as status 200 beside, or in place of, the data.

use std::time::Duration;

use http::StatusCode;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Number, Value};
use shop::FetchError;

use crate::API_VERSION;

/// Before a shop is asked again that is frozen, unpaid or locked: days may pass until it is not.
const SHOP_AWAY: Duration = Duration::from_hours(1);
/// A shop that asks to be left alone for longer is asked again after this all the same.
const WAIT_LIMIT: Duration = Duration::from_hours(1);
/// When a shop says that it was asked too often, and not until when.
const THROTTLED: Duration = Duration::from_secs(1);

/// What HTTP says of an answer besides its body.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    /// `Retry-After`: seconds, sometimes with decimals.
    pub(crate) retry_after: Option<String>,
    /// `X-Shopify-API-Version`: the version that answered.
    pub(crate) version: Option<String>,
}

/// The data of an answer, or why there is none. By status and error codes, never by messages. Fields that
/// the app has no right to are null in the data, which goes on without them.
pub(crate) fn judge(head: &Head, body: &[u8]) -> Result<Judged, FetchError> {
    let Head {
        status,
        retry_after,
        version,
    } = head;
    let answer: Option<Answer> = serde_json::from_slice(body).ok();
    match *status {
        StatusCode::OK => {}
        StatusCode::TOO_MANY_REQUESTS => {
            let after = retry_after.as_deref().and_then(seconds);
            return Err(later("too many requests", after.or(Some(THROTTLED))));
        }
        StatusCode::PAYMENT_REQUIRED | StatusCode::LOCKED => {
            return Err(later(&format!("status {status}"), Some(SHOP_AWAY)));
        }
        // What is no JSON comes from something in between, never from the API.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
            if answer.is_some() =>
        {
            return Err(FetchError::Refused {
                status: status.as_u16(),
            });
        }
        _ if status.is_client_error() && answer.is_some() => {
            return Err(unreadable(format!("status {status}")));
        }
        _ => {
            let after = retry_after.as_deref().and_then(seconds);
            return Err(later(&format!("status {status}"), after));
        }
    }
    let Some(Answer {
        data,
        errors,
        extensions,
    }) = answer
    else {
        return Err(later("status 200, and no JSON", None));
    };
    if let Some(version) = version
        && version != API_VERSION
    {
        return Err(unreadable(format!(
            "the shop no longer has API version {API_VERSION}"
        )));
    }
    match errors {
        None => {}
        Some(Errors::List(errors)) => {
            for error in &errors {
                error.stops(&extensions)?;
            }
            // Only missing rights are left.
            if !errors.is_empty() && is_empty(data.as_ref()) {
                return Err(FetchError::Refused {
                    status: StatusCode::FORBIDDEN.as_u16(),
                });
            }
        }
        Some(Errors::Other(_)) => return Err(unreadable("an error without a code".to_owned())),
    }
    if extensions.was_misunderstood() {
        return Err(unreadable(
            "the shop does not know what was searched for".to_owned(),
        ));
    }
    Ok(Judged {
        data: data.ok_or_else(|| unreadable("it has no data".to_owned()))?,
        throttle: extensions.cost.as_ref().and_then(Cost::throttle),
    })
}

/// What an answer is good for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judged {
    pub(crate) data: Value,
    pub(crate) throttle: Option<Throttle>,
}

/// How much the shop lets itself be asked, in points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Throttle {
    pub(crate) per_second: u32,
    pub(crate) at_once: u32,
    /// What the answer cost.
    pub(crate) spent: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    data: Option<Value>,
    errors: Option<Errors>,
    #[serde(default)]
    extensions: Extensions,
}

/// A list, but for refused keys, where it is a text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Errors {
    List(Vec<Error>),
    Other(IgnoredAny),
}

#[derive(Debug, Deserialize)]
struct Error {
    #[serde(default)]
    extensions: ErrorExtensions,
}

#[derive(Debug, Default, Deserialize)]
struct ErrorExtensions {
    code: Option<String>,
}

impl Error {
    fn stops(&self, extensions: &Extensions) -> Result<(), FetchError> {
        match self.extensions.code.as_deref() {
            Some("ACCESS_DENIED") => Ok(()),
            Some("THROTTLED") => {
                let wait = extensions.cost.as_ref().and_then(Cost::wait);
                Err(later("throttled", wait.or(Some(THROTTLED))))
            }
            Some("RESOURCE_NOT_FOUND") => Err(FetchError::Gone),
            Some("INTERNAL_SERVER_ERROR" | "TIMEOUT" | "SERVICE_UNAVAILABLE") => {
                Err(later("an error inside the shop", None))
            }
            Some(code) => Err(unreadable(format!("error {}", printable(code)))),
            None => Err(unreadable("an error without a code".to_owned())),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct Extensions {
    cost: Option<Cost>,
    /// What the shop made of each search.
    #[serde(default)]
    search: Value,
}

impl Extensions {
    /// A search term that the shop does not know is left out, and the answer is of everything.
    fn was_misunderstood(&self) -> bool {
        let searches = self.search.as_array().into_iter().flatten();
        searches
            .filter_map(|search| search.get("warnings")?.as_array())
            .any(|warnings| !warnings.is_empty())
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cost {
    #[serde(rename = "requestedQueryCost")]
    requested: Number,
    /// `None` for a question that was not answered.
    #[serde(default, rename = "actualQueryCost")]
    actual: Option<Number>,
    throttle_status: ThrottleStatus,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThrottleStatus {
    #[serde(default)]
    maximum_available: Option<Number>,
    currently_available: Number,
    restore_rate: Number,
}

impl Cost {
    /// `None` where the shop does not tell of its bucket, or nothing that makes sense.
    fn throttle(&self) -> Option<Throttle> {
        let Self {
            requested: _,
            actual,
            throttle_status:
                ThrottleStatus {
                    maximum_available,
                    currently_available: _,
                    restore_rate,
                },
        } = self;
        let points = |number: &Number| {
            let points = Decimal::from_str_exact(&number.to_string()).ok()?;
            points.floor().to_u32().filter(|points| *points > 0)
        };
        Some(Throttle {
            per_second: points(restore_rate)?,
            at_once: points(maximum_available.as_ref()?)?,
            spent: actual.as_ref().and_then(points),
        })
    }

    /// Until the bucket holds what was asked for, in whole seconds; at least one.
    fn wait(&self) -> Option<Duration> {
        let Self {
            requested,
            actual: _,
            throttle_status:
                ThrottleStatus {
                    maximum_available: _,
                    currently_available,
                    restore_rate,
                },
        } = self;
        let number = |number: &Number| Decimal::from_str_exact(&number.to_string()).ok();
        let lacking = number(requested)?.checked_sub(number(currently_available)?)?;
        whole_seconds(lacking.checked_div(number(restore_rate)?)?)
    }
}

fn seconds(text: &str) -> Option<Duration> {
    whole_seconds(Decimal::from_str_exact(text.trim()).ok()?)
}

fn whole_seconds(seconds: Decimal) -> Option<Duration> {
    let seconds = seconds.ceil().max(Decimal::ONE).to_u64()?;
    Some(Duration::from_secs(seconds).min(WAIT_LIMIT))
}

/// No data, or nothing but nulls.
fn is_empty(data: Option<&Value>) -> bool {
    match data {
        None | Some(Value::Null) => true,
        Some(Value::Object(fields)) => fields.values().all(Value::is_null),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => false,
    }
}

/// A code is short and plain; what is not may be anything.
fn printable(code: &str) -> &str {
    const LIMIT_BYTES: usize = 64;

    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if code.len() <= LIMIT_BYTES && code.bytes().all(plain) {
        code
    } else {
        "without a name"
    }
}

fn later(why: &str, after: Option<Duration>) -> FetchError {
    FetchError::TryLater {
        why: why.to_owned(),
        after,
    }
}

pub(crate) fn unreadable(why: String) -> FetchError {
    FetchError::Unreadable { why }
}

#[cfg(test)]
mod tests;
