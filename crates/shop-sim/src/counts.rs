//! Everything that happened between the shop and the world, counted.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub trade: TradeCounts,
    pub deliveries: DeliveryCounts,
    pub answers: AnswerCounts,
    pub handshakes: HandshakeCounts,
    pub outages: u64,
    pub hooks_lost: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TradeCounts {
    /// Orders placed and changes of orders.
    pub changes: u64,
}

/// Every attempt is one of the first five; `posted` counts copies too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryCounts {
    /// For good.
    pub dropped: u64,
    /// Repeats of those.
    pub dropped_again: u64,
    pub unanswered: u64,
    /// Went out, once or twice.
    pub sent: u64,
    /// Not sent: its address is not on this machine.
    pub astray: u64,
    pub duplicated: u64,
    pub delayed: u64,
    /// Requests made.
    pub posted: u64,
    /// Of those: answered 2xx, answered otherwise, not answered.
    pub taken: u64,
    pub refused: u64,
    pub failed: u64,
}

/// Every request is one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AnswerCounts {
    /// As the shop meant it, whatever its status.
    pub answered: u64,
    /// Of those: the shop itself found that it was asked too much.
    pub hasty: u64,
    pub hung: u64,
    pub busy: u64,
    pub failed: u64,
    pub denied: u64,
    pub broken: u64,
    pub truncated: u64,
}

/// Every TLS handshake is one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HandshakeCounts {
    pub made: u64,
    /// Broken off, by the shop or by who asks.
    pub failed: u64,
    /// Who asks went on, although the certificate is a bad one.
    pub deceived: u64,
}

/// Where all tasks count.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<Counts>);

impl Counters {
    pub(crate) fn add(&self, count: impl FnOnce(&mut Counts)) {
        count(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn read(&self) -> Counts {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
