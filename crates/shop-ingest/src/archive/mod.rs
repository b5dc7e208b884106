//! Keeping what shops sent, as it came, long after the broker has forgotten it: for people who ask why, and to be
//! played again.
//!
//! The archiver reads the inbox by itself, beside the worker: no order waits for it. What it has not yet kept is on
//! the broker, which keeps it for thirty days; it acknowledges only what PostgreSQL has.

mod body;
mod grpc;

use std::sync::Arc;
use std::time::Duration;

use bus::{Address, Consumer, Delivery, ack_all};
use jiff::{SignedDuration, Timestamp};
use prost::Message as _;
use proto::convert::instant_from;
use retail::ShopOrderId;
use service::clock::Clock;
use service::seal::Keyring;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::inbox::Came;
use crate::outage::Outage;
use crate::store::{DeliveryOrigin, RawDelivery, Store};

pub(crate) use body::Bodies;
pub(crate) use grpc::Archive;

/// How long deliveries are kept where no setting says otherwise, in days.
pub(crate) const DAYS: u32 = 400;
/// What a setting may say, in days.
pub(crate) const LEAST_DAYS: u32 = 1;
pub(crate) const MOST_DAYS: u32 = 3_650;

/// Deliveries kept by one statement.
const BATCH_MESSAGES: usize = 500;
/// How long the first of a batch is waited for.
const BATCH_WAIT: Duration = Duration::from_secs(5);
/// After a batch that was not full: what comes meanwhile makes one statement, and the machine is the orders'.
const REST: Duration = Duration::from_secs(1);
/// Between two attempts while the database is away.
const PAUSE: Duration = Duration::from_secs(5);
/// Between two looks for what is too old, once there was little of it.
const SWEEP_EVERY: Duration = Duration::from_mins(10);
/// Deliveries taken away by one statement.
const SWEEP_ROWS: u32 = 1_000;

/// What deliveries are archived with.
pub(crate) struct Archiver {
    pub(crate) store: Store,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) bodies: Bodies,
    pub(crate) clock: Arc<dyn Clock>,
    /// How long they are kept.
    pub(crate) retention: SignedDuration,
    pub(crate) stop: CancellationToken,
}

impl Archiver {
    /// Runs until told to stop.
    pub(crate) async fn run(self, mut consumer: Consumer) -> anyhow::Result<()> {
        let outage = Outage::new("archiving deliveries");
        let mut sweep_at = Instant::now();
        loop {
            let batch = consumer.next_batch(BATCH_MESSAGES, BATCH_WAIT);
            let Some(batch) = self.stop.run_until_cancelled(batch).await else {
                return Ok(());
            };
            if !batch.is_empty() && !self.keep(&batch, &outage).await {
                return Ok(());
            }
            if sweep_at <= Instant::now() {
                sweep_at = Instant::now() + self.sweep().await;
            }
            let has_rest = !batch.is_empty() && batch.len() < BATCH_MESSAGES;
            if has_rest && self.stop.run_until_cancelled(sleep(REST)).await.is_none() {
                return Ok(());
            }
        }
    }

    /// Tries until the database has them; `false` when told to stop before. Deliveries that come again meanwhile
    /// are kept once.
    async fn keep(&self, batch: &[Delivery], outage: &Outage) -> bool {
        let rows: Vec<_> = batch
            .iter()
            .filter_map(|message| self.row(message))
            .collect();
        loop {
            match self.store.archive(&rows).await {
                Ok(()) => break outage.succeeded(),
                Err(error) => outage.failed(&error),
            }
            if self.stop.run_until_cancelled(sleep(PAUSE)).await.is_none() {
                return false;
            }
        }
        if let Err(error) = ack_all(batch).await {
            tracing::debug!(%error, "archived deliveries are not acknowledged, and come again");
        }
        true
    }

    /// `None` for what is no delivery: the worker lays it aside, with all its bytes.
    fn row(&self, message: &Delivery) -> Option<(RawDelivery, Vec<u8>)> {
        let proto::connect::RawDelivery {
            delivery_id,
            retailer_id: _,
            connection_id: _,
            received_at,
            topic,
            order_id,
            sealed_body,
            origin,
            asked_at: _,
            // Kept before under the same id.
            released: _,
        } = proto::connect::RawDelivery::decode(message.payload.clone()).ok()?;
        let Ok(Address::Inbox {
            platform: _,
            retailer,
            connection,
        }) = message.subject.address()
        else {
            return None;
        };
        let aad = message.subject.as_str().as_bytes();
        let body = self.keyring.open(aad, &sealed_body).ok()?;
        let archived = self.bodies.archived(connection, &delivery_id, &body).ok()?;
        let row = RawDelivery {
            connection,
            retailer,
            id: delivery_id,
            received_at: instant_from("received_at", received_at).ok()?,
            topic,
            order: ShopOrderId::new(&order_id).ok(),
            origin: match Came::from_wire(origin, None)? {
                Came::Sent => DeliveryOrigin::Sent,
                Came::Listed { asked_at: _ } => DeliveryOrigin::Listed,
                Came::Hinted { asked_at: _ } => DeliveryOrigin::Hinted,
            },
            body_bytes: body.len(),
        };
        Some((row, archived))
    }

    /// Takes away what is too old; gives when to look again.
    async fn sweep(&self) -> Duration {
        let before = self
            .clock
            .now()
            .checked_sub(self.retention)
            .unwrap_or(Timestamp::MIN);
        match self.store.forget_deliveries(before, SWEEP_ROWS).await {
            Ok(forgotten) if forgotten >= u64::from(SWEEP_ROWS) => Duration::ZERO,
            Ok(_) => SWEEP_EVERY,
            Err(error) => {
                tracing::debug!(%error, "old deliveries are not taken away yet");
                SWEEP_EVERY
            }
        }
    }
}
