//! Batches: taken at once, done one after the other, told of by ticket.

use std::collections::{HashMap, VecDeque};

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::goods::{Answer, Asked, Goods};

/// Most requests of one batch.
pub const BATCH_ROWS: usize = 500;
/// How long a deduplication key is remembered.
pub const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Most batches remembered. Beyond them what is done is forgotten.
const BATCHES_LIMIT: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Batches {
    next: u64,
    tickets: HashMap<String, Batch>,
    keys: HashMap<String, (Timestamp, String)>,
    queue: VecDeque<String>,
    /// Nothing is done until it is let go.
    pub(super) held: bool,
    /// Requests whose address has this in it fail, however often they are tried.
    pub(super) failing: Option<String>,
    /// Batches with such an address in them are refused whole.
    pub(super) refused: Option<String>,
}

#[derive(Debug)]
struct Batch {
    rows: Vec<Value>,
    stops: bool,
    /// `None`: it waits.
    responses: Option<Vec<Value>>,
    looked_at: bool,
}

impl Batches {
    /// Takes a batch. Done or not by the time of the answer, it will be.
    pub(super) fn submit(
        &mut self,
        query: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<String, Answer> {
        let refused = |why: &str| Err((StatusCode::BAD_REQUEST, json!({"errorMessage": why})));
        let rows = body.as_array().map_or(&[][..], Vec::as_slice);
        let is_row = |row: &Value| {
            row["path"]
                .as_str()
                .is_some_and(|path| path.starts_with('/'))
                && row["method"].as_str().is_some_and(|m| METHODS.contains(&m))
        };
        if rows.is_empty() || rows.len() > BATCH_ROWS || !rows.iter().all(is_row) {
            return refused("Wrong batch");
        }
        let is_refused = |row: &Value| {
            let address = row["path"].as_str().unwrap_or_default();
            self.refused
                .as_ref()
                .is_some_and(|refused| address.contains(refused))
        };
        if rows.iter().any(is_refused) {
            return refused("Wrong batch");
        }
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(given, _)| *given == name)
                .map(|(_, value)| value.to_owned())
        };
        let key = value("deduplicationKey");
        if let Some(key) = &key {
            if key.len() != 36 {
                return refused("Wrong deduplicationKey");
            }
            if let Some((at, ticket)) = self.keys.get(key)
                && now.duration_since(*at) < KEY_LIFETIME
            {
                return Ok(ticket.clone());
            }
        }
        if self.tickets.len() >= BATCHES_LIMIT {
            self.tickets.retain(|_, batch| batch.responses.is_none());
            self.keys.clear();
        }
        self.next += 1;
        let ticket = format!("11d140a2-966f-4a9f-b4e6-{:012}", self.next);
        if let Some(key) = key {
            self.keys.insert(key, (now, ticket.clone()));
        }
        let batch = Batch {
            rows: rows.to_vec(),
            stops: value("stopOnFirstFailure").is_none_or(|stops| stops != "false"),
            responses: None,
            looked_at: false,
        };
        self.tickets.insert(ticket.clone(), batch);
        self.queue.push_back(ticket.clone());
        Ok(ticket)
    }

    /// Does what waits.
    pub(super) fn work(&mut self, goods: &mut Goods, now: Timestamp, indexed: Option<Timestamp>) {
        if self.held {
            return;
        }
        while let Some(ticket) = self.queue.pop_front() {
            let Some(batch) = self.tickets.get_mut(&ticket) else {
                continue;
            };
            let mut responses = Vec::new();
            let mut is_stopped = false;
            for row in &batch.rows {
                if is_stopped {
                    responses.push(json!({"id": row["id"], "status": "NOT_EXECUTED"}));
                    continue;
                }
                let (status, body) = perform(goods, row, self.failing.as_deref(), now, indexed);
                is_stopped = batch.stops && !status.is_success();
                responses.push(json!({
                    "id": row["id"],
                    "status": if status.is_success() { "COMPLETED" } else { "FAILED" },
                    "httpStatusCode": status.as_u16(),
                    "httpStatusLine": status.canonical_reason().unwrap_or_default(),
                    "httpBody": body,
                }));
            }
            batch.responses = Some(responses);
        }
    }

    /// How far a batch is. At the first look it is always on its way.
    pub(super) fn look(&mut self, ticket: &str) -> Option<Value> {
        let batch = self.tickets.get_mut(ticket)?;
        let total = batch.rows.len();
        let is_first = !std::mem::replace(&mut batch.looked_at, true);
        Some(match batch.responses.as_ref().filter(|_| !is_first) {
            Some(responses) => json!({
                "status": "COMPLETED",
                "totalRequests": total,
                "completedRequests": total,
                "responses": responses,
            }),
            None => json!({"status": "QUEUED", "totalRequests": total, "completedRequests": 0}),
        })
    }
}

const METHODS: [&str; 4] = ["GET", "POST", "PUT", "DELETE"];

fn perform(
    goods: &mut Goods,
    row: &Value,
    failing: Option<&str>,
    now: Timestamp,
    indexed: Option<Timestamp>,
) -> Answer {
    let address = row["path"].as_str().unwrap_or_default();
    if failing.is_some_and(|failing| address.contains(failing)) {
        let body = json!({"errorMessage": "Internal server error"});
        return (StatusCode::INTERNAL_SERVER_ERROR, body);
    }
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let method: Method = row["method"]
        .as_str()
        .and_then(|m| m.parse().ok())
        .unwrap_or_default();
    let asked = Asked {
        method: &method,
        path,
        query,
        body: &row["body"],
        now,
        indexed,
    };
    goods.perform(&asked).unwrap_or_else(|| {
        let body = json!({"errorMessage": "There is nothing here"});
        (StatusCode::NOT_FOUND, body)
    })
}
