//! Which connections this process tells.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use proto::connect::leases_client::LeasesClient;
use retail::{ConnectionId, PlatformCode};
use service::access::Authorized;
use service::clock::{Clock, Ids};
use shop::push::Push;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::desk::Desk;
use super::purse::LeasePurse;
use super::pushable::ShopStock;
use super::{Meters, PushSettings, worker};
use crate::store::{Fence, Held, Store, StoreError};

/// Connections are claimed and held on to this often.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Claimed at once: processes that start together share what there is.
const CLAIMED_AT_ONCE: i64 = 20;
/// What shops were told is forgotten, and how late they are is told, this often.
const TIDY_EVERY: Duration = Duration::from_secs(30);

/// How the shops of one platform are told.
#[derive(Clone)]
pub struct Way {
    pub push: Arc<dyn Push>,
    /// Its ingest service, which lends them.
    pub leases: LeasesClient<Authorized>,
}

/// Tells shops.
pub struct Reconciler {
    /// On a pool of its own: telling waits for shops, and nobody waits for telling.
    pub store: Store,
    pub ways: BTreeMap<PlatformCode, Way>,
    pub ledger: ShopStock,
    pub settings: PushSettings,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub meters: Meters,
    /// Where shops reach this service, without a slash at its end.
    pub public_url: Arc<str>,
}

struct Task {
    fence: Fence,
    stop: CancellationToken,
}

impl Reconciler {
    /// Runs until `stop`, and lets go of what it holds.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let holder = self.ids.next();
        let mut tasks: BTreeMap<ConnectionId, Task> = BTreeMap::new();
        let mut running = JoinSet::new();
        let mut renewed_at = Instant::now();
        let mut tidied_at = Instant::now();
        // For one look: whatever the database does, what is held is given up in time.
        let most = self.settings.held_for / 3;
        while !stop.is_cancelled() {
            let now = Instant::now();
            let looking = timeout(most, self.look(holder, &mut tasks, &mut running));
            match looking.await {
                Ok(Ok(())) => renewed_at = now,
                Ok(Err(error)) => tracing::warn!(%error, "connections cannot be held on to"),
                Err(_) => tracing::warn!("connections cannot be held on to in time"),
            }
            // Before somebody else begins.
            if renewed_at.elapsed() > self.settings.held_for * 2 / 3 {
                for (_, task) in std::mem::take(&mut tasks) {
                    task.stop.cancel();
                }
            }
            if tidied_at.elapsed() > TIDY_EVERY {
                tidied_at = now;
                match timeout(most, self.tidy()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::warn!(%error, "old words are not tidied away"),
                    Err(_) => tracing::warn!("old words are not tidied away in time"),
                }
            }
            while let Some(ended) = running.try_join_next() {
                note_end(ended);
            }
            stop.run_until_cancelled(sleep(LOOK_EVERY)).await;
        }
        for task in tasks.values() {
            task.stop.cancel();
        }
        while let Some(ended) = running.join_next().await {
            note_end(ended);
        }
        for task in tasks.values() {
            if let Err(error) = self.store.release(task.fence).await {
                // It is free when its term is over.
                tracing::debug!(%error, "a connection is let go of by its term");
            }
        }
        Ok(())
    }

    /// Holds on to what is held, stops what is not any more, and begins what is new.
    async fn look(
        &self,
        holder: Uuid,
        tasks: &mut BTreeMap<ConnectionId, Task>,
        running: &mut JoinSet<()>,
    ) -> Result<(), StoreError> {
        let held = self.store.renew(holder, self.settings.held_for).await?;
        tasks.retain(|_, task| {
            let is_held = held.contains(&task.fence) && !task.stop.is_cancelled();
            if !is_held {
                task.stop.cancel();
            }
            is_held
        });
        // Held in the database by this process, and told by no task: its task found that it was lost, or is over.
        for fence in held {
            if !tasks.contains_key(&fence.connection) {
                self.store.release(fence).await?;
            }
        }
        let platforms: Vec<PlatformCode> = self.ways.keys().cloned().collect();
        let claimed = self
            .store
            .claim(holder, &platforms, self.settings.held_for, CLAIMED_AT_ONCE)
            .await?;
        for held in claimed {
            let Some(way) = self.ways.get(&held.platform) else {
                continue;
            };
            let (fence, stop) = (held.fence, CancellationToken::new());
            let desk = self.desk(held, way);
            let told = stop.clone();
            running.spawn(async move {
                // However it ends, it is begun again where the connection is still to be told.
                let _ended = told.clone().drop_guard();
                worker::work(desk, told).await;
            });
            tasks.insert(fence.connection, Task { fence, stop });
        }
        Ok(())
    }

    fn desk(&self, held: Held, way: &Way) -> Desk {
        let purse = LeasePurse::new(
            way.leases.clone(),
            (held.retailer, held.fence.connection),
            held.platform.clone(),
            Arc::clone(&self.clock),
        );
        Desk {
            held,
            push: Arc::clone(&way.push),
            purse,
            ledger: self.ledger.clone(),
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            settings: self.settings,
            meters: self.meters.clone(),
            public_url: Arc::clone(&self.public_url),
        }
    }

    async fn tidy(&self) -> Result<(), StoreError> {
        let life = SignedDuration::try_from(self.settings.told_life);
        let cut = self.clock.now().checked_sub(life.unwrap_or_default());
        if let Ok(cut) = cut {
            self.store.forget_told(cut).await?;
        }
        let oldest: BTreeMap<String, u64> = self.store.oldest_work().await?.into_iter().collect();
        for platform in self.ways.keys() {
            let age_s = oldest.get(platform.as_str()).copied().unwrap_or_default();
            self.meters.oldest(platform.as_str(), age_s);
        }
        Ok(())
    }
}

/// One connection's task that panics takes no other with it.
fn note_end(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "telling a shop broke off");
    }
}
