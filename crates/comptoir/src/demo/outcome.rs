use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::{Telling, Traded};
use crate::view::{Check, Explanation, Level, ParkedOrder, Sale};

/// The books at one moment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Books {
    /// Newest first, with their lines and payments.
    pub(crate) sales: Vec<Sale>,
    pub(crate) levels: Vec<Level>,
}

/// Everything the demo shows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Outcome {
    /// Deliveries captured from real shops.
    pub(crate) captured: usize,
    /// How many were sent altogether.
    pub(crate) sent: usize,
    /// How many of them were answered 200.
    pub(crate) accepted: usize,
    /// How often each status was answered.
    pub(crate) statuses: BTreeMap<u16, usize>,
    /// Forged deliveries, each refused with 401.
    pub(crate) forgeries_refused: usize,
    /// Whether sales and stock were the same after the shuffled repeats as before.
    pub(crate) unchanged_by_repeats: bool,
    /// Whether every check of the ledger holds.
    pub(crate) holds: bool,
    #[serde(flatten)]
    pub(crate) books: Books,
    pub(crate) parked_orders: Vec<ParkedOrder>,
    /// Why one number is what it is.
    pub(crate) explanation: Option<Explanation>,
    pub(crate) checks: Vec<Check>,
    pub(crate) timings: Timings,
    /// What four simulated shops traded, and what the ledger has of it.
    pub(crate) market: Traded,
    /// What these shops were told, and when they showed it.
    pub(crate) telling: Telling,
}

/// In milliseconds where it is a time.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Timings {
    #[serde(rename = "start_ms", serialize_with = "milliseconds")]
    pub(crate) start: Duration,
    /// In the shuffled round.
    pub(crate) webhooks_per_second: u64,
    #[serde(rename = "webhook_p50_ms", serialize_with = "milliseconds")]
    pub(crate) webhook_p50: Duration,
    #[serde(rename = "webhook_p99_ms", serialize_with = "milliseconds")]
    pub(crate) webhook_p99: Duration,
    /// From a webhook's arrival to its movements in the database.
    #[serde(rename = "committed_p50_ms", serialize_with = "milliseconds")]
    pub(crate) committed_p50: Duration,
    #[serde(rename = "committed_p99_ms", serialize_with = "milliseconds")]
    pub(crate) committed_p99: Duration,
    #[serde(rename = "total_ms", serialize_with = "milliseconds")]
    pub(crate) total: Duration,
}

impl Books {
    /// Whether both are the same to the last field.
    pub(crate) fn same_as(&self, other: &Self) -> anyhow::Result<bool> {
        Ok(serde_json::to_string(self)? == serde_json::to_string(other)?)
    }
}

impl Outcome {
    /// Whether everything is as it should be.
    pub(crate) fn is_good(&self) -> bool {
        self.holds
            && self.unchanged_by_repeats
            && self.accepted == self.sent
            && self.market.is_good()
            && self.telling.is_good()
    }
}

fn milliseconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64() * 1e3)
}
