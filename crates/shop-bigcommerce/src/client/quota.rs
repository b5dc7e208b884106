//! What the store says of its quota, which all its apps share.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use shop::FetchError;

const LEFT: &str = "x-rate-limit-requests-left";
const RESET: &str = "x-rate-limit-time-reset-ms";
/// In seconds; beside a 429.
const X_RETRY_AFTER: &str = "x-retry-after";

/// A store that asks to be left alone for longer is asked again after this all the same.
const WAIT_LIMIT: Duration = Duration::from_hours(1);

/// The last answer's word on when to ask again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Quota {
    left: Option<u64>,
    /// How long a store that refuses is to be left alone. `None`: a refusal without it is the platform's own
    /// load, and time alone tells.
    pub(super) wait: Option<Duration>,
    /// What the answer itself asks for. When the quota is filled again, which every answer tells, is nothing
    /// that a broken one asks for.
    pub(super) retry: Option<Duration>,
}

impl Quota {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let number =
            |name: &str| -> Option<u64> { headers.get(name)?.to_str().ok()?.trim().parse().ok() };
        let retry = number(X_RETRY_AFTER)
            .or_else(|| number(RETRY_AFTER.as_str()))
            .map(|seconds| Duration::from_secs(seconds).min(WAIT_LIMIT));
        let reset = number(RESET).map(|millis| Duration::from_millis(millis).min(WAIT_LIMIT));
        Self {
            left: number(LEFT),
            wait: retry.max(reset),
            retry,
        }
    }

    /// Refuses when nothing is left to ask with.
    pub(super) fn check(self) -> Result<(), FetchError> {
        if self.left == Some(0) {
            return Err(FetchError::TryLater {
                why: "the store's quota is used up".to_owned(),
                after: self.wait,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn quota(headers: &[(&str, &str)]) -> Quota {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect();
        Quota::of(&headers)
    }

    #[test]
    fn the_longest_wait_that_is_asked_for_counts() {
        for (headers, wait) in [
            (&[][..], None),
            (&[("X-Rate-Limit-Time-Reset-Ms", "14999")], Some(14_999)),
            (&[("X-Retry-After", "15")], Some(15_000)),
            (&[("Retry-After", "7")], Some(7_000)),
            (
                &[("X-Rate-Limit-Time-Reset-Ms", "1"), ("X-Retry-After", "2")],
                Some(2_000),
            ),
            (&[("X-Retry-After", "999999")], Some(3_600_000)),
            (&[("X-Retry-After", "soon")], None),
        ] {
            let wait = wait.map(Duration::from_millis);
            assert_eq!(quota(headers).wait, wait, "{headers:?}");
        }
    }

    #[test]
    fn when_the_quota_is_filled_again_is_nothing_a_broken_answer_asks_for() {
        let broken = quota(&[("X-Rate-Limit-Time-Reset-Ms", "29000")]);
        assert_eq!(broken.retry, None);
        assert_eq!(broken.wait, Some(Duration::from_secs(29)));
    }

    #[test]
    fn nothing_is_asked_with_nothing_left() {
        assert!(quota(&[]).check().is_ok());
        assert!(
            quota(&[("X-Rate-Limit-Requests-Left", "1")])
                .check()
                .is_ok()
        );
        let used_up = quota(&[
            ("X-Rate-Limit-Requests-Left", "0"),
            ("X-Rate-Limit-Time-Reset-Ms", "3000"),
        ]);
        match used_up.check() {
            Err(FetchError::TryLater { after, .. }) => {
                assert_eq!(after, Some(Duration::from_secs(3)));
            }
            other => panic!("{other:?}"),
        }
    }
}
