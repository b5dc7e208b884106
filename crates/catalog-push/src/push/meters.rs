//! What is counted. Attributes come from small, fixed sets.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram};
use service::metrics;

use crate::store::{ToldOutcome, WorkKind};

/// Made once, after telemetry has started.
#[derive(Clone, Debug)]
pub struct Meters {
    told: Counter<u64>,
    troubles: Counter<u64>,
    waited: Histogram<f64>,
    oldest_s: Gauge<u64>,
}

impl Meters {
    #[must_use]
    pub fn new() -> Self {
        Self {
            told: metrics::counter("push.told", "what shops were told, by what became of it"),
            troubles: metrics::counter(
                "push.trouble",
                "turns of a connection that came to nothing, by why",
            ),
            waited: metrics::seconds(
                "push.waited",
                "time from a change to the start of telling it",
            ),
            oldest_s: metrics::gauge(
                "push.oldest",
                "age in seconds of the oldest change that is due and not told, by platform",
            ),
        }
    }

    pub(super) fn told(&self, kind: WorkKind, outcome: ToldOutcome) {
        let attributes = [
            KeyValue::new("kind", kind.as_str()),
            KeyValue::new("outcome", outcome.as_str()),
        ];
        self.told.add(1, &attributes);
    }

    pub(super) fn trouble(&self, why: &'static str) {
        self.troubles.add(1, &[KeyValue::new("why", why)]);
    }

    pub(super) fn waited(&self, kind: WorkKind, wait: Duration) {
        let attributes = [KeyValue::new("kind", kind.as_str())];
        self.waited.record(wait.as_secs_f64(), &attributes);
    }

    pub(super) fn oldest(&self, platform: &str, age_s: u64) {
        let attributes = [KeyValue::new("platform", platform.to_owned())];
        self.oldest_s.record(age_s, &attributes);
    }
}

impl Default for Meters {
    fn default() -> Self {
        Self::new()
    }
}
