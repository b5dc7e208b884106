use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use test_kit::{Poster, Prepared};
use tokio::task::JoinSet;

use super::Outcome;
use crate::latency::Latencies;

/// Keeps so many requests in flight, each sent when the one before it is answered, until all are
/// sent or the time is over.
pub async fn closed(
    url: &str,
    requests: Arc<Vec<Prepared>>,
    in_flight: usize,
    lasting: Duration,
) -> anyhow::Result<Outcome> {
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..in_flight {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        let mut poster = Poster::new(url)?;
        let mut latencies = Latencies::new()?;
        let mut refused = 0;
        workers.spawn(async move {
            while began.elapsed() < lasting {
                let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) else {
                    break;
                };
                let sent = Instant::now();
                match poster.send(request).await {
                    Ok(status) if status.is_success() => latencies.record(sent.elapsed()),
                    Ok(_) | Err(_) => refused += 1,
                }
            }
            (latencies, refused)
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
    outcome.took = began.elapsed();
    Ok(outcome)
}
