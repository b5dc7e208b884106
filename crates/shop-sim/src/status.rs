use jiff::Timestamp;
use serde::Serialize;

use crate::clock::Speed;
use crate::counts::Counts;

/// How a simulated shop is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// By the shop's clock.
    pub now: Timestamp,
    pub clock_speed: Speed,
    pub trade: TradeStatus,
    /// Orders placed so far.
    pub placed: usize,
    /// Whether faults happen.
    pub faulty: bool,
    /// When the shop is back, while it is away.
    pub away_until: Option<Timestamp>,
    /// When the next delivery is due, where one waits.
    pub next_delivery: Option<Timestamp>,
    pub counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TradeStatus {
    Trading,
    Paused,
    /// Nothing is left to happen.
    Over,
}
