//! Asking shops for the orders that deliveries hint at.
//!
//! A shop that is slow or away holds only its own hints: one question at a time for each connection,
//! a limited number of hints waiting for it, and long waits spent at the broker, not here.

mod schedule;
mod shop_queue;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bus::{DeadLetters, Delivery, Reason};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use retail::{ConnectionId, ShopOrderId};
use shop::{Connection, FetchError, Platform, Source};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use self::shop_queue::{Job, ShopQueue};
use crate::connections::Connections;
use crate::meters::{Meters, Outcome};
use crate::orders::Orders;
use crate::outage::Outage;
use crate::patience::Ended;
use crate::reading::{Origin, guarded};
use crate::worker::{Telling, lay_aside};

/// Shops asked at once.
const SHOPS_AT_ONCE: usize = 16;
/// Hints of one connection that wait, here or at the broker. More are laid aside: they would keep
/// other shops' deliveries from being delivered.
const HINTS_PER_SHOP: usize = 100;
/// The same for all connections together: half of what the broker lets be unacknowledged.
const HINTS_IN_ALL: usize = 1_000;
/// How often the broker hears that waiting hints are not forgotten: well below its ack wait of 30 s.
const PROGRESS_EVERY: Duration = Duration::from_secs(10);

/// A delivery that says only that an order changed.
pub(crate) struct Hint {
    pub(crate) connection: ConnectionId,
    pub(crate) order: ShopOrderId,
    pub(crate) origin: Origin,
    pub(crate) delivery: Delivery,
}

/// What the shops are asked with.
pub(crate) struct Follower {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) connections: Arc<Connections>,
    pub(crate) orders: Orders,
    pub(crate) dead: DeadLetters,
    pub(crate) meters: Arc<Meters>,
    pub(crate) outage: Arc<Outage>,
    pub(crate) stop: CancellationToken,
}

/// A question that was answered, or not.
struct Asked {
    connection: ConnectionId,
    job: Job,
    answer: Answer,
}

enum Answer {
    /// The ledger has been told.
    Told,
    NotGiven(FetchError),
    Unreadable(Reason),
    Stopped,
}

impl Follower {
    /// Runs until told to stop. Hints that wait by then come again to the next process.
    pub(crate) async fn run(self, mut hints: mpsc::Receiver<Hint>) -> anyhow::Result<()> {
        let mut shops: HashMap<ConnectionId, ShopQueue> = HashMap::new();
        let mut asking = FuturesUnordered::new();
        let mut progress = interval(PROGRESS_EVERY);
        progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Ok(()),
                Some(asked) = asking.next(), if !asking.is_empty() => {
                    self.settle(&mut shops, asked).await;
                }
                Some(hint) = hints.recv() => self.queue(&mut shops, hint).await,
                _ = progress.tick() => {
                    let now = Instant::now();
                    shops.retain(|_, shop| !shop.is_idle(now));
                    for shop in shops.values() {
                        shop.progress().await;
                    }
                }
            }
            for (id, shop) in &mut shops {
                if asking.len() >= SHOPS_AT_ONCE {
                    break;
                }
                if let Some(job) = shop.next() {
                    asking.push(self.ask(*id, job));
                }
            }
        }
    }

    async fn queue(&self, shops: &mut HashMap<ConnectionId, ShopQueue>, hint: Hint) {
        let now = Instant::now();
        let in_all: usize = shops.values().map(|shop| shop.waiting(now)).sum();
        let shop = shops.entry(hint.connection).or_default();
        if in_all >= HINTS_IN_ALL || shop.waiting(now) >= HINTS_PER_SHOP {
            let reason = Reason {
                code: "too_many_hints",
                detail: "more hints wait for their shops than may".to_owned(),
            };
            self.lay_aside(&hint.delivery, &reason).await;
            return;
        }
        shop.add(hint);
    }

    async fn ask(&self, id: ConnectionId, job: Job) -> Asked {
        let answer = match self.connections.get(id) {
            Some(connection) => self.question(connection, &job).await,
            None => Answer::NotGiven(FetchError::NoAccess),
        };
        Asked {
            connection: id,
            job,
            answer,
        }
    }

    async fn question(&self, connection: &Connection, job: &Job) -> Answer {
        let body = match self.platform.fetch(connection, &job.order).await {
            Ok(body) => body,
            Err(error) => return Answer::NotGiven(error),
        };
        let read = || self.platform.read(connection, Source::Fetched, &body);
        let reading = match guarded(read) {
            Ok(reading) => reading,
            Err(reason) => return Answer::Unreadable(reason),
        };
        let telling = Telling {
            orders: &self.orders,
            meters: &self.meters,
            outage: &self.outage,
            stop: &self.stop,
        };
        match telling
            .tell(connection, &job.origin, reading, &job.deliveries)
            .await
        {
            Ended::Stored | Ended::TooLarge => Answer::Told,
            Ended::Stopped => Answer::Stopped,
        }
    }

    async fn settle(&self, shops: &mut HashMap<ConnectionId, ShopQueue>, asked: Asked) {
        let Asked {
            connection,
            job,
            answer,
        } = asked;
        let shop = shops.entry(connection).or_default();
        shop.answered();
        match answer {
            Answer::Told => job.acknowledge().await,
            Answer::Stopped => {}
            Answer::Unreadable(reason) => self.lay_aside_job(&job, &reason).await,
            Answer::NotGiven(error @ (FetchError::NoAccess | FetchError::Gone)) => {
                // Said once for each connection; the others are counted.
                if shop.first_not_followed() {
                    tracing::warn!(%connection, order = %job.order, %error, "hint not followed");
                }
                self.meters.read(Outcome::HintNotFollowed);
                job.acknowledge().await;
            }
            Answer::NotGiven(error @ FetchError::Unreadable { .. }) => {
                let reason = Reason {
                    code: "answer_unreadable",
                    detail: error.to_string(),
                };
                self.lay_aside_job(&job, &reason).await;
            }
            Answer::NotGiven(FetchError::TryLater { why, after }) => {
                tracing::warn!(%connection, why, "a shop is away");
                self.postpone(shop, job, after).await;
            }
            Answer::NotGiven(error @ FetchError::Refused { .. }) => {
                tracing::warn!(%connection, %error, "a shop does not let us in");
                self.postpone(shop, job, None).await;
            }
        }
    }

    /// Hands the job, and all that wait for the same shop, back to the broker for a while.
    async fn postpone(&self, shop: &mut ShopQueue, job: Job, after: Option<Duration>) {
        for job in std::iter::once(job).chain(shop.take_all()) {
            for delivery in job.deliveries {
                let Some(pause) = schedule::pause(delivery.delivered) else {
                    let reason = Reason {
                        code: "shop_away",
                        detail: format!("asked {} times in vain", delivery.delivered),
                    };
                    self.lay_aside(&delivery, &reason).await;
                    continue;
                };
                let pause = after.map_or(pause, |after| after.max(pause));
                self.meters.read(Outcome::HintPostponed);
                match delivery.nak(pause).await {
                    Ok(()) => shop.postponed(Instant::now() + pause),
                    Err(error) => tracing::debug!(%error, "a hint comes again unasked"),
                }
            }
        }
    }

    async fn lay_aside_job(&self, job: &Job, reason: &Reason) {
        for delivery in &job.deliveries {
            self.lay_aside(delivery, reason).await;
        }
    }

    async fn lay_aside(&self, delivery: &Delivery, reason: &Reason) {
        self.meters.read(Outcome::Dead);
        lay_aside(&self.dead, delivery, reason).await;
    }
}
