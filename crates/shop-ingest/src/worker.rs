//! From the inbox to the ledger: takes deliveries in batches, and acknowledges a batch only after
//! everything that came of it is on the broker's disk.

use std::sync::Arc;
use std::time::Duration;

use bus::{Address, Consumer, DeadLetters, Delivery, Message, Reason, ack_all};
use futures::StreamExt as _;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use jiff::Timestamp;
use proto::convert::instant_from;
use retail::{ConnectionId, ShopOrderId};
use service::clock::Clock;
use service::seal::Keyring;
use service::telemetry;
use shop::{Connection, Platform, Reading, Refusal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::connections::Connections;
use crate::event::{Events, Kept};
use crate::follow::Hint;
use crate::heard::Heard;
use crate::inbox::Came;
use crate::meters::{Meters, Outcome};
use crate::orders::Orders;
use crate::outage::Outage;
use crate::patience::{Ended, until_stored};
use crate::privacy::as_hint;
use crate::reading::{self, GIVEN_BACK_EVERY, Origin, Read};
use crate::store::Store;
use crate::unread::{BeingRead, Unread};

/// Deliveries taken at once; the broker commits as many in one batch.
const BATCH_MESSAGES: usize = 500;
/// While one batch waits for the broker's disk, the next is read.
const BATCHES_IN_FLIGHT: usize = 2;
/// How long the first delivery of a batch is waited for, before a stop is looked for again.
const BATCH_WAIT: Duration = Duration::from_secs(1);
/// Fewer at once are no load: each goes on at once, and one shop's deliveries never wait for another's.
const LOAD: usize = 8;
/// After a batch that is load and was not full the worker rests as long as the last batch took, within these limits.
/// What comes meanwhile makes one batch and one write on the broker's disk, which leaves the machine to
/// the shops that wait for an answer. An idle worker has rested already.
const LEAST_REST: Duration = Duration::from_millis(20);
const MOST_REST: Duration = Duration::from_millis(50);

/// What the deliveries are read with.
pub(crate) struct Worker {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) connections: Arc<Connections>,
    pub(crate) store: Store,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) orders: Orders,
    pub(crate) dead: DeadLetters,
    /// Where hints go: asking a shop takes time, and nobody waits for it here.
    pub(crate) hints: mpsc::Sender<Hint>,
    pub(crate) heard: Arc<Heard>,
    pub(crate) unread: Arc<Unread>,
    pub(crate) events: Events,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) outage: Arc<Outage>,
    pub(crate) stop: CancellationToken,
}

/// What is to be done with a delivery.
enum Next {
    /// Everything that came of it is stored.
    Acknowledge,
    Follow {
        hint: HintedOrder,
    },
    LayAside(Reason),
    /// It cannot be kept now.
    GiveBack,
    /// The process stops before it was done.
    Leave,
}

struct HintedOrder {
    connection: ConnectionId,
    order: ShopOrderId,
    origin: Origin,
}

impl Worker {
    /// Runs until told to stop, then finishes the batches in flight.
    pub(crate) async fn run(self, mut consumer: Consumer) -> anyhow::Result<()> {
        let mut running = FuturesUnordered::new();
        let mut rested = tokio::time::Instant::now();
        let mut rest = LEAST_REST;
        loop {
            let take = async {
                tokio::time::sleep_until(rested).await;
                consumer.next_batch(BATCH_MESSAGES, BATCH_WAIT).await
            };
            tokio::select! {
                biased;
                () = self.stop.cancelled() => break,
                Some(took) = running.next(), if !running.is_empty() => {
                    let took: Duration = took;
                    rest = took.clamp(LEAST_REST, MOST_REST);
                }
                batch = take, if running.len() < BATCHES_IN_FLIGHT => {
                    if !batch.is_empty() {
                        if (LOAD..BATCH_MESSAGES).contains(&batch.len()) {
                            rested = tokio::time::Instant::now() + rest;
                        }
                        self.meters.taken(batch.len());
                        running.push(self.batch(batch));
                    }
                }
            }
        }
        while running.next().await.is_some() {}
        Ok(())
    }

    /// Gives how long the batch took.
    async fn batch(&self, batch: Vec<Delivery>) -> Duration {
        let began = tokio::time::Instant::now();
        let reading: Vec<_> = batch.iter().map(|delivery| self.begin(delivery)).collect();
        // All at once: publishes that wait together are committed together.
        let next = join_all(batch.iter().map(|delivery| self.handle(delivery))).await;
        let mut done = Vec::with_capacity(batch.len());
        let mut read = Vec::with_capacity(batch.len());
        for ((delivery, next), reading) in batch.into_iter().zip(next).zip(reading) {
            match next {
                Next::Acknowledge => {
                    done.push(delivery);
                    read.push(reading);
                }
                Next::LayAside(reason) => self.lay_aside(&delivery, &reason).await,
                Next::Follow { hint } => self.follow(hint, delivery, reading).await,
                Next::GiveBack => give_back(&delivery).await,
                Next::Leave => {}
            }
        }
        if let Err(error) = ack_all(&done).await {
            // They come again, and the ledger knows what it has.
            tracing::warn!(%error, "a batch is not acknowledged");
        }
        began.elapsed()
    }

    /// `None`: its subject is nobody's, and it will be laid aside.
    fn begin(&self, delivery: &Delivery) -> Option<BeingRead> {
        match delivery.subject.address() {
            Ok(Address::Inbox { connection, .. }) => {
                let (place, came) = (delivery.stream_sequence, delivery.published_at);
                Some(self.unread.begin(connection, place, came))
            }
            Ok(_) | Err(_) => None,
        }
    }

    async fn handle(&self, delivery: &Delivery) -> Next {
        let span = tracing::info_span!(
            "delivery.read",
            connection.id = tracing::field::Empty,
            delivery.id = tracing::field::Empty,
            topic = tracing::field::Empty,
        );
        telemetry::set_parent(&span, |name| delivery.header(name));
        self.read(delivery).instrument(span).await
    }

    async fn read(&self, delivery: &Delivery) -> Next {
        let platform = self.platform.as_ref();
        let now = self.clock.now();
        let Read {
            connection,
            origin,
            reading,
            body,
            is_released,
        } = match reading::read(platform, &self.connections, &self.keyring, delivery, now) {
            Ok(read) => read,
            Err(reason) => return Next::LayAside(reason),
        };
        let span = tracing::Span::current();
        span.record("connection.id", tracing::field::display(connection.id));
        span.record("delivery.id", origin.delivery_id.as_str());
        span.record("topic", origin.topic.as_str());
        if origin.came == Came::Sent {
            self.heard.delivery(connection.id, now);
            if let Some(order) = about(&reading) {
                self.heard.of(connection.id, order, now);
            }
        }
        let is_applied = is_released || self.connections.is_automatic(connection.id);
        match reading {
            Reading::Hint(_) | Reading::Order { .. } | Reading::Refused(_) if !is_applied => {
                let order = about(&reading);
                self.keep(&connection, &origin, delivery, order, now).await
            }
            Reading::Hint(order) => Next::Follow {
                hint: HintedOrder {
                    connection: connection.id,
                    order,
                    origin,
                },
            },
            Reading::Nothing(why) => {
                tracing::debug!(connection = %connection.id, why, "a delivery that changes nothing");
                self.meters.read(Outcome::Nothing);
                Next::Acknowledge
            }
            Reading::Event(event) => {
                self.meters.read(Outcome::Nothing);
                match self.events.keep(&connection, &origin, event, &body).await {
                    Kept::Kept => Next::Acknowledge,
                    Kept::NotNow => Next::GiveBack,
                }
            }
            reading @ (Reading::Order { .. } | Reading::Refused(_)) => {
                let held = std::slice::from_ref(delivery);
                match self
                    .telling()
                    .tell(&connection, &origin, reading, held)
                    .await
                {
                    Ended::Stored | Ended::TooLarge => Next::Acknowledge,
                    Ended::Stopped => Next::Leave,
                }
            }
        }
    }

    /// Until somebody asks for it (SH-1). Of an order of somebody who was erased nothing is kept but that it changed.
    async fn keep(
        &self,
        connection: &Connection,
        origin: &Origin,
        delivery: &Delivery,
        order: Option<&ShopOrderId>,
        now: Timestamp,
    ) -> Next {
        let received_at = instant_from("received_at", origin.received_at).unwrap_or(now);
        let keep = async {
            let is_erased = match order {
                Some(order) => self.store.is_erased(connection.id, order).await?,
                None => false,
            };
            let whose = (connection.retailer, connection.id);
            let hint = is_erased.then(|| {
                let platform = self.store.platform();
                as_hint(&self.keyring, platform, whose, &delivery.payload, order)
            });
            let message = hint.flatten().unwrap_or_else(|| delivery.payload.clone());
            self.store
                .keep_delivery(connection.id, &origin.delivery_id, received_at, &message)
                .await
        };
        match keep.await {
            Ok(()) => {
                self.meters.read(Outcome::Kept);
                Next::Acknowledge
            }
            Err(error) => {
                tracing::warn!(connection = %connection.id, %error, "a delivery cannot be kept yet");
                Next::GiveBack
            }
        }
    }

    fn telling(&self) -> Telling<'_> {
        Telling {
            orders: &self.orders,
            meters: &self.meters,
            outage: &self.outage,
            stop: &self.stop,
        }
    }

    async fn follow(&self, hint: HintedOrder, delivery: Delivery, reading: Option<BeingRead>) {
        let HintedOrder {
            connection,
            order,
            origin,
        } = hint;
        self.meters.read(Outcome::Hint);
        let hint = Hint {
            connection,
            order,
            origin,
            delivery,
            reading,
        };
        // Nobody takes hints any more: the process stops, and this one comes again.
        let _ = self.hints.send(hint).await;
    }

    async fn lay_aside(&self, delivery: &Delivery, reason: &Reason) {
        self.meters.read(Outcome::Dead);
        lay_aside(&self.dead, delivery, reason).await;
    }
}

/// It stays at the broker for as long as its age explains that it comes again.
async fn give_back(delivery: &Delivery) {
    if let Err(error) = delivery.nak(GIVEN_BACK_EVERY).await {
        tracing::debug!(%error, "a delivery comes again unasked");
    }
}

/// The order a delivery speaks of, where it tells.
const fn about(reading: &Reading) -> Option<&ShopOrderId> {
    match reading {
        Reading::Order {
            order,
            status_known: _,
        } => Some(&order.key.order),
        Reading::Hint(order) => Some(order),
        Reading::Refused(refusal) => refusal.order.as_ref(),
        Reading::Nothing(_) | Reading::Event(_) => None,
    }
}

/// Lays a delivery aside for people. One that cannot be laid aside now comes again.
pub(crate) async fn lay_aside(dead: &DeadLetters, delivery: &Delivery, reason: &Reason) {
    let sequence = delivery.stream_sequence;
    match dead.bury(delivery, reason).await {
        Ok(()) => {
            tracing::error!(sequence, subject = %delivery.subject, %reason, "delivery laid aside");
        }
        Err(error) => tracing::warn!(sequence, %error, "delivery not laid aside yet"),
    }
}

/// How an order that was read, from a delivery or from the shop's answer, gets to the ledger.
pub(crate) struct Telling<'a> {
    pub(crate) orders: &'a Orders,
    pub(crate) meters: &'a Meters,
    pub(crate) outage: &'a Outage,
    pub(crate) stop: &'a CancellationToken,
}

impl Telling<'_> {
    /// Tells an order or its refusal. `held` are the deliveries it came by.
    pub(crate) async fn tell(
        &self,
        connection: &Connection,
        origin: &Origin,
        reading: Reading,
        held: &[Delivery],
    ) -> Ended {
        let refusal = match reading {
            Reading::Order {
                order,
                status_known,
            } => {
                if !status_known {
                    tracing::warn!(
                        connection = %connection.id,
                        order = %order.key.order,
                        status = order.shop_status,
                        "an order of an unknown status is not imported"
                    );
                }
                let message = self.orders.snapshot(connection, origin, &order);
                match self.until_stored(held, &message).await {
                    Ended::Stored => {
                        self.meters.read(Outcome::Order);
                        return Ended::Stored;
                    }
                    Ended::Stopped => return Ended::Stopped,
                    Ended::TooLarge => Refusal {
                        outline: Some(Box::new(order.outline())),
                        order: Some(order.key.order),
                        reason: shop::Reason::TooLarge,
                        detail: "the order is longer than a message may be".to_owned(),
                    },
                }
            }
            Reading::Refused(refusal) => refusal,
            Reading::Hint(_) | Reading::Nothing(_) | Reading::Event(_) => {
                self.meters.read(Outcome::Nothing);
                return Ended::Stored;
            }
        };
        tracing::warn!(
            connection = %connection.id,
            order = refusal.order.as_ref().map(tracing::field::display),
            reason = %refusal.reason,
            "an order cannot be read"
        );
        let message = Orders::refusal(connection, origin, &refusal);
        let ended = self.until_stored(held, &message).await;
        if ended == Ended::Stored {
            self.meters.read(Outcome::Refused);
        }
        ended
    }

    async fn until_stored(&self, held: &[Delivery], message: &Message) -> Ended {
        let publisher = &self.orders.publisher;
        until_stored(self.stop, self.outage, held, publisher, message).await
    }
}
