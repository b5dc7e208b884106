//! Sends deliveries until each is accepted, as a shop that never gives up would.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use shop_woocommerce::sim::{Shop, Topic};
use tokio::task::JoinSet;

use crate::poster::{Poster, Prepared};
use crate::world;

/// The waits between attempts; the last one is repeated.
const BACKOFF: [Duration; 5] = [
    Duration::from_millis(10),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
];
/// A delivery that is not accepted for so long will never be.
const PATIENCE: Duration = Duration::from_mins(2);

/// A version of an order, by their places in the shop's list.
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    pub order: usize,
    pub version: usize,
    /// Sent as order.created, and not as order.updated.
    pub created: bool,
}

#[derive(Debug, Default)]
pub struct Progress {
    pub accepted: AtomicUsize,
    pub retries: AtomicUsize,
}

pub async fn send_all(
    shop: Arc<Shop>,
    deliveries: Arc<Vec<Delivery>>,
    hook_url: &str,
    in_flight: usize,
    progress: Arc<Progress>,
) -> anyhow::Result<()> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..in_flight {
        let worker = Worker {
            shop: Arc::clone(&shop),
            deliveries: Arc::clone(&deliveries),
            hook_url: hook_url.to_owned(),
            next: Arc::clone(&next),
            progress: Arc::clone(&progress),
        };
        workers.spawn(worker.run());
    }
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    Ok(())
}

struct Worker {
    shop: Arc<Shop>,
    deliveries: Arc<Vec<Delivery>>,
    hook_url: String,
    next: Arc<AtomicUsize>,
    progress: Arc<Progress>,
}

impl Worker {
    async fn run(self) -> anyhow::Result<()> {
        let mut poster = Poster::new(&self.hook_url)?;
        loop {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(delivery) = self.deliveries.get(place) else {
                return Ok(());
            };
            let request = self.request(*delivery)?;
            self.send_until_accepted(&mut poster, &request).await?;
            self.progress.accepted.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn request(&self, delivery: Delivery) -> anyhow::Result<Prepared> {
        let topic = if delivery.created {
            Topic::OrderCreated
        } else {
            Topic::OrderUpdated
        };
        let order = &self.shop.orders()[delivery.order][delivery.version];
        let hook = self.shop.hook(order, topic, world::SECRET);
        Prepared::post(&self.hook_url, hook.headers, hook.body)
    }

    async fn send_until_accepted(
        &self,
        poster: &mut Poster,
        request: &Prepared,
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        let mut waits = BACKOFF.iter();
        let mut wait = BACKOFF[0];
        loop {
            let answer = poster.send(request).await;
            match &answer {
                Ok(status) if status.is_success() => return Ok(()),
                // Refused for good: a retry would be refused as well.
                Ok(status) if status.is_client_error() => {
                    bail!("a genuine delivery is answered {status}")
                }
                Ok(_) | Err(_) => {}
            }
            if began.elapsed() > PATIENCE {
                bail!("not accepted in {PATIENCE:?}, at last {answer:?}");
            }
            self.progress.retries.fetch_add(1, Ordering::Relaxed);
            wait = *waits.next().unwrap_or(&wait);
            tokio::time::sleep(wait).await;
        }
    }
}
