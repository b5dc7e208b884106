//! Named instruments. They cost next to nothing while no OTLP endpoint is set.
//!
//! Create them after [`crate::telemetry::init`] and keep them: one made earlier stays silent for ever.
//! Attributes are few and from small, fixed sets (an outcome, a route), never an id.

use opentelemetry::global;
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter};

/// Upper bounds for durations, in seconds: the time a commit takes, up to the time a caller gives up.
const SECONDS_BOUNDS: [f64; 14] = [
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// Upper bounds for sizes of batches.
const SIZE_BOUNDS: [f64; 11] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0,
];

/// Counts things that happen.
#[must_use]
pub fn counter(name: &'static str, description: &'static str) -> Counter<u64> {
    meter()
        .u64_counter(name)
        .with_description(description)
        .build()
}

/// Shows a level: the newest value recorded.
#[must_use]
pub fn gauge(name: &'static str, description: &'static str) -> Gauge<u64> {
    meter()
        .u64_gauge(name)
        .with_description(description)
        .build()
}

/// Spreads durations, recorded in seconds.
#[must_use]
pub fn seconds(name: &'static str, description: &'static str) -> Histogram<f64> {
    meter()
        .f64_histogram(name)
        .with_unit("s")
        .with_description(description)
        .with_boundaries(SECONDS_BOUNDS.to_vec())
        .build()
}

/// Spreads sizes of batches.
#[must_use]
pub fn sizes(name: &'static str, description: &'static str) -> Histogram<u64> {
    meter()
        .u64_histogram(name)
        .with_description(description)
        .with_boundaries(SIZE_BOUNDS.to_vec())
        .build()
}

fn meter() -> Meter {
    global::meter("comptoir")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_grow() {
        assert!(SECONDS_BOUNDS.is_sorted());
        assert!(SIZE_BOUNDS.is_sorted());
    }

    #[test]
    fn instruments_work_with_nothing_listening() {
        counter("things", "things that happened").add(1, &[]);
        gauge("lag", "messages waiting").record(7, &[]);
        seconds("time", "time taken").record(0.1, &[]);
        sizes("batch", "orders in a batch").record(200, &[]);
    }
}
