//! The requests that all of a store's apps share: so many in each window of 30 seconds.

use jiff::{SignedDuration, Timestamp};

const WINDOW: SignedDuration = SignedDuration::from_secs(30);

#[derive(Clone, Copy, Debug)]
pub struct Quota {
    of_window: u64,
    left: u64,
    resets_at: Option<Timestamp>,
}

/// What the headers of an answer say, and whether there is one at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    pub is_in_quota: bool,
    pub quota: u64,
    pub left: u64,
    pub window_ms: i128,
    pub reset_ms: i128,
}

impl Quota {
    pub const fn new(of_window: u64) -> Self {
        Self {
            of_window,
            left: of_window,
            resets_at: None,
        }
    }

    /// One request more.
    pub fn take(&mut self, now: Timestamp) -> Granted {
        let resets_at = match self.resets_at {
            Some(at) if now < at => at,
            Some(_) | None => {
                self.left = self.of_window;
                now + WINDOW
            }
        };
        self.resets_at = Some(resets_at);
        let is_in_quota = self.left > 0;
        self.left = self.left.saturating_sub(1);
        Granted {
            is_in_quota,
            quota: self.of_window,
            left: self.left,
            window_ms: WINDOW.as_millis(),
            reset_ms: resets_at.duration_since(now).as_millis(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_grants_so_many_requests_and_no_more() {
        let noon: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let mut quota = Quota::new(2);
        let granted = [0, 10, 20, 30].map(|second| {
            let granted = quota.take(noon + SignedDuration::from_secs(second));
            (granted.is_in_quota, granted.left, granted.reset_ms)
        });
        assert_eq!(
            granted,
            [
                (true, 1, 30_000),
                (true, 0, 20_000),
                (false, 0, 10_000),
                (true, 1, 30_000)
            ]
        );
    }
}
