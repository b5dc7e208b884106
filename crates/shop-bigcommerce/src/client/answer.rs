//! What an answer means, by its status: messages change, and v2 and v3 word them differently.

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use shop::FetchError;

use super::quota::Quota;

/// An answer that says something of what was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// JSON.
    Body(Bytes),
    /// v2's empty list: 204, or 200 without a byte.
    Nothing,
    /// 404, said by the API itself.
    Missing,
}

pub(super) fn judge(status: StatusCode, quota: Quota, body: Bytes) -> Result<Answer, FetchError> {
    let later = |why: String| {
        Err(FetchError::TryLater {
            why,
            after: quota.retry,
        })
    };
    match status {
        StatusCode::NO_CONTENT => Ok(Answer::Nothing),
        StatusCode::OK | StatusCode::CREATED if body.is_empty() => Ok(Answer::Nothing),
        StatusCode::OK | StatusCode::CREATED => match serde_json::from_slice::<IgnoredAny>(&body) {
            Ok(IgnoredAny) => Ok(Answer::Body(body)),
            Err(_) => later(format!("status {status}, and no JSON")),
        },
        StatusCode::NOT_FOUND if is_missing(&body) => Ok(Answer::Missing),
        // Of something in between, which knows no orders.
        StatusCode::NOT_FOUND => later("status 404, and not as the API writes it".to_owned()),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(FetchError::Refused {
            status: status.as_u16(),
        }),
        StatusCode::TOO_MANY_REQUESTS => Err(FetchError::TryLater {
            why: format!("status {status}"),
            after: quota.wait,
        }),
        // Somebody else holds the order.
        StatusCode::LOCKED | StatusCode::REQUEST_TIMEOUT => later(format!("status {status}")),
        _ if status.is_client_error() => Err(FetchError::Unreadable {
            why: format!("status {status}"),
        }),
        _ => later(format!("status {status}")),
    }
}

pub(crate) fn unreadable(why: &str) -> FetchError {
    FetchError::Unreadable {
        why: why.to_owned(),
    }
}

/// For a 404 where none is documented: what is always there cannot be missing.
pub(crate) fn odd_missing(what: &str) -> FetchError {
    FetchError::TryLater {
        why: format!("status 404 for the {what}"),
        after: None,
    }
}

/// Whether an error's body says 404 as well: v2 writes a list of errors, v3 a single one.
pub(crate) fn is_missing(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Problem {
        status: u16,
    }

    let problems = serde_json::from_slice::<Vec<Problem>>(body)
        .or_else(|_| serde_json::from_slice(body).map(|problem| vec![problem]));
    problems.is_ok_and(|problems| {
        let mut statuses = problems.iter().map(|problem| problem.status);
        statuses.next() == Some(404) && statuses.all(|status| status == 404)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &'static str) -> Result<Answer, FetchError> {
        let status = StatusCode::from_u16(status).unwrap();
        judge(
            status,
            Quota::default(),
            Bytes::from_static(body.as_bytes()),
        )
    }

    #[test]
    fn an_empty_body_is_an_empty_list() {
        assert_eq!(judged(204, ""), Ok(Answer::Nothing));
        assert_eq!(judged(200, ""), Ok(Answer::Nothing));
        assert!(matches!(judged(200, "[]"), Ok(Answer::Body(_))));
    }

    #[test]
    fn only_the_api_says_that_something_is_missing() {
        for body in [
            r#"[{"status":404,"message":"The requested resource was not found."}]"#,
            r#"{"status":404,"title":"Order does not exist","type":"/api-docs/errors"}"#,
        ] {
            assert_eq!(judged(404, body), Ok(Answer::Missing), "{body}");
        }
        for body in [
            "<html>",
            "",
            "null",
            "[]",
            "{}",
            r#""not found""#,
            r#"{"message":"no Route matched with those values"}"#,
            r#"[{"status":503}]"#,
            r#"[{"status":404},{"status":500}]"#,
        ] {
            let judged = judged(404, body);
            assert!(
                matches!(judged, Err(FetchError::TryLater { .. })),
                "{body}: {judged:?}"
            );
        }
    }

    #[test]
    fn answers_are_judged_by_their_status() {
        for status in [401, 403] {
            assert_eq!(judged(status, "{}"), Err(FetchError::Refused { status }));
        }
        for (status, body) in [
            (200, "<?xml version=\"1.0\"?><order/>"),
            (200, "{\"id\":"),
            (301, ""),
            (408, ""),
            (423, "[]"),
            (429, "{}"),
            (500, "{}"),
            (503, "maintenance"),
        ] {
            let judged = judged(status, body);
            assert!(
                matches!(judged, Err(FetchError::TryLater { .. })),
                "{status}: {judged:?}"
            );
        }
        for status in [400, 406, 422] {
            assert!(matches!(
                judged(status, "[]"),
                Err(FetchError::Unreadable { .. })
            ));
        }
    }
}
