//! What an answer means, by its status alone: messages change, and v2 and v3 word them differently.

use bytes::Bytes;
use http::StatusCode;
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
    Missing,
}

pub(super) fn judge(status: StatusCode, quota: Quota, body: Bytes) -> Result<Answer, FetchError> {
    let later = |why: String| {
        Err(FetchError::TryLater {
            why,
            after: quota.wait,
        })
    };
    match status {
        StatusCode::NO_CONTENT => Ok(Answer::Nothing),
        StatusCode::OK if body.is_empty() => Ok(Answer::Nothing),
        StatusCode::OK => match serde_json::from_slice::<IgnoredAny>(&body) {
            Ok(IgnoredAny) => Ok(Answer::Body(body)),
            Err(_) => later("status 200, and no JSON".to_owned()),
        },
        StatusCode::NOT_FOUND => Ok(Answer::Missing),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(FetchError::Refused {
            status: status.as_u16(),
        }),
        // Too fast, or somebody else holds the order.
        StatusCode::TOO_MANY_REQUESTS | StatusCode::LOCKED | StatusCode::REQUEST_TIMEOUT => {
            later(format!("status {status}"))
        }
        _ if status.is_client_error() => Err(FetchError::Unreadable {
            why: format!("status {status}"),
        }),
        _ => later(format!("status {status}")),
    }
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
    fn answers_are_judged_by_their_status() {
        assert_eq!(judged(404, "<html>"), Ok(Answer::Missing));
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
