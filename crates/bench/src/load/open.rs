use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use test_kit::{Poster, Prepared};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Outcome;
use crate::latency::Latencies;

/// When the load was to be sent, whatever really happened.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub began: Instant,
    pub per_second: u32,
}

impl Sent {
    /// When the request in this place was due.
    pub fn due(&self, place: usize) -> Instant {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.began + Duration::from_secs(1) * place / self.per_second
    }
}

/// Sends every request when it is due, whether or not the ones before are answered. Latency counts
/// from the instant a request was due, so that a stall is charged to all that had to wait.
///
/// `connections` bound how many can be in flight.
pub async fn open(
    url: &str,
    requests: Arc<Vec<Prepared>>,
    sent: Sent,
    connections: usize,
) -> anyhow::Result<Outcome> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        let mut poster = Poster::new(url)?;
        let mut latencies = Latencies::new()?;
        let mut refused = 0;
        workers.spawn(async move {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(request) = requests.get(place) else {
                    return (latencies, refused);
                };
                let due = sent.due(place);
                tokio::time::sleep_until(due).await;
                match poster.send(request).await {
                    Ok(status) if status.is_success() => latencies.record(due.elapsed()),
                    Ok(_) | Err(_) => refused += 1,
                }
            }
        });
    }
    let mut outcome = Outcome {
        latencies: Latencies::new()?,
        refused: 0,
        took: Duration::ZERO,
    };
    while let Some(worker) = workers.join_next().await {
        let (latencies, refused): (Latencies, u64) = worker?;
        outcome.latencies.add(&latencies)?;
        outcome.refused += refused;
    }
    outcome.took = sent.began.elapsed();
    Ok(outcome)
}
