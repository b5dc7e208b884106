//! The shop's clock: it begins with the real one and runs as fast as it is told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use service::clock::Clock;

/// How many seconds pass in the shop while one passes here; 0 stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Speed(u32);

impl Speed {
    pub const REAL: Self = Self(1);
    pub const STOPPED: Self = Self(0);
    /// Fastest: an hour a second.
    pub const LIMIT: u32 = 3_600;
}

/// The speed is beyond [`Speed::LIMIT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a clock runs at most {limit} times as fast as the real one", limit = Speed::LIMIT)]
pub struct TooFast;

impl TryFrom<u32> for Speed {
    type Error = TooFast;

    fn try_from(times: u32) -> Result<Self, TooFast> {
        if times > Self::LIMIT {
            return Err(TooFast);
        }
        Ok(Self(times))
    }
}

impl From<Speed> for u32 {
    fn from(Speed(times): Speed) -> Self {
        times
    }
}

impl std::str::FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let times: u32 = text.parse().map_err(|_| "not a whole number".to_owned())?;
        Self::try_from(times).map_err(|error| error.to_string())
    }
}

/// A clock beside another one. It never goes back.
#[derive(Debug)]
pub struct SimClock {
    real: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// The two clocks showed these instants when the speed was last set or the time last asked.
    real: Timestamp,
    shown: Timestamp,
    speed: Speed,
}

impl SimClock {
    /// Shows `start` now.
    #[must_use]
    pub fn new(real: Arc<dyn Clock>, start: Timestamp, speed: Speed) -> Arc<Self> {
        let state = Mutex::new(State {
            real: real.now(),
            shown: start,
            speed,
        });
        Arc::new(Self { real, state })
    }

    /// Shows what `real` shows, and goes on from there at `speed`.
    #[must_use]
    pub fn beside(real: Arc<dyn Clock>, speed: Speed) -> Arc<Self> {
        let start = real.now();
        Self::new(real, start, speed)
    }

    #[must_use]
    pub fn speed(&self) -> Speed {
        self.state().speed
    }

    /// Runs at `speed` from now on.
    pub fn set_speed(&self, speed: Speed) {
        let mut state = self.state();
        self.catch_up(&mut state);
        state.speed = speed;
    }

    /// Goes ahead by so much at once; not back.
    pub fn skip(&self, by: SignedDuration) {
        let mut state = self.state();
        self.catch_up(&mut state);
        let ahead = by.max(SignedDuration::ZERO);
        state.shown = state.shown.checked_add(ahead).unwrap_or(Timestamp::MAX);
    }

    /// How far it is ahead of the real one; behind, when negative.
    #[must_use]
    pub fn ahead(&self) -> SignedDuration {
        let mut state = self.state();
        self.catch_up(&mut state);
        state.shown.duration_since(state.real)
    }

    /// How long `of` on this clock takes in real time; `None` while it stands still.
    #[must_use]
    pub fn real_time(&self, of: Duration) -> Option<Duration> {
        of.checked_div(self.speed().0)
    }

    fn catch_up(&self, state: &mut State) {
        let now = self.real.now();
        let passed = now.duration_since(state.real);
        if passed.is_negative() {
            // The real clock was set back; this one waits where it is.
            state.real = now;
            return;
        }
        let times = i32::try_from(state.speed.0).unwrap_or(i32::MAX);
        let gone = passed.checked_mul(times).unwrap_or(SignedDuration::MAX);
        state.shown = state.shown.checked_add(gone).unwrap_or(Timestamp::MAX);
        state.real = now;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        let mut state = self.state();
        self.catch_up(&mut state);
        state.shown
    }
}

#[cfg(test)]
mod tests {
    use service::clock::ManualClock;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn it_runs_as_fast_as_told_and_never_back() {
        let real = ManualClock::at(at("2026-11-22T08:00:00Z"));
        let clock = SimClock::beside(Arc::new(real.clone()), Speed::REAL);
        real.advance(SignedDuration::from_secs(10));
        assert_eq!(clock.now(), at("2026-11-22T08:00:10Z"));
        clock.set_speed(Speed::try_from(20).unwrap());
        real.advance(SignedDuration::from_secs(6));
        assert_eq!(clock.now(), at("2026-11-22T08:02:10Z"));
        assert_eq!(clock.ahead(), SignedDuration::from_secs(114));
        assert_eq!(
            clock.real_time(Duration::from_mins(2)),
            Some(Duration::from_secs(6))
        );
        real.advance(SignedDuration::from_secs(-60));
        assert_eq!(clock.now(), at("2026-11-22T08:02:10Z"));
        clock.set_speed(Speed::STOPPED);
        real.advance(SignedDuration::from_hours(1));
        assert_eq!(clock.now(), at("2026-11-22T08:02:10Z"));
        assert_eq!(clock.real_time(Duration::from_secs(1)), None);
        clock.skip(SignedDuration::from_secs(9));
        clock.skip(SignedDuration::from_secs(-9));
        assert_eq!(clock.now(), at("2026-11-22T08:02:19Z"));
    }

    #[test]
    fn a_speed_has_a_limit() {
        assert_eq!(Speed::try_from(3_601), Err(TooFast));
        assert_eq!(
            "3600".parse::<Speed>(),
            Speed::try_from(3_600).map_err(|e| e.to_string())
        );
        assert!("-1".parse::<Speed>().is_err());
    }
}
