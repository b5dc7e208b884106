//! How long things took: a histogram and its percentiles.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::figure::Figure;

/// Longer than this counts as this.
const LONGEST: Duration = Duration::from_mins(10);
const DIGITS: u8 = 3;

#[derive(Clone, Debug)]
pub struct Latencies(Histogram<u64>);

impl Latencies {
    pub fn new() -> anyhow::Result<Self> {
        let longest = u64::try_from(LONGEST.as_micros())?;
        Ok(Self(Histogram::new_with_bounds(1, longest, DIGITS)?))
    }

    pub fn record(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.0.saturating_record(micros);
    }

    pub fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        Ok(self.0.add(&other.0)?)
    }

    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// In milliseconds.
    pub fn percentile(&self, percent: f64) -> f64 {
        Duration::from_micros(self.0.value_at_percentile(percent)).as_secs_f64() * 1000.0
    }

    /// The median and the two tails, in milliseconds.
    pub fn figures(&self, bench: &'static str, case: &str) -> [Figure; 3] {
        [("p50", 50.0), ("p99", 99.0), ("p99.9", 99.9)]
            .map(|(what, percent)| Figure::new(bench, case, what, self.percentile(percent), "ms"))
    }
}

/// How many a second, as a number that may stand in a table.
pub fn rate(count: u64, took: Duration) -> f64 {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    f64::from(count) / took.as_secs_f64().max(f64::EPSILON)
}
