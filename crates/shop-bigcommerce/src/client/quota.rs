//! What the store says of its quota, which all its apps share.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use shop::{Allowance, FetchError};

use super::document::PARTS;

const QUOTA: &str = "x-rate-limit-requests-quota";
const WINDOW: &str = "x-rate-limit-time-window-ms";
const LEFT: &str = "x-rate-limit-requests-left";
const RESET: &str = "x-rate-limit-time-reset-ms";
/// In seconds; beside a 429.
const X_RETRY_AFTER: &str = "x-retry-after";

/// A store that asks to be left alone for longer is asked again after this all the same.
const WAIT_LIMIT: Duration = Duration::from_hours(1);

/// Requests of the smallest plans, in a window of 30 s.
const SMALLEST: u32 = 150;
const SMALLEST_WINDOW: Duration = Duration::from_secs(30);
/// One in so many of a window's requests may be made at once; the others come back as the window passes. So a
/// window never sees more than its quota.
const AT_ONCE_SHARE: u32 = 5;
const MILLIS: u64 = 1_000;

/// Of a store that has told nothing of its quota yet.
pub(crate) fn allowance() -> Allowance {
    let mut allowance = Allowance {
        changed_page: 1,
        placed_page: 1,
        // Itself before and after its parts.
        order: u32::try_from(PARTS.len())
            .unwrap_or(u32::MAX)
            .saturating_add(2),
        ..Allowance::default()
    };
    Granted {
        quota: SMALLEST,
        window: SMALLEST_WINDOW,
    }
    .allow(&mut allowance);
    allowance
}

/// What a store grants to all its apps together: so many requests in each window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Granted {
    quota: u32,
    window: Duration,
}

impl Granted {
    /// `None` where the store does not say, or what makes no sense.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let quota = u32::try_from(number(headers, QUOTA)?).unwrap_or(u32::MAX);
        let window = Duration::from_millis(number(headers, WINDOW)?);
        (quota >= AT_ONCE_SHARE && !window.is_zero()).then_some(Self { quota, window })
    }

    pub(super) fn allow(self, allowance: &mut Allowance) {
        let Self { quota, window } = self;
        allowance.at_once = quota / AT_ONCE_SHARE;
        let steady = u64::from(quota - allowance.at_once).saturating_mul(MILLIS);
        let millis = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
        let per_second = u32::try_from(steady / millis).unwrap_or(u32::MAX);
        allowance.per_second = per_second.max(1);
    }
}

/// The last answer's word on when to ask again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quota {
    left: Option<u64>,
    /// How long a store that refuses is to be left alone. `None`: a refusal without it is the platform's own
    /// load, and time alone tells.
    pub(crate) wait: Option<Duration>,
    /// What the answer itself asks for. When the quota is filled again, which every answer tells, is nothing
    /// that a broken one asks for.
    pub(crate) retry: Option<Duration>,
}

impl Quota {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let number = |name| number(headers, name);
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

    /// Whether nothing is left to ask with until it is filled again.
    pub(crate) fn is_used_up(self) -> bool {
        self.left == Some(0)
    }

    /// Refuses when nothing is left to ask with.
    pub(super) fn check(self) -> Result<(), FetchError> {
        if self.is_used_up() {
            return Err(FetchError::TryLater {
                why: "the store's quota is used up".to_owned(),
                after: self.wait,
            });
        }
        Ok(())
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn map(headers: &[(&str, &str)]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect()
    }

    fn quota(headers: &[(&str, &str)]) -> Quota {
        Quota::of(&map(headers))
    }

    #[test]
    fn no_window_sees_more_than_its_quota() {
        let Allowance {
            per_second,
            at_once,
            order,
            ..
        } = allowance();
        assert_eq!((per_second, at_once, order), (4, 30, 9));
        for (quota, window) in [("450", "30000"), ("20000", "30000"), ("16101495", "1000")] {
            let headers = map(&[
                ("X-Rate-Limit-Requests-Quota", quota),
                ("X-Rate-Limit-Time-Window-Ms", window),
            ]);
            let mut allowance = allowance();
            Granted::of(&headers).unwrap().allow(&mut allowance);
            let [quota, window]: [u64; 2] = [quota, window].map(|text| text.parse().unwrap());
            let used =
                u64::from(allowance.per_second) * window / MILLIS + u64::from(allowance.at_once);
            assert!(
                (quota * 9 / 10..=quota).contains(&used),
                "{used} of {quota}"
            );
        }
        for (quota, window) in [("0", "30000"), ("150", "0"), ("", "30000")] {
            let headers = map(&[
                ("X-Rate-Limit-Requests-Quota", quota),
                ("X-Rate-Limit-Time-Window-Ms", window),
            ]);
            assert_eq!(Granted::of(&headers), None);
        }
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
