//! What a shop's answer means.

use std::time::Duration;

use bytes::Bytes;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderName, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::Response;
use serde::Deserialize;
use shop::FetchError;

use super::fault::Fault;
use crate::payload::Envelope as Body;

/// A shop that asks to be left alone for longer is asked again after this all the same.
const RETRY_AFTER_LIMIT: Duration = Duration::from_hours(1);
/// How long a shop is left alone that asks for it without saying how long.
const PAUSE: Duration = Duration::from_secs(30);
const TOTAL_PAGES: HeaderName = HeaderName::from_static("x-wp-totalpages");

/// What a shop answered, whatever it says.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    envelope: Envelope,
    body: Bytes,
}

/// What is said of an answer before its body.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    status: StatusCode,
    at: Option<Timestamp>,
    after: Option<Duration>,
    pages: Option<u32>,
}

impl Envelope {
    pub(super) fn of(response: &Response) -> Self {
        let text = |name: HeaderName| response.headers().get(name)?.to_str().ok();
        Self {
            status: response.status(),
            at: text(DATE).and_then(|date| DateTimeParser::new().parse_timestamp(date).ok()),
            after: text(RETRY_AFTER)
                .and_then(|seconds| seconds.trim().parse().ok())
                .map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_LIMIT)),
            pages: text(TOTAL_PAGES).and_then(|pages| pages.trim().parse().ok()),
        }
    }
}

impl Answer {
    pub(super) const fn new(envelope: Envelope, body: Bytes) -> Self {
        Self { envelope, body }
    }

    /// The shop's clock.
    pub(crate) const fn at(&self) -> Option<Timestamp> {
        self.envelope.at
    }

    /// Pages of the list that this is a part of.
    pub(crate) const fn pages(&self) -> Option<u32> {
        self.envelope.pages
    }

    pub(crate) const fn body(&self) -> &Bytes {
        &self.body
    }

    /// Whether the shop's machine, and not what was asked, is why there is nothing.
    pub(crate) fn is_servers_fault(&self) -> bool {
        let status = self.envelope.status;
        status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
    }

    /// How long to ask nothing more, where the shop found that it was asked too much.
    pub(crate) fn pause(&self) -> Option<Duration> {
        let Envelope { status, after, .. } = &self.envelope;
        match *status {
            StatusCode::TOO_MANY_REQUESTS => Some(after.unwrap_or(PAUSE)),
            StatusCode::SERVICE_UNAVAILABLE => *after,
            _ => None,
        }
    }

    /// Whether this shop's version knows nothing of what was asked for; or WooCommerce is switched off.
    pub(crate) fn lacks_route(&self) -> bool {
        self.envelope.status == StatusCode::NOT_FOUND
            && Fault::read(&self.body).is_some_and(|fault| fault.is("rest_no_route"))
    }

    /// What was asked for, or what the shop has against it. An `Err` says nothing of what was asked.
    pub(crate) fn judge<'a, T: Deserialize<'a>>(&'a self) -> Result<Result<T, Fault>, FetchError> {
        match self.read() {
            Ok(told) => Ok(Ok(told)),
            Err(error @ (FetchError::Gone | FetchError::Unreadable { .. })) => {
                Fault::read(&self.body).map(Err).ok_or(error)
            }
            Err(error) => Fault::read(&self.body)
                .filter(Fault::is_of_what_was_asked)
                .map(Err)
                .ok_or(error),
        }
    }

    /// What was asked for, or why it was not given: by the error's code, never by its message, which is
    /// in the shop's language. What is no JSON comes from a firewall, a maintenance page or a broken
    /// plugin: never a word on what was asked for.
    pub(crate) fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, FetchError> {
        let status = self.envelope.status;
        if matches!(status, StatusCode::OK | StatusCode::CREATED) {
            return serde_json::from_slice(&self.body).map_err(|error| {
                if error.is_data() {
                    FetchError::Unreadable {
                        why: "it is not what was asked for".to_owned(),
                    }
                } else {
                    self.later(format!("status {status}, and no JSON"))
                }
            });
        }
        Err(self.refusal(status))
    }

    fn refusal(&self, status: StatusCode) -> FetchError {
        let Ok(body) = serde_json::from_slice::<Body<'_>>(&self.body) else {
            return self.later(format!("status {status}, and no JSON"));
        };
        let code = body.code.as_str();
        match status {
            // `woocommerce_rest_shop_order_invalid_id` and its like.
            StatusCode::NOT_FOUND if code.ends_with("_invalid_id") => FetchError::Gone,
            // No route: WooCommerce or its permalinks are switched off for now.
            StatusCode::NOT_FOUND => self.later("the shop has no WooCommerce API".to_owned()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if !code.is_empty() => {
                FetchError::Refused {
                    status: status.as_u16(),
                }
            }
            _ if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                FetchError::Unreadable {
                    why: format!("status {status}"),
                }
            }
            _ => self.later(format!("status {status}")),
        }
    }

    fn later(&self, why: String) -> FetchError {
        FetchError::TryLater {
            why,
            after: self.envelope.after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &'static str) -> Result<(), FetchError> {
        let envelope = Envelope {
            status: StatusCode::from_u16(status).unwrap(),
            at: None,
            after: None,
            pages: None,
        };
        let answer = Answer::new(envelope, Bytes::from_static(body.as_bytes()));
        answer.read::<Body<'_>>().map(drop)
    }

    #[test]
    fn answers_are_judged_by_their_code() {
        assert_eq!(judged(200, r#"{"id":25,"status":"processing"}"#), Ok(()));
        for (file, status) in [
            (
                include_str!("../../fixtures/errors/order-unknown.body.json"),
                404,
            ),
            (
                include_str!("../../fixtures/errors/order-is-a-product.body.json"),
                404,
            ),
        ] {
            assert_eq!(judged(status, file), Err(FetchError::Gone));
        }
        for file in [
            include_str!("../../fixtures/errors/no-key.body.json"),
            include_str!("../../fixtures/errors/wrong-secret.body.json"),
            include_str!("../../fixtures/errors/basic-over-http.body.json"),
        ] {
            assert_eq!(judged(401, file), Err(FetchError::Refused { status: 401 }));
        }
    }

    #[test]
    fn what_is_no_json_is_never_a_word_on_the_order() {
        let no_route = include_str!("../../fixtures/errors/no-route.body.json");
        for (status, body) in [
            (404, no_route),
            (404, "<html>Not found</html>"),
            (401, "<html>Forbidden</html>"),
            (200, "<b>Notice</b>: something {\"id\":25}"),
            (200, ""),
            (301, "{}"),
            (429, "{}"),
            (500, "{\"code\":\"x\"}"),
            (503, "maintenance"),
        ] {
            let judged = judged(status, body);
            assert!(
                matches!(judged, Err(FetchError::TryLater { .. })),
                "{status} {body}: {judged:?}"
            );
        }
        for (status, body) in [(403, "{}"), (400, "{}"), (200, "7")] {
            let judged = judged(status, body);
            assert!(
                matches!(judged, Err(FetchError::Unreadable { .. })),
                "{status} {body}: {judged:?}"
            );
        }
    }

    /// `fixtures/rest/orders-page-1.meta.json`: as a shop sends it.
    #[test]
    fn the_date_of_an_answer_is_the_shops_clock() {
        let response = http::Response::builder()
            .header("Date", "Sat, 21 Nov 2026 19:54:03 GMT")
            .header("X-WP-TotalPages", "6")
            .header("Retry-After", "86400")
            .body("")
            .unwrap();
        let Envelope {
            status: _,
            at,
            after,
            pages,
        } = Envelope::of(&response.into());
        assert_eq!(at, Some("2026-11-21T19:54:03Z".parse().unwrap()));
        assert_eq!(pages, Some(6));
        assert_eq!(after, Some(RETRY_AFTER_LIMIT));
    }
}
