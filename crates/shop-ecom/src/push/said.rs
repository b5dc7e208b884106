//! What the store's word on one request means.

use http::StatusCode;
use shop::push::{PushReason, Refusal};

use super::api::Said;
use crate::payload::Problem;
use crate::text;

/// Longest piece of a shop's own words that is kept, in characters.
const SAYS_LIMIT_CHARS: usize = 200;

/// What became of a request.
pub(super) enum Word {
    Done,
    Missing,
    /// The shop could not: it may have been done, or not.
    Later,
    Refused(Refusal),
}

pub(super) fn word(said: &Said) -> Word {
    let Ok(status) = StatusCode::from_u16(said.status) else {
        return Word::Later;
    };
    match status {
        _ if status.is_success() => Word::Done,
        StatusCode::NOT_FOUND => Word::Missing,
        StatusCode::REQUEST_TIMEOUT
        | StatusCode::LOCKED
        | StatusCode::TOO_EARLY
        | StatusCode::TOO_MANY_REQUESTS => Word::Later,
        _ if status.is_client_error() => Word::Refused(refusal(status, &said.body)),
        _ => Word::Later,
    }
}

fn refusal(status: StatusCode, body: &[u8]) -> Refusal {
    let why = match status {
        StatusCode::CONFLICT => PushReason::SkuTaken,
        StatusCode::PAYMENT_REQUIRED => PushReason::PlanLimit,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => PushReason::NotAllowed,
        _ => PushReason::Invalid,
    };
    let problem: Problem<'_> = serde_json::from_slice(body).unwrap_or_default();
    let says = text::clean(problem.error_message.as_str());
    let says: String = says.chars().take(SAYS_LIMIT_CHARS).collect();
    Refusal {
        why,
        says: if says.is_empty() {
            format!("status {}", status.as_u16()).into()
        } else {
            says.into()
        },
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn said(status: u16, body: &'static str) -> Word {
        word(&Said {
            status,
            body: Bytes::from_static(body.as_bytes()),
        })
    }

    #[test]
    fn a_refusal_says_what_a_person_can_do() {
        for (status, body, why, says) in [
            (
                409,
                include_str!("../../fixtures/push/error_409_sku.response.json"),
                PushReason::SkuTaken,
                "The product with such SKU already exists",
            ),
            (
                402,
                include_str!("../../fixtures/push/error_402_plan_limit.response.json"),
                PushReason::PlanLimit,
                "The merchant plan product limit is reached",
            ),
            (
                400,
                include_str!("../../fixtures/push/error_400.response.json"),
                PushReason::Invalid,
                "Wrong product data: price is not a number",
            ),
            (403, "", PushReason::NotAllowed, "status 403"),
        ] {
            let Word::Refused(refusal) = said(status, body) else {
                panic!("{status}");
            };
            assert_eq!((refusal.why, &*refusal.says), (why, says));
        }
    }

    #[test]
    fn trouble_is_no_refusal() {
        assert!(matches!(said(200, "{}"), Word::Done));
        assert!(matches!(said(404, "{}"), Word::Missing));
        for status in [408, 423, 425, 429, 500, 502, 503, 0] {
            assert!(matches!(said(status, "{}"), Word::Later), "{status}");
        }
    }
}
