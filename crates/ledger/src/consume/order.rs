//! The reader and the writers of `order.>`.

use std::sync::Arc;
use std::time::Duration;

use bus::{Address, Consumer, DeadLetters, Delivery, Reason, ack_all};
use service::seal::Keyring;
use tokio::sync::{Mutex, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::Span;

use super::{Booked, book, decode};
use crate::decide::{Incoming, Outcome};
use crate::metrics::Metrics;
use crate::store::{Early, Store, StoreError};
use crate::wake::Wake;

/// Messages of one transaction.
const BATCH_LIMIT: usize = 500;
/// For a first message; only then is a stop looked for.
const BATCH_WAIT: Duration = Duration::from_secs(1);
/// Fewer at once are no load: each goes on at once, and one shop's orders never wait for another's.
const LOAD: usize = 8;
/// After a batch that is load and was not full the reader rests as long as the last transaction took, within
/// these limits. What comes meanwhile makes one transaction instead of many small ones, and the busier the
/// machine the more of it is left to the shops that wait for an answer. An idle reader has rested already.
const LEAST_REST: Duration = Duration::from_millis(20);
const MOST_REST: Duration = Duration::from_millis(100);
/// Batches decoded ahead of the writers.
const BATCHES_AHEAD: usize = 1;
/// Delivered more often than this, a message may be what ended the process: it goes alone.
const SUSPECT_AFTER_DELIVERIES: u64 = 3;
/// Delivered more often than this with a database that answers, it is laid aside unread.
const GIVE_UP_AFTER_DELIVERIES: u64 = 10;
/// Between two attempts while the database cannot be used, doubled from first to last. The last is well
/// below the time in which the broker wants a sign of life.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// A batch on its way to a writer: messages and what they said, place by place.
struct Batch {
    deliveries: Vec<Delivery>,
    incoming: Vec<Incoming>,
}

/// Takes deliveries and decodes them.
pub struct OrderReader {
    consumer: Consumer,
    dead: DeadLetters,
    keyring: Arc<Keyring>,
    metrics: Metrics,
    batches: mpsc::Sender<Batch>,
    /// How long the last transaction took.
    took: watch::Receiver<Duration>,
}

/// Applies batches and acknowledges them.
pub struct OrderWriter {
    store: Store,
    dead: DeadLetters,
    metrics: Metrics,
    wake: Wake,
    batches: Arc<Mutex<mpsc::Receiver<Batch>>>,
    took: watch::Sender<Duration>,
}

/// A reader and `writers` writers that share its batches.
#[must_use]
pub fn pipeline(
    writers: usize,
    consumer: Consumer,
    dead: &DeadLetters,
    keyring: Arc<Keyring>,
    store: &Store,
    metrics: &Metrics,
    wake: &Wake,
) -> (OrderReader, Vec<OrderWriter>) {
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    let receiver = Arc::new(Mutex::new(receiver));
    let (took, last_took) = watch::channel(LEAST_REST);
    let reader = OrderReader {
        consumer,
        dead: dead.clone(),
        keyring,
        metrics: metrics.clone(),
        batches: sender,
        took: last_took,
    };
    let writer = || OrderWriter {
        store: store.clone(),
        dead: dead.clone(),
        metrics: metrics.clone(),
        wake: wake.clone(),
        batches: Arc::clone(&receiver),
        took: took.clone(),
    };
    (
        reader,
        std::iter::repeat_with(writer).take(writers).collect(),
    )
}

impl OrderReader {
    /// Reads until `stop`. What was read and not handed on by then comes again.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        stop.clone().run_until_cancelled(self.read()).await;
        Ok(())
    }

    async fn read(&mut self) {
        loop {
            let deliveries = self.consumer.next_batch(BATCH_LIMIT, BATCH_WAIT).await;
            let is_worth_a_rest = (LOAD..BATCH_LIMIT).contains(&deliveries.len());
            let (mut calm, mut suspects) = (Vec::with_capacity(deliveries.len()), Vec::new());
            for delivery in deliveries {
                match delivery.delivered {
                    0..=SUSPECT_AFTER_DELIVERIES => calm.push(delivery),
                    _ => suspects.push(vec![delivery]),
                }
            }
            for group in std::iter::once(calm).chain(suspects) {
                let batch = self.decode(group).await;
                if !batch.deliveries.is_empty() && self.batches.send(batch).await.is_err() {
                    // The writers have ended, and the process with them.
                    return;
                }
            }
            if is_worth_a_rest {
                let took = *self.took.borrow();
                tokio::time::sleep(took.clamp(LEAST_REST, MOST_REST)).await;
            }
        }
    }

    async fn decode(&self, deliveries: Vec<Delivery>) -> Batch {
        let mut batch = Batch {
            incoming: Vec::with_capacity(deliveries.len()),
            deliveries: Vec::with_capacity(deliveries.len()),
        };
        for delivery in deliveries {
            match self.incoming(&delivery) {
                Ok(incoming) => {
                    batch.incoming.push(incoming);
                    batch.deliveries.push(delivery);
                }
                Err(reason) => bury(&self.dead, &self.metrics, &delivery, &reason).await,
            }
        }
        batch
    }

    fn incoming(&self, delivery: &Delivery) -> Result<Incoming, Reason> {
        if delivery.delivered > GIVE_UP_AFTER_DELIVERIES {
            return Err(Reason {
                code: "never_finished",
                detail: format!("delivered {} times and never finished", delivery.delivered),
            });
        }
        let Ok(Address::Order {
            retailer,
            connection,
        }) = delivery.subject.address()
        else {
            return Err(Reason {
                code: "not_its_subject",
                detail: format!("{} is no order's subject", delivery.subject),
            });
        };
        decode(&self.keyring, retailer, connection, &delivery.payload).map_err(|error| Reason {
            code: error.code(),
            detail: error.to_string(),
        })
    }
}

impl OrderWriter {
    /// Writes until the reader has ended and all it handed on is written.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        loop {
            let batch = self.batches.lock().await.recv().await;
            let Some(batch) = batch else { return Ok(()) };
            self.write(batch, &stop).await;
        }
    }

    async fn write(&self, batch: Batch, stop: &CancellationToken) {
        let Batch {
            deliveries,
            incoming,
        } = batch;
        let spans = spans(&deliveries);
        let Some(booked) = self.hold_until_booked(&deliveries, &incoming, stop).await else {
            return;
        };
        drop(spans);
        self.wake.all(incoming.len() >= BATCH_LIMIT);

        let mut done = Vec::with_capacity(deliveries.len());
        for ((delivery, booked), incoming) in deliveries.into_iter().zip(booked).zip(&incoming) {
            let reason = match booked {
                Booked::Done(outcome @ Outcome::UnknownConnection) => {
                    match self.keep_early(&delivery, incoming).await {
                        Ok(Early::Kept) => {
                            self.metrics.order(outcome);
                            done.push(delivery);
                            continue;
                        }
                        // It comes again, and is booked.
                        Ok(Early::KnownNow) | Err(_) => continue,
                        Ok(Early::AnotherRetailers) => Reason {
                            code: "unknown_connection",
                            detail: "no such connection of this retailer".to_owned(),
                        },
                    }
                }
                Booked::Done(Outcome::UnknownImport) => Reason {
                    code: "unknown_import",
                    detail: "no such import of this connection".to_owned(),
                },
                Booked::Unstorable(reason) => Reason {
                    code: reason.code,
                    detail: reason.detail,
                },
                Booked::Done(outcome) => {
                    self.metrics.order(outcome);
                    done.push(delivery);
                    continue;
                }
            };
            bury(&self.dead, &self.metrics, &delivery, &reason).await;
        }
        if let Err(error) = ack_all(&done).await {
            // They come again and change nothing.
            tracing::warn!(%error, "orders are recorded but not acknowledged");
        }
    }

    /// Lets an order wait until its connection is known. What cannot be kept now comes again.
    async fn keep_early(
        &self,
        delivery: &Delivery,
        incoming: &Incoming,
    ) -> Result<Early, StoreError> {
        let (retailer, connection) = (incoming.retailer, incoming.connection);
        let early = self
            .store
            .keep_early(retailer, connection, &delivery.payload)
            .await;
        match &early {
            Ok(Early::Kept) => {
                tracing::warn!(%connection, "an order waits until its connection is known");
            }
            Ok(Early::KnownNow | Early::AnotherRetailers) => {}
            Err(error) => tracing::warn!(%connection, %error, "an early order is not kept yet"),
        }
        early
    }

    /// Books the batch, however long the database cannot be used. `None` when the process stops first.
    async fn hold_until_booked(
        &self,
        deliveries: &[Delivery],
        incoming: &[Incoming],
        stop: &CancellationToken,
    ) -> Option<Vec<Booked>> {
        let mut pause = FIRST_PAUSE;
        loop {
            let started = tokio::time::Instant::now();
            match book(&self.store, incoming).await {
                Ok(booked) => {
                    let took = started.elapsed();
                    self.took.send_replace(took);
                    self.metrics.batch(incoming.len(), took);
                    if pause > FIRST_PAUSE {
                        tracing::info!("the database can be used again");
                    }
                    return Some(booked);
                }
                // At first, and then now and again.
                Err(error) if pause == FIRST_PAUSE || pause == LAST_PAUSE => {
                    let orders = incoming.len();
                    tracing::warn!(%error, orders, "orders are held until the database can be used");
                }
                Err(error) => tracing::debug!(%error, "orders are still held"),
            }
            stop.run_until_cancelled(tokio::time::sleep(pause)).await?;
            pause = (pause * 2).min(LAST_PAUSE);
            for delivery in deliveries {
                // Without it they come again, which costs only the work.
                let _ = delivery.progress().await;
            }
        }
    }
}

/// Lays a message aside; if that fails it comes again.
async fn bury(dead: &DeadLetters, metrics: &Metrics, delivery: &Delivery, reason: &Reason) {
    let sequence = delivery.stream_sequence;
    match dead.bury(delivery, reason).await {
        Ok(()) => {
            metrics.dead_letter(reason.code);
            tracing::warn!(%reason, sequence, "an order message is laid aside");
        }
        Err(error) => {
            tracing::warn!(%error, %reason, sequence, "an order message could not be laid aside");
        }
    }
}

/// One span for each message whose sender traces, over the whole of its batch's transaction.
fn spans(deliveries: &[Delivery]) -> Vec<Span> {
    deliveries
        .iter()
        .filter(|delivery| delivery.header("traceparent").is_some())
        .map(|delivery| {
            let span = tracing::info_span!("ledger.record_order", otel.kind = "consumer");
            service::telemetry::set_parent(&span, |name| delivery.header(name));
            span
        })
        .collect()
}
