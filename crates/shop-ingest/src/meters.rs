//! What is counted. Attributes come from small, fixed sets.

use bus::Lag;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram};
use service::metrics;
use shop::HookReport;

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
    /// More than one connection may send.
    TooMany,
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
            Self::TooMany => "too_many",
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
    /// Kept until somebody asks for it.
    Kept,
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
            Self::Kept => "kept",
            Self::Dead => "dead",
        }
    }
}

/// What polling came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Polled {
    /// An order that the ledger knows as it is.
    Known,
    /// An order told again.
    Again,
    /// An order, or a change of one, that the ledger had not heard of.
    Unheard,
    /// A listing that came to its end.
    Listing,
    /// A listing that could not go on for now.
    Failed,
}

impl Polled {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Again => "again",
            Self::Unheard => "unheard",
            Self::Listing => "listing",
            Self::Failed => "failed",
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
    polled: Counter<u64>,
    missed: Counter<u64>,
    hooks: Counter<u64>,
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
            polled: metrics::counter("ingest.polled", "what polling came to"),
            missed: metrics::counter("ingest.missed", "changes that no webhook told of"),
            hooks: metrics::counter("ingest.hooks", "webhooks looked at, by what was found"),
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

    pub(crate) fn polled(&self, polled: Polled) {
        self.polled
            .add(1, &[KeyValue::new("outcome", polled.as_str())]);
    }

    /// Of some connection; which one, and of which orders, is stored.
    pub(crate) fn missed(&self) {
        self.missed.add(1, &[]);
    }

    pub(crate) fn hooks(&self, report: HookReport) {
        let HookReport {
            sound,
            mended,
            created,
            removed,
        } = report;
        for (found, count) in [
            ("sound", sound),
            ("mended", mended),
            ("created", created),
            ("removed", removed),
        ] {
            self.hooks
                .add(count as u64, &[KeyValue::new("found", found)]);
        }
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
