//! Lets the shop trade at its pace.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shop::sim::SimShop;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::clock::SimClock;
use crate::network::Network;
use crate::script::Play;

/// How often it is looked what should have happened by now, in real time.
const TURN: Duration = Duration::from_millis(5);
/// Most changes in one turn; what is beyond is caught up with in the next ones.
const CHANGES_PER_TURN: u64 = 64;
/// Nanoseconds, and parts of a change.
const BILLION: u128 = 1_000_000_000;

/// Changes in a second of real time, however fast the shop's clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Pace(u32);

/// The pace is nothing, or beyond [`Pace::LIMIT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a shop changes something from 1 to {limit} times a second", limit = Pace::LIMIT)]
pub struct NotAPace;

impl Pace {
    pub const LIMIT: u32 = 10_000;

    /// # Panics
    /// When compiled with what is no pace.
    #[must_use]
    pub const fn of(per_second: u32) -> Self {
        assert!(per_second > 0 && per_second <= Self::LIMIT, "no pace");
        Self(per_second)
    }
}

impl TryFrom<u32> for Pace {
    type Error = NotAPace;

    fn try_from(per_second: u32) -> Result<Self, NotAPace> {
        if per_second == 0 || per_second > Self::LIMIT {
            return Err(NotAPace);
        }
        Ok(Self(per_second))
    }
}

impl From<Pace> for u32 {
    fn from(Pace(per_second): Pace) -> Self {
        per_second
    }
}

impl std::str::FromStr for Pace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let per_second: u32 = text.parse().map_err(|_| "not a whole number".to_owned())?;
        Self::try_from(per_second).map_err(|error| error.to_string())
    }
}

/// Whether the shop trades, and whether anything is left to happen.
#[derive(Debug)]
pub(crate) struct TradeState {
    pub(crate) paused: AtomicBool,
    pub(crate) over: AtomicBool,
}

pub(crate) struct Trade {
    pub(crate) shop: Arc<dyn SimShop>,
    pub(crate) clock: Arc<SimClock>,
    pub(crate) network: Arc<Network>,
    pub(crate) pace: Pace,
    pub(crate) state: Arc<TradeState>,
    pub(crate) stop: CancellationToken,
}

impl Trade {
    /// Until told to stop, or until nothing is left to happen.
    pub(crate) async fn run(self, mut play: Play) {
        let mut owed = Owed::default();
        let mut looked_at = Instant::now();
        while self.stop.run_until_cancelled(sleep(TURN)).await.is_some() {
            let now = Instant::now();
            let changes = owed.after(now - looked_at, self.pace);
            looked_at = now;
            if self.state.paused.load(Ordering::Relaxed) {
                continue;
            }
            let changes = changes.min(CHANGES_PER_TURN);
            for _ in 0..changes {
                if !self.shop.step() {
                    self.state.over.store(true, Ordering::Relaxed);
                    return;
                }
                owed.paid();
                self.network
                    .counters
                    .add(|counts| counts.trade.changes += 1);
                play.go_on(&*self.shop, &self.clock, &self.network);
            }
        }
    }
}

/// How many changes should have happened and have not, in billionths.
#[derive(Debug, Default)]
struct Owed(u128);

impl Owed {
    /// With so much time gone by since it was last asked.
    fn after(&mut self, passed: Duration, Pace(per_second): Pace) -> u64 {
        /// What was missed in a long pause is not made up for.
        const LIMIT: u128 = CHANGES_PER_TURN as u128 * BILLION;

        let more = passed.as_nanos().saturating_mul(per_second.into());
        self.0 = self.0.saturating_add(more).min(LIMIT);
        u64::try_from(self.0 / BILLION).unwrap_or(0)
    }

    const fn paid(&mut self) {
        self.0 = self.0.saturating_sub(BILLION);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_kept_over_turns_of_any_length() {
        let mut owed = Owed::default();
        let mut changes = 0;
        for _ in 0..1_000 {
            for _ in 0..owed.after(Duration::from_micros(7_700), Pace::of(33)) {
                owed.paid();
                changes += 1;
            }
        }
        assert_eq!(changes, 254);
        assert_eq!(
            owed.after(Duration::from_hours(1), Pace::of(33)),
            CHANGES_PER_TURN
        );
    }

    #[test]
    fn a_pace_has_limits() {
        assert_eq!(Pace::try_from(0), Err(NotAPace));
        assert_eq!(Pace::try_from(10_001), Err(NotAPace));
        assert_eq!("20".parse(), Ok(Pace::of(20)));
    }
}
