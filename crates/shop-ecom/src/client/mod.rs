//! Asking a shop: one exchange over HTTP, and what its answer means.

mod fetch;
mod hooks;
mod list;
mod place;
mod profile;

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::value::RawValue;
use service::http::Failure;
use shop::{ApiAccess, FetchError};

pub(crate) use self::fetch::fetch;
pub(crate) use self::hooks::{ensure_hooks, remove_hooks};
pub(crate) use self::list::{INDEX_LAG, list};
pub(crate) use self::profile::{PROFILE_LIMIT_BYTES, bookable, identity, parsed as parsed_profile};
use crate::Ecom;
use crate::payload::Problem;

/// A shop that asks to be left alone for longer is asked again after this all the same.
const RETRY_AFTER_LIMIT: Duration = Duration::from_hours(1);
/// After too many requests, when the shop does not say how long: going on would lengthen the ban.
const RETRY_AFTER_UNSAID: Duration = Duration::from_mins(1);

/// `{api}/part/part`, each part as one, whatever is in it.
fn address(api: &ApiAccess, parts: &[&str]) -> Option<Url> {
    let mut address: Url = api.url.as_str().parse().ok()?;
    // These two would be another folder.
    if parts.iter().any(|part| [".", ".."].contains(part)) {
        return None;
    }
    address.path_segments_mut().ok()?.extend(parts);
    Some(address)
}

/// What a shop answered.
pub(crate) enum Answer {
    Found(Found),
    Nothing,
    /// More than the caller's limit, and left unread.
    TooLong {
        limit_bytes: usize,
    },
}

/// A document, and what the shop's clock showed when it gave it.
pub(crate) struct Found {
    pub(crate) body: Bytes,
    /// `None`: the answer does not say.
    at: Option<Timestamp>,
}

/// The one exchange: asks for a document of up to `limit_bytes` with the store's access token.
///
/// The shop's address comes from the operator and is not guarded against being one inside our own
/// network; redirects, which the shop could set, are not followed.
async fn ask(
    shop: &Ecom,
    api: &ApiAccess,
    address: Url,
    limit_bytes: usize,
) -> Result<Answer, FetchError> {
    match exchange(shop, api, Method::GET, address, None, limit_bytes).await? {
        Exchanged::Read {
            status,
            after,
            found,
        } => judge(status, after, found),
        Exchanged::TooLong { limit_bytes } => Ok(Answer::TooLong { limit_bytes }),
    }
}

/// An answer that nobody has judged.
pub(crate) enum Exchanged {
    Read {
        status: StatusCode,
        /// How long the shop asks to be left alone.
        after: Option<Duration>,
        found: Found,
    },
    TooLong {
        limit_bytes: usize,
    },
}

/// One request with the store's access token, and its answer.
pub(crate) async fn exchange(
    shop: &Ecom,
    api: &ApiAccess,
    method: Method,
    address: Url,
    body: Option<String>,
    limit_bytes: usize,
) -> Result<Exchanged, FetchError> {
    let mut request = shop
        .client(&api.url)
        .request(method, address)
        .header(AUTHORIZATION, bearer(&api.secret)?)
        .header(ACCEPT, "application/json");
    if let Some(body) = body {
        request = request.header(CONTENT_TYPE, "application/json").body(body);
    }
    let response = request.send().await.map_err(|error| away(&error))?;
    let status = response.status();
    let after = retry_after(response.headers());
    let at = date(response.headers());
    match service::http::body(response, limit_bytes).await {
        Ok(body) => Ok(Exchanged::Read {
            status,
            after,
            found: Found { body, at },
        }),
        Err(service::http::BodyError::TooLong { limit_bytes }) => {
            Ok(Exchanged::TooLong { limit_bytes })
        }
        Err(service::http::BodyError::Broken(error)) => Err(away(&error)),
    }
}

/// The token as a header that no log shows. What is none is no access: no later attempt mends it.
fn bearer(token: &SecretString) -> Result<HeaderValue, FetchError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
        .map_err(|_| FetchError::NoAccess)?;
    value.set_sensitive(true);
    Ok(value)
}

/// What an answer means. What is no JSON comes from a proxy, a firewall or a maintenance page: never a
/// word on the order.
pub(crate) fn judge(
    status: StatusCode,
    after: Option<Duration>,
    found: Found,
) -> Result<Answer, FetchError> {
    let body = &found.body;
    let later = |why: String, after| Err(FetchError::TryLater { why, after });
    match status {
        StatusCode::OK => match serde_json::from_slice::<&RawValue>(body) {
            Ok(_) => Ok(Answer::Found(found)),
            Err(_) => later(format!("status {status}, and no JSON"), after),
        },
        StatusCode::NOT_FOUND if is_problem(body) => Ok(Answer::Nothing),
        // The token, the plan, the scope.
        StatusCode::UNAUTHORIZED | StatusCode::PAYMENT_REQUIRED | StatusCode::FORBIDDEN => {
            Err(FetchError::Refused {
                status: status.as_u16(),
            })
        }
        StatusCode::TOO_MANY_REQUESTS => later(
            format!("status {status}"),
            Some(after.unwrap_or(RETRY_AFTER_UNSAID)),
        ),
        // Too slow, somebody else at work on it, too early: the same request may do later.
        StatusCode::REQUEST_TIMEOUT | StatusCode::LOCKED | StatusCode::TOO_EARLY => {
            later(format!("status {status}"), after)
        }
        _ if status.is_client_error() && (body.is_empty() || !is_problem(body)) => {
            later(format!("status {status}, and no JSON"), after)
        }
        _ if status.is_client_error() => Err(unreadable(&format!("status {status}"))),
        _ => later(format!("status {status}"), after),
    }
}

/// An error of the API's: an object, or nothing at all.
pub(crate) fn is_problem(body: &[u8]) -> bool {
    body.is_empty() || serde_json::from_slice::<Problem<'_>>(body).is_ok()
}

pub(crate) fn unreadable(why: &str) -> FetchError {
    FetchError::Unreadable {
        why: why.to_owned(),
    }
}

pub(crate) fn too_long(limit_bytes: usize) -> FetchError {
    unreadable(&format!("it is longer than {limit_bytes} bytes"))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let after = Duration::from_secs(seconds.trim().parse().ok()?);
    Some(after.min(RETRY_AFTER_LIMIT))
}

/// The shop's clock, in whole seconds.
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get(DATE)?.to_str().ok()?;
    DateTimeParser::new().parse_timestamp(date).ok()
}

fn away(error: &reqwest::Error) -> FetchError {
    match service::http::failure(error) {
        Failure::Insecure(fault) => FetchError::Insecure {
            why: fault.to_string(),
        },
        failure => FetchError::later(failure.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use shop::{PlainHttp, ShopUrl};

    use super::*;

    fn judged(status: u16, after: Option<u64>, body: &'static str) -> Result<Bytes, FetchError> {
        let status = StatusCode::from_u16(status).unwrap();
        let after = after.map(Duration::from_secs);
        let body = Bytes::from_static(body.as_bytes());
        match judge(status, after, Found { body, at: None })? {
            Answer::Found(Found { body, .. }) => Ok(body),
            Answer::Nothing => Err(FetchError::Gone),
            Answer::TooLong { .. } => panic!("an answer that was read"),
        }
    }

    #[test]
    fn answers_are_judged_by_their_status() {
        assert_eq!(judged(200, None, "{}").unwrap(), "{}");
        let gone = include_str!("../../fixtures/errors/404.json");
        assert_eq!(judged(404, None, gone), Err(FetchError::Gone));
        assert_eq!(judged(404, None, ""), Err(FetchError::Gone));
        for status in [401, 402, 403] {
            let refused = judged(status, None, include_str!("../../fixtures/errors/402.json"));
            assert_eq!(refused, Err(FetchError::Refused { status }));
        }
        for status in [400, 409, 415, 422] {
            let unreadable = judged(status, None, include_str!("../../fixtures/errors/400.json"));
            assert!(
                matches!(unreadable, Err(FetchError::Unreadable { .. })),
                "{status}"
            );
        }
    }

    #[test]
    fn a_busy_shop_is_left_alone_for_as_long_as_it_says() {
        let after = |status, after| match judged(
            status,
            after,
            include_str!("../../fixtures/errors/429.json"),
        ) {
            Err(FetchError::TryLater { after, .. }) => after.map(|after| after.as_secs()),
            other => panic!("{other:?}"),
        };
        assert_eq!(after(429, Some(7)), Some(7));
        assert_eq!(after(429, None), Some(RETRY_AFTER_UNSAID.as_secs()));
        assert_eq!(after(500, None), None);
        assert_eq!(after(503, Some(9)), Some(9));
    }

    #[test]
    fn what_is_no_json_is_never_a_word_on_the_order() {
        for status in [200, 302, 400, 404, 407, 409, 413, 418, 502] {
            let page = judged(status, None, "<html>Maintenance</html>");
            assert!(matches!(page, Err(FetchError::TryLater { .. })), "{status}");
        }
        let silent = judged(400, None, "");
        assert!(matches!(silent, Err(FetchError::TryLater { .. })));
    }

    #[test]
    fn what_may_do_later_is_asked_for_later() {
        for status in [408, 423, 425] {
            let busy = judged(status, None, include_str!("../../fixtures/errors/400.json"));
            assert!(matches!(busy, Err(FetchError::TryLater { .. })), "{status}");
        }
    }

    #[test]
    fn a_token_is_a_header_that_is_not_shown_or_no_access() {
        let value = bearer(&SecretString::from("secret_token")).unwrap();
        assert!(value.is_sensitive());
        assert_eq!(value, "Bearer secret_token");
        let broken = bearer(&SecretString::from("secret_token\n"));
        assert_eq!(broken, Err(FetchError::NoAccess));
    }

    #[test]
    fn the_shops_clock_is_read_where_it_is_told() {
        let at = |text: &'static str| {
            let headers = [(DATE, HeaderValue::from_static(text))];
            date(&headers.into_iter().collect())
        };
        let told = "2026-11-22T08:49:37Z".parse().unwrap();
        assert_eq!(at("Sun, 22 Nov 2026 08:49:37 GMT"), Some(told));
        for text in ["", "yesterday", "2026-11-22"] {
            assert_eq!(at(text), None, "{text}");
        }
        assert_eq!(date(&HeaderMap::new()), None);
    }

    #[test]
    fn an_order_id_is_one_part_of_the_address() {
        let key = SecretString::from("key");
        let url = ShopUrl::new("https://app.ecwid.com/api/v3/1003").unwrap();
        let api = ApiAccess::new(url, key.clone(), key, PlainHttp::Refused).unwrap();
        for (id, end) in [
            ("XJ12H", "/orders/XJ12H"),
            ("../profile", "/orders/..%2Fprofile"),
            ("A#1?b=c%2F", "/orders/A%231%3Fb=c%252F"),
        ] {
            let address = address(&api, &["orders", id]).unwrap();
            assert_eq!(
                address.as_str(),
                format!("https://app.ecwid.com/api/v3/1003{end}")
            );
        }
        assert_eq!(address(&api, &["orders", ".."]), None);
    }
}
