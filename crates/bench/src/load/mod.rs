//! The load generator: plain HTTP/1 connections, requests signed beforehand.

mod closed;
mod open;
mod shop;

pub use closed::closed;
pub use open::{Sent, open};
pub use shop::{Posts, posts};

use std::time::Duration;

use crate::latency::Latencies;

/// What came of a load.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub latencies: Latencies,
    /// Answers that were no 2xx, and requests without an answer.
    pub refused: u64,
    pub took: Duration,
}
