//! The ledger's instruments.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram};
use service::metrics;

use crate::decide::Outcome;

/// Made once, after telemetry has started.
#[derive(Clone, Debug)]
pub struct Metrics {
    orders: Counter<u64>,
    dead_letters: Counter<u64>,
    batch_size: Histogram<u64>,
    batch_seconds: Histogram<f64>,
    said: Counter<u64>,
    outbox_waiting: Gauge<u64>,
    outbox_age_s: Gauge<u64>,
    pending: Gauge<u64>,
}

impl Metrics {
    #[must_use]
    pub fn new() -> Self {
        Self {
            orders: metrics::counter("ledger.order", "order messages, by what became of them"),
            dead_letters: metrics::counter(
                "ledger.dead_letter",
                "order messages laid aside, by reason",
            ),
            batch_size: metrics::sizes("ledger.batch.size", "order messages in a transaction"),
            batch_seconds: metrics::seconds(
                "ledger.batch.duration",
                "time from a decoded batch to its commit",
            ),
            said: metrics::counter("ledger.event", "events published"),
            outbox_waiting: metrics::gauge(
                "ledger.outbox.waiting",
                "changes not yet published, up to 10 000",
            ),
            outbox_age_s: metrics::gauge(
                "ledger.outbox.age",
                "age of the oldest of them in seconds",
            ),
            pending: metrics::gauge(
                "ledger.consumer.pending",
                "order messages not yet delivered to the ledger",
            ),
        }
    }

    pub fn order(&self, outcome: Outcome) {
        self.orders
            .add(1, &[KeyValue::new("outcome", outcome.as_str())]);
    }

    pub fn dead_letter(&self, code: &'static str) {
        self.dead_letters.add(1, &[KeyValue::new("reason", code)]);
    }

    pub fn batch(&self, orders: usize, elapsed: Duration) {
        self.batch_size.record(orders as u64, &[]);
        self.batch_seconds.record(elapsed.as_secs_f64(), &[]);
    }

    pub fn said(&self, events: usize) {
        self.said.add(events as u64, &[]);
    }

    pub fn outbox(&self, waiting: u64, age: Duration) {
        self.outbox_waiting.record(waiting, &[]);
        self.outbox_age_s.record(age.as_secs(), &[]);
    }

    pub fn pending(&self, messages: u64) {
        self.pending.record(messages, &[]);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
