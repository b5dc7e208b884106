//! Puts deliveries that were kept into the inbox again, once somebody asked for them or updates are automatic
//! again (SH-1). From there they take the same road as all others.

use std::sync::Arc;
use std::time::Duration;

use bus::{Message, PublishError, Publisher, subject};
use futures::future::try_join_all;
use prost::Message as _;
use proto::connect::RawDelivery;
use retail::PlatformCode;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::connections::Connections;
use crate::outage::Outage;
use crate::store::{KeptDelivery, Store, StoreError};

/// How often it is looked, beside whenever a connection changes.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Deliveries put back at once.
const AT_ONCE: u16 = 200;

/// What kept deliveries are put back with.
pub(crate) struct Releaser {
    pub(crate) platform: PlatformCode,
    pub(crate) store: Store,
    pub(crate) connections: Arc<Connections>,
    pub(crate) publisher: Publisher,
    pub(crate) outage: Outage,
}

/// Why a delivery is not in the inbox again. It is kept on.
#[derive(Debug, thiserror::Error)]
enum ReleaseError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Broker(#[from] PublishError),
}

impl Releaser {
    /// Runs until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut changes = self.connections.changes();
        while !stop.is_cancelled() {
            changes.mark_unchanged();
            match self.release().await {
                // There may be more.
                Ok(released) if released == usize::from(AT_ONCE) => continue,
                Ok(_) => self.outage.succeeded(),
                Err(error) => self.outage.failed(&error),
            }
            let rest = timeout(LOOK_EVERY, changes.changed());
            let _ = stop.run_until_cancelled(rest).await;
        }
        Ok(())
    }

    /// How many.
    async fn release(&self) -> Result<usize, ReleaseError> {
        let kept = self.store.to_release(AT_ONCE).await?;
        try_join_all(kept.iter().map(|kept| self.put_back(kept))).await?;
        Ok(kept.len())
    }

    async fn put_back(&self, kept: &KeptDelivery) -> Result<(), ReleaseError> {
        let KeptDelivery {
            connection,
            retailer,
            id,
            message,
        } = kept;
        let delivery = RawDelivery::decode(message.clone())
            .map_err(|error| StoreError::corrupt("kept_delivery", id, error))?;
        let delivery = RawDelivery {
            released: true,
            ..delivery
        };
        let subject = subject::inbox(&self.platform, *retailer, *connection);
        // The broker knows the delivery's own id, perhaps, and would drop it.
        let message =
            Message::new(subject, delivery.encode_to_vec()).with_text_id(&format!("{id}.released"));
        self.publisher.publish(message).await?;
        self.store.released(*connection, id).await?;
        Ok(())
    }
}
