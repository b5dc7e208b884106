//! Asking a shop for one order.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{ACCEPT, RETRY_AFTER};
use reqwest::Response;
use retail::ShopOrderId;
use secrecy::ExposeSecret as _;
use shop::{ApiAccess, Connection, FetchError};

use crate::payload::Payload;
use crate::{WooCommerce, oauth};

/// Largest answer read, in bytes: an order of a thousand lines is about half of it.
const ANSWER_LIMIT_BYTES: usize = 2 << 20;
/// A shop that asks to be left alone for longer is asked again after this all the same.
const RETRY_AFTER_LIMIT: Duration = Duration::from_hours(1);

/// Fetches one order: by basic authentication over TLS; over plain HTTP, where WooCommerce does not
/// read that, by OAuth.
///
/// The shop's address comes from the operator and is not guarded against being one inside our own
/// network; redirects, which the shop could set, are not followed.
pub(crate) async fn fetch(
    shop: &WooCommerce,
    connection: &Connection,
    order: &ShopOrderId,
) -> Result<Bytes, FetchError> {
    let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
    if !order.as_str().bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FetchError::Gone);
    }
    let response = request(shop, api, order)
        .header(ACCEPT, "application/json")
        .send()
        .await
        .map_err(|error| away(&error))?;
    let status = response.status();
    let after = retry_after(&response);
    let body = service::http::body(response, ANSWER_LIMIT_BYTES)
        .await
        .map_err(|error| match error {
            service::http::BodyError::TooLong { limit_bytes } => FetchError::Unreadable {
                why: format!("it is longer than {limit_bytes} bytes"),
            },
            service::http::BodyError::Broken(error) => away(&error),
        })?;
    judge(order, status, after, body)
}

fn request(shop: &WooCommerce, api: &ApiAccess, order: &ShopOrderId) -> reqwest::RequestBuilder {
    let ApiAccess { url, key, secret } = api;
    let address = format!("{url}/wp-json/wc/v3/orders/{order}");
    if url.is_https() {
        return shop
            .tls
            .get(address)
            .basic_auth(key.expose_secret(), Some(secret.expose_secret()));
    }
    let nonce = shop.ids.next().simple().to_string();
    let query = oauth::query(&address, key, secret, &nonce, shop.clock.now());
    shop.plain.get(address).query(&query)
}

/// What an answer means. By its code, never by its message, which is in the shop's language. What is
/// no JSON comes from a firewall, a maintenance page or a broken plugin: never a word on the order.
fn judge(
    order: &ShopOrderId,
    status: StatusCode,
    after: Option<Duration>,
    body: Bytes,
) -> Result<Bytes, FetchError> {
    const NO_SUCH_ORDER: &str = "woocommerce_rest_shop_order_invalid_id";

    let later = |why: String| Err(FetchError::TryLater { why, after });
    let Ok(answer) = serde_json::from_slice::<Payload<'_>>(&body) else {
        return later(format!("status {status}, and no JSON"));
    };
    let code = answer.code.as_str();
    match status {
        StatusCode::OK if answer.id.id() == Some(order.as_str()) => Ok(body),
        StatusCode::OK => Err(FetchError::Unreadable {
            why: "it is not the order asked for".to_owned(),
        }),
        StatusCode::NOT_FOUND if code == NO_SUCH_ORDER => Err(FetchError::Gone),
        // No route: WooCommerce or its permalinks are switched off for now.
        StatusCode::NOT_FOUND => later("the shop has no WooCommerce API".to_owned()),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if !code.is_empty() => {
            Err(FetchError::Refused {
                status: status.as_u16(),
            })
        }
        _ if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
            Err(FetchError::Unreadable {
                why: format!("status {status}"),
            })
        }
        _ => later(format!("status {status}")),
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    let after = Duration::from_secs(seconds.trim().parse().ok()?);
    Some(after.min(RETRY_AFTER_LIMIT))
}

/// Without the address: over plain HTTP it holds the key.
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

    fn judged(status: u16, body: &'static str) -> Result<Bytes, FetchError> {
        let order = ShopOrderId::new("25").unwrap();
        judge(
            &order,
            StatusCode::from_u16(status).unwrap(),
            None,
            Bytes::from_static(body.as_bytes()),
        )
    }

    #[test]
    fn answers_are_judged_by_their_code() {
        let order = r#"{"id":25,"status":"processing"}"#;
        assert_eq!(judged(200, order).unwrap(), order);
        assert!(matches!(
            judged(200, r#"{"id":26}"#),
            Err(FetchError::Unreadable { .. })
        ));
        for (file, status) in [
            (
                include_str!("../fixtures/errors/order-unknown.body.json"),
                404,
            ),
            (
                include_str!("../fixtures/errors/order-is-a-product.body.json"),
                404,
            ),
        ] {
            assert_eq!(judged(status, file), Err(FetchError::Gone));
        }
        for file in [
            include_str!("../fixtures/errors/no-key.body.json"),
            include_str!("../fixtures/errors/wrong-secret.body.json"),
            include_str!("../fixtures/errors/basic-over-http.body.json"),
        ] {
            assert_eq!(judged(401, file), Err(FetchError::Refused { status: 401 }));
        }
    }

    #[test]
    fn what_is_no_json_is_never_a_word_on_the_order() {
        let no_route = include_str!("../fixtures/errors/no-route.body.json");
        for (status, body) in [
            (404, no_route),
            (404, "<html>Not found</html>"),
            (401, "<html>Forbidden</html>"),
            (403, "{}"),
            (200, "<b>Notice</b>: something {\"id\":25}"),
            (200, ""),
            (301, "{}"),
            (429, "{}"),
            (500, "{\"code\":\"x\"}"),
            (503, "maintenance"),
        ] {
            let judged = judged(status, body);
            let is_later = matches!(judged, Err(FetchError::TryLater { .. }));
            let is_odd = status == 403 && matches!(judged, Err(FetchError::Unreadable { .. }));
            assert!(is_later || is_odd, "{status} {body}: {judged:?}");
        }
    }
}
