//! Asking a shop for one order.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use reqwest::{Response, Url};
use retail::{Currency, ShopOrderId};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::value::RawValue;
use shop::{ApiAccess, Connection, FetchError};

use crate::Ecom;
use crate::payload::{Fetched, Formats, Identity, Problem, Profile};

/// Largest answer read, in bytes: an order of a thousand lines is about half of it.
const ANSWER_LIMIT_BYTES: usize = 4 << 20;
/// A shop that asks to be left alone for longer is asked again after this all the same.
const RETRY_AFTER_LIMIT: Duration = Duration::from_hours(1);
/// After too many requests, when the shop does not say how long: going on would lengthen the ban.
const RETRY_AFTER_UNSAID: Duration = Duration::from_mins(1);

/// Fetches one order, with the currency of its store, by the store's access token.
///
/// The shop's address comes from the operator and is not guarded against being one inside our own
/// network; redirects, which the shop could set, are not followed.
pub(crate) async fn fetch(
    shop: &Ecom,
    connection: &Connection,
    order: &ShopOrderId,
) -> Result<Bytes, FetchError> {
    let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
    let address = address(api, &["orders", order.as_str()]).ok_or(FetchError::Gone)?;
    let body = match ask(shop, api, address).await? {
        Answer::Found(body) => body,
        Answer::Nothing => return Err(FetchError::Gone),
    };
    let document = document(order, &body)?;
    let currency = currency(shop, connection, api).await?;
    let fetched = Fetched {
        currency: currency.code(),
        order: document,
    };
    serde_json::to_vec(&fetched)
        .map(Bytes::from)
        .map_err(|_| unreadable("it cannot be passed on"))
}

async fn currency(
    shop: &Ecom,
    connection: &Connection,
    api: &ApiAccess,
) -> Result<Currency, FetchError> {
    let now = shop.clock.now();
    if let Some(currency) = shop.currencies.get(connection.id, now) {
        return Ok(currency);
    }
    let address = address(api, &["profile"]).ok_or(FetchError::NoAccess)?;
    let body = match ask(shop, api, address).await? {
        Answer::Found(body) => body,
        Answer::Nothing => return Err(unreadable("the store has no profile")),
    };
    let Profile { formats_and_units } =
        serde_json::from_slice(&body).map_err(|_| unreadable("the store's profile"))?;
    let Formats { currency } = formats_and_units.unwrap_or_default();
    let currency = Currency::from_code(currency.as_str())
        .map_err(|_| unreadable("the store's currency cannot be booked"))?;
    shop.currencies.put(connection.id, currency, now);
    Ok(currency)
}

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

enum Answer {
    Found(Bytes),
    Nothing,
}

async fn ask(shop: &Ecom, api: &ApiAccess, address: Url) -> Result<Answer, FetchError> {
    let client = if api.url.is_https() {
        &shop.tls
    } else {
        &shop.plain
    };
    let response = client
        .get(address)
        .header(AUTHORIZATION, bearer(&api.secret)?)
        .header(ACCEPT, "application/json")
        .send()
        .await
        .map_err(|error| away(&error))?;
    let status = response.status();
    let after = retry_after(&response);
    let body = service::http::body(response, ANSWER_LIMIT_BYTES)
        .await
        .map_err(|error| match error {
            service::http::BodyError::TooLong { limit_bytes } => {
                unreadable(&format!("it is longer than {limit_bytes} bytes"))
            }
            service::http::BodyError::Broken(error) => away(&error),
        })?;
    judge(status, after, body)
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
fn judge(status: StatusCode, after: Option<Duration>, body: Bytes) -> Result<Answer, FetchError> {
    let later = |why: String, after| Err(FetchError::TryLater { why, after });
    match status {
        StatusCode::OK => match serde_json::from_slice::<&RawValue>(&body) {
            Ok(_) => Ok(Answer::Found(body)),
            Err(_) => later(format!("status {status}, and no JSON"), after),
        },
        StatusCode::NOT_FOUND if is_problem(&body) => Ok(Answer::Nothing),
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
        _ if status.is_client_error() && (body.is_empty() || !is_problem(&body)) => {
            later(format!("status {status}, and no JSON"), after)
        }
        _ if status.is_client_error() => Err(unreadable(&format!("status {status}"))),
        _ => later(format!("status {status}"), after),
    }
}

/// An error of the API's: an object, or nothing at all.
fn is_problem(body: &[u8]) -> bool {
    body.is_empty() || serde_json::from_slice::<Problem<'_>>(body).is_ok()
}

/// The order's document, if it is the one asked for. The API takes any of an order's three names.
fn document<'a>(order: &ShopOrderId, body: &'a [u8]) -> Result<&'a RawValue, FetchError> {
    let document: &RawValue =
        serde_json::from_slice(body).map_err(|_| unreadable("it is no JSON"))?;
    let Identity {
        id,
        internal_id,
        order_number,
    } = serde_json::from_str(document.get()).map_err(|_| unreadable("it is no order"))?;
    let is_it = [id, internal_id, order_number]
        .iter()
        .any(|name| name.as_str() == order.as_str());
    if is_it {
        Ok(document)
    } else {
        Err(unreadable("it is not the order asked for"))
    }
}

fn unreadable(why: &str) -> FetchError {
    FetchError::Unreadable {
        why: why.to_owned(),
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    let after = Duration::from_secs(seconds.trim().parse().ok()?);
    Some(after.min(RETRY_AFTER_LIMIT))
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
    use shop::{PlainHttp, ShopUrl};

    use super::*;

    fn judged(status: u16, after: Option<u64>, body: &'static str) -> Result<Bytes, FetchError> {
        let status = StatusCode::from_u16(status).unwrap();
        let after = after.map(Duration::from_secs);
        match judge(status, after, Bytes::from_static(body.as_bytes()))? {
            Answer::Found(body) => Ok(body),
            Answer::Nothing => Err(FetchError::Gone),
        }
    }

    #[test]
    fn answers_are_judged_by_their_status() {
        assert_eq!(judged(200, None, "{}").unwrap(), "{}");
        let gone = include_str!("../fixtures/errors/404.json");
        assert_eq!(judged(404, None, gone), Err(FetchError::Gone));
        assert_eq!(judged(404, None, ""), Err(FetchError::Gone));
        for status in [401, 402, 403] {
            let refused = judged(status, None, include_str!("../fixtures/errors/402.json"));
            assert_eq!(refused, Err(FetchError::Refused { status }));
        }
        for status in [400, 409, 415, 422] {
            let unreadable = judged(status, None, include_str!("../fixtures/errors/400.json"));
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
            include_str!("../fixtures/errors/429.json"),
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
            let busy = judged(status, None, include_str!("../fixtures/errors/400.json"));
            assert!(matches!(busy, Err(FetchError::TryLater { .. })), "{status}");
        }
    }

    #[test]
    fn only_the_order_asked_for_is_an_answer() {
        let body = br#"{"id":"XJ12H","internalId":516483487,"orderNumber":516483488}"#;
        let names = |name: &str| document(&ShopOrderId::new(name).unwrap(), body).is_ok();
        assert!(names("XJ12H") && names("516483487") && names("516483488"));
        assert!(!names("XJ12") && !names("RA1SD"));
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
