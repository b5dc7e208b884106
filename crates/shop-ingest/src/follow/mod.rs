//! Asking shops for the orders that deliveries hint at.
//!
//! A hint is all that is known of a change, so none is laid aside for load, and none because its shop is
//! away for a while. Each waits here, its newest delivery unacknowledged; the broker hears that it does,
//! so it is not delivered anew. What finds no room goes back to the broker for a while; the way from the
//! worker is never left full, for it also carries other shops' hints. A shop that is slow or away holds
//! only its own hints: one question at a time for each connection, in turns.

mod schedule;
mod shop_queue;
mod shops;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bus::{DeadLetters, Delivery, Reason};
use bytes::Bytes;
use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};
use retail::{ConnectionId, ShopOrderId};
use service::clock::Clock;
use shop::{Connection, FetchError, Platform, Source};
use tokio::sync::mpsc;
use tokio::time::{
    Instant, MissedTickBehavior, interval, interval_at, sleep, sleep_until, timeout,
};
use tokio_util::sync::CancellationToken;

use self::shop_queue::{Added, Job, ShopQueue, Vain};
use self::shops::Shops;
use crate::connections::Connections;
use crate::isolation::Gates;
use crate::meters::{Meters, Outcome};
use crate::orders::Orders;
use crate::outage::Outage;
use crate::patience::Ended;
use crate::reading::{Origin, age, guarded};
use crate::settled::settle;
use crate::unread::BeingRead;
use crate::worker::{Telling, lay_aside};

/// A shop that asked another task to leave it alone for no longer than this is waited for; it is not away.
const SHORT_REST: Duration = Duration::from_secs(30);
/// Questions on their way at once: as many as may wait, so that those that hang hold no others.
const QUESTIONS_AT_ONCE: usize = 1_000;
/// For one answer. Platforms have shorter limits of their own; a shop must not hold its place for ever.
const FETCH_TIMEOUT: Duration = Duration::from_mins(2);
/// How often the broker hears that waiting hints are not forgotten: well below its ack wait of 30 s.
const PROGRESS_EVERY: Duration = Duration::from_secs(10);

/// A delivery that says only that an order changed.
pub(crate) struct Hint {
    pub(crate) connection: ConnectionId,
    pub(crate) order: ShopOrderId,
    pub(crate) origin: Origin,
    pub(crate) delivery: Delivery,
    pub(crate) reading: Option<BeingRead>,
}

/// What the shops are asked with.
pub(crate) struct Follower {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) connections: Arc<Connections>,
    pub(crate) gates: Arc<Gates>,
    pub(crate) orders: Orders,
    pub(crate) dead: DeadLetters,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) outage: Arc<Outage>,
    pub(crate) stop: CancellationToken,
}

/// What holds an order that waits.
struct Held {
    origin: Origin,
    delivery: Delivery,
    /// As long as it waits here, its order is not read.
    _reading: Option<BeingRead>,
}

impl Held {
    /// The work that this hint stands for is done, or another stands for it.
    async fn acknowledge(&self) {
        if let Err(error) = self.delivery.ack().await {
            tracing::warn!(%error, "a hint that is done is not acknowledged");
        }
    }

    async fn progress(&self) {
        if let Err(error) = self.delivery.progress().await {
            tracing::debug!(%error, "the broker does not hear that a hint waits");
        }
    }
}

/// A question that was answered, or not.
struct Asked {
    connection: ConnectionId,
    job: Job<Held>,
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
        let mut shops = Shops::new();
        let mut asking = FuturesUnordered::new();
        let mut progress = interval(PROGRESS_EVERY);
        progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            while asking.len() < QUESTIONS_AT_ONCE
                && let Some((id, job)) = shops.next(Instant::now())
            {
                asking.push(self.ask(id, job));
            }
            // While all places are taken, only an answer makes a difference.
            let due = shops.due().filter(|_| asking.len() < QUESTIONS_AT_ONCE);
            // What is rare comes before what may come without end.
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Ok(()),
                _ = progress.tick() => {
                    shops.forget_idle(Instant::now());
                    for held in shops.hints() {
                        held.progress().await;
                    }
                }
                Some(asked) = asking.next(), if !asking.is_empty() => {
                    self.settle(&mut shops, asked).await;
                }
                () = until(due) => {}
                Some(hint) = hints.recv() => self.queue(&mut shops, hint).await,
            }
        }
    }

    async fn queue(&self, shops: &mut Shops<Held>, hint: Hint) {
        let Hint {
            connection,
            order,
            origin,
            delivery,
            reading,
        } = hint;
        let sequence = delivery.stream_sequence;
        let asked_at = origin.came.asked_at();
        let held = Held {
            origin,
            delivery,
            _reading: reading,
        };
        let job = Job::new(order, sequence, held).asked_at(asked_at);
        match shops.add(connection, job) {
            Added::Waits | Added::Known => {}
            Added::Covered(held) => held.acknowledge().await,
            Added::NoRoom(held) => {
                self.meters.read(Outcome::HintPostponed);
                let alone = shops.shop(connection).left_alone(Instant::now());
                let pause = schedule::give_back(held.delivery.delivered).max(alone);
                if let Err(error) = held.delivery.nak(pause).await {
                    tracing::debug!(%error, "a hint comes again unasked");
                }
            }
        }
    }

    /// Asks, however long it takes: the broker hears that the hint is at work.
    async fn ask(&self, id: ConnectionId, job: Job<Held>) -> Asked {
        let answer = {
            let mut question = pin!(self.question(id, &job));
            let mut progress = interval_at(Instant::now() + PROGRESS_EVERY, PROGRESS_EVERY);
            loop {
                tokio::select! {
                    biased;
                    answer = &mut question => break answer,
                    _ = progress.tick() => job.hint.progress().await,
                }
            }
        };
        Asked {
            connection: id,
            job,
            answer,
        }
    }

    async fn question(&self, id: ConnectionId, job: &Job<Held>) -> Answer {
        let Some(connection) = self.connections.get(id) else {
            return Answer::NotGiven(FetchError::NoAccess);
        };
        let gate = self.gates.of(id);
        let alone = gate.left_alone();
        if alone > SHORT_REST {
            let why = "it asked to be left alone".to_owned();
            let after = Some(alone);
            return Answer::NotGiven(FetchError::TryLater { why, after });
        }
        sleep(alone).await;
        let allowance = self.platform.allowance(&connection);
        gate.note(&allowance, allowance.order);
        let body = match self.fetch(&connection, &job.order).await {
            Ok(body) => body,
            Err(error) => return Answer::NotGiven(error),
        };
        let read = || self.platform.read(&connection, Source::Fetched, &body);
        let reading = match guarded(read) {
            // Where polling hinted at the order, the shop's clock has been there already.
            Ok(reading) => settle(reading, job.asked_at),
            Err(reason) => return Answer::Unreadable(reason),
        };
        let telling = Telling {
            orders: &self.orders,
            meters: &self.meters,
            outage: &self.outage,
            stop: &self.stop,
        };
        let Held {
            origin,
            delivery,
            _reading: _,
        } = &job.hint;
        let held = std::slice::from_ref(delivery);
        match telling.tell(&connection, origin, reading, held).await {
            Ended::Stored | Ended::TooLarge => Answer::Told,
            Ended::Stopped => Answer::Stopped,
        }
    }

    /// A shop that hangs, or whose answer the platform does not survive, is tried again later like one that is
    /// away.
    async fn fetch(
        &self,
        connection: &Connection,
        order: &ShopOrderId,
    ) -> Result<Bytes, FetchError> {
        let fetching = AssertUnwindSafe(self.platform.fetch(connection, order)).catch_unwind();
        let why = match timeout(FETCH_TIMEOUT, fetching).await {
            Ok(Ok(answer)) => return answer,
            Ok(Err(_)) => "asking for the order panicked".to_owned(),
            Err(_) => format!("no answer within {} s", FETCH_TIMEOUT.as_secs()),
        };
        Err(FetchError::later(why))
    }

    async fn settle(&self, shops: &mut Shops<Held>, asked: Asked) {
        let Asked {
            connection,
            job,
            answer,
        } = asked;
        let shop = shops.shop(connection);
        match answer {
            // Not acknowledged, it comes again to the next process.
            Answer::Stopped => {}
            Answer::Told => {
                shop.answered(&job);
                job.hint.acknowledge().await;
            }
            Answer::Unreadable(reason) => {
                shop.answered(&job);
                self.lay_aside(&job, &reason).await;
            }
            Answer::NotGiven(error @ (FetchError::NoAccess | FetchError::Gone)) => {
                shop.answered(&job);
                // Said once for each connection; the others are counted.
                if shop.first_not_followed() {
                    tracing::warn!(%connection, order = %job.order, %error, "hint not followed");
                }
                self.meters.read(Outcome::HintNotFollowed);
                job.hint.acknowledge().await;
            }
            Answer::NotGiven(error @ FetchError::Unreadable { .. }) => {
                shop.answered(&job);
                let reason = Reason {
                    code: "answer_unreadable",
                    detail: error.to_string(),
                };
                self.lay_aside(&job, &reason).await;
            }
            Answer::NotGiven(FetchError::TryLater { why, after }) => {
                tracing::warn!(%connection, why, "a shop is away");
                if let Some(after) = after {
                    self.gates.of(connection).leave_alone(after);
                }
                self.postpone(shop, job, after).await;
            }
            Answer::NotGiven(
                error @ (FetchError::Refused { .. } | FetchError::Insecure { .. }),
            ) => {
                tracing::warn!(%connection, %error, "a shop cannot be asked");
                self.postpone(shop, job, None).await;
            }
        }
    }

    async fn postpone(&self, shop: &mut ShopQueue<Held>, job: Job<Held>, after: Option<Duration>) {
        let age = age(&job.hint.delivery, self.clock.now());
        match shop.asked_in_vain(job, Instant::now(), after, age) {
            Vain::Waits => self.meters.read(Outcome::HintPostponed),
            Vain::Covered(held) => held.acknowledge().await,
            Vain::GivenUp(job) => {
                let reason = Reason {
                    code: "shop_away",
                    detail: format!("asked {} times in vain", job.askings),
                };
                self.lay_aside(&job, &reason).await;
            }
        }
    }

    async fn lay_aside(&self, job: &Job<Held>, reason: &Reason) {
        self.meters.read(Outcome::Dead);
        lay_aside(&self.dead, &job.hint.delivery, reason).await;
    }
}

/// Waits for an instant; without one, for ever.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}
