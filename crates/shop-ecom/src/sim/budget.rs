//! How often the shop's API may be asked with one token.

use jiff::{SignedDuration, Timestamp};

/// Requests in a minute; the next is refused.
pub const REQUESTS_PER_MINUTE: u32 = 600;

const WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// Who goes on asking while refused waits longer, by this for each request.
const PENALTY: SignedDuration = SignedDuration::from_secs(1);

#[derive(Debug)]
pub(super) struct Budget {
    limit: u32,
    window_ends_at: Timestamp,
    used: u32,
    refused_until: Option<Timestamp>,
}

impl Budget {
    pub(super) const fn new(limit: u32) -> Self {
        Self {
            limit,
            window_ends_at: Timestamp::UNIX_EPOCH,
            used: 0,
            refused_until: None,
        }
    }

    /// One request more; the error says after how many seconds to try again.
    pub(super) fn take(&mut self, now: Timestamp) -> Result<(), i64> {
        if let Some(until) = self.refused_until {
            if now < until {
                let until = until + PENALTY;
                self.refused_until = Some(until);
                return Err(seconds(now, until));
            }
            self.refused_until = None;
        }
        if now >= self.window_ends_at {
            self.window_ends_at = now + WINDOW;
            self.used = 0;
        }
        if self.used >= self.limit {
            self.refused_until = Some(self.window_ends_at);
            return Err(seconds(now, self.window_ends_at));
        }
        self.used += 1;
        Ok(())
    }
}

/// Whole seconds until then, at least one.
fn seconds(now: Timestamp, then: Timestamp) -> i64 {
    (then.as_second() - now.as_second()).max(1)
}
