//! What is counted. Attributes come from small, fixed sets.

use bus::Lag;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram};
use service::metrics;

/// What became of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// On the broker's disk.
    Accepted,
    /// On the broker's disk already.
    Repeated,
    Pinged,
    /// Not signed, or for nobody.
    NotAuthentic,
    Malformed,
    TooLarge,
    /// No word of the broker: the shop is told to try again.
    NotStored,
}

impl Answer {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Repeated => "repeated",
            Self::Pinged => "pinged",
            Self::NotAuthentic => "not_authentic",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::NotStored => "not_stored",
        }
    }
}

/// What became of a delivery taken out of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// An order, told to the ledger.
    Order,
    /// An order that cannot be read, told to the ledger.
    Refused,
    /// Nothing that sales depend on.
    Nothing,
    /// The shop is to be asked.
    Hint,
    /// The shop cannot be asked, or has no such order.
    HintNotFollowed,
    /// The shop is away, or too many orders wait for it.
    HintPostponed,
    Dead,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Refused => "refused",
            Self::Nothing => "nothing",
            Self::Hint => "hint",
            Self::HintNotFollowed => "hint_not_followed",
            Self::HintPostponed => "hint_postponed",
            Self::Dead => "dead",
        }
    }
}

/// Made once, after telemetry is up.
#[derive(Debug)]
pub(crate) struct Meters {
    webhooks: Counter<u64>,
    deliveries: Counter<u64>,
    batch: Histogram<u64>,
    pending: Gauge<u64>,
    unacknowledged: Gauge<u64>,
}

impl Meters {
    pub(crate) fn new() -> Self {
        Self {
            webhooks: metrics::counter("ingest.webhooks", "webhooks answered, by answer"),
            deliveries: metrics::counter("ingest.deliveries", "deliveries read, by outcome"),
            batch: metrics::sizes("ingest.batch", "deliveries taken at once"),
            pending: metrics::gauge("ingest.inbox.pending", "deliveries not yet taken"),
            unacknowledged: metrics::gauge(
                "ingest.inbox.unacknowledged",
                "deliveries taken and not yet done",
            ),
        }
    }

    pub(crate) fn answered(&self, answer: Answer) {
        self.webhooks
            .add(1, &[KeyValue::new("answer", answer.as_str())]);
    }

    pub(crate) fn read(&self, outcome: Outcome) {
        self.deliveries
            .add(1, &[KeyValue::new("outcome", outcome.as_str())]);
    }

    pub(crate) fn taken(&self, deliveries: usize) {
        self.batch.record(deliveries as u64, &[]);
    }

    pub(crate) fn lag(&self, lag: Lag) {
        let Lag {
            pending,
            ack_pending,
            redelivered: _,
            acknowledged_to: _,
        } = lag;
        self.pending.record(pending, &[]);
        self.unacknowledged.record(ack_pending, &[]);
    }
}
