//! When the shop is away altogether: its API refuses connections, and nothing goes out.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use service::clock::Clock as _;
use tokio::sync::watch;

use crate::clock::SimClock;

/// How often it is looked whether the shop is back, in real time.
const LOOK_EVERY: Duration = Duration::from_millis(10);

#[derive(Clone, Debug)]
pub(crate) struct Outage {
    clock: Arc<SimClock>,
    /// By the shop's clock.
    until: watch::Sender<Timestamp>,
}

impl Outage {
    pub(crate) fn new(clock: Arc<SimClock>) -> Self {
        Self {
            clock,
            until: watch::Sender::new(Timestamp::MIN),
        }
    }

    /// Goes away for so long, by the shop's clock, or comes back at once with nothing.
    pub(crate) fn begin(&self, lasting: Duration) {
        let lasting = SignedDuration::try_from(lasting).unwrap_or(SignedDuration::MAX);
        let until = self.clock.now().checked_add(lasting);
        self.until.send_replace(until.unwrap_or(Timestamp::MAX));
    }

    /// `None`: the shop is there.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        let until = *self.until.borrow();
        (self.clock.now() < until).then_some(until)
    }

    pub(crate) fn is_on(&self) -> bool {
        self.until().is_some()
    }

    /// Waits for the next outage, or returns at once during one.
    pub(crate) async fn begun(&self) {
        let mut until = self.until.subscribe();
        while !self.is_on() {
            // The sender is ours: this never fails.
            if until.changed().await.is_err() {
                return;
            }
        }
    }

    /// Waits until the shop is there.
    pub(crate) async fn over(&self) {
        while self.is_on() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
