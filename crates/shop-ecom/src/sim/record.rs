//! What the shop was asked: for tests, which look at what was sent and what was not.

use std::collections::VecDeque;

use http::Method;
use serde_json::Value;

/// Most requests remembered; the oldest are forgotten.
const RECORD_LIMIT: usize = 10_000;

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub method: Method,
    /// Below the store's address, with its query.
    pub path: String,
    /// Null where there was none.
    pub body: Value,
}

impl Recorded {
    /// Whether it may change something. What is in a batch counts; to look at one does not.
    #[must_use]
    pub fn writes(&self) -> bool {
        let is_reading = |row: &Value| row["method"] == "GET";
        match self.body.as_array() {
            Some(rows) => !rows.iter().all(is_reading),
            None => self.method != Method::GET,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Record(VecDeque<Recorded>);

impl Record {
    pub(super) fn note(&mut self, recorded: Recorded) {
        if self.0.len() >= RECORD_LIMIT {
            self.0.pop_front();
        }
        self.0.push_back(recorded);
    }

    /// All so far, and none of them again.
    pub(super) fn take(&mut self) -> Vec<Recorded> {
        std::mem::take(&mut self.0).into()
    }
}
