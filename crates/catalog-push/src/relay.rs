//! From the outbox to `catalog.>`.
//!
//! An event tells that a product changed, with its revision: said twice or in another order it does no harm, and of
//! several changes in a row only the last need be said.

use std::time::Duration;

use bus::{Message, PublishError, Publisher, subject};
use prost::Message as _;
use proto::catalog as wire;
use proto::convert::instant_into;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::store::{Entry, Outbox, StoreError};

/// Events of one turn.
const PAGE_LIMIT: i64 = 500;
/// The outbox is looked at this often; changes of one product in between become one event.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// After a failure, doubled from first to last.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LAST_PAUSE: Duration = Duration::from_secs(10);

/// Says what changed.
pub struct Relay {
    pub outbox: Outbox,
    pub publisher: Publisher,
}

/// Why a turn failed. The entries stay and are said later.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl Relay {
    /// Relays until `stop`. What is not said by then is said by the next process.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        stop.run_until_cancelled(self.relay()).await;
        Ok(())
    }

    async fn relay(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.turn().await {
                Ok(has_more) => {
                    pause = FIRST_PAUSE;
                    if !has_more {
                        tokio::time::sleep(LOOK_EVERY).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "events wait in the outbox");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LAST_PAUSE);
                }
            }
        }
    }

    /// One page, all of it at once: it shares a commit on the broker. Whether there is more.
    async fn turn(&self) -> Result<bool, RelayError> {
        let entries = self.outbox.changed(PAGE_LIMIT).await?;
        if entries.is_empty() {
            return Ok(false);
        }
        let mut sending = JoinSet::new();
        for entry in &entries {
            let (publisher, entry) = (self.publisher.clone(), entry.clone());
            sending.spawn(async move {
                let stored = publisher.publish(event(&entry)).await;
                (entry, stored)
            });
        }
        let (mut said, mut failure) = (Vec::with_capacity(entries.len()), None);
        for (entry, stored) in sending.join_all().await {
            match stored {
                Ok(_) => said.push(entry),
                Err(error) => failure = Some(error),
            }
        }
        self.outbox.done(&said).await?;
        match failure {
            None => Ok(i64::try_from(entries.len()).is_ok_and(|count| count >= PAGE_LIMIT)),
            Some(error) => Err(error.into()),
        }
    }
}

fn event(entry: &Entry) -> Message {
    let Entry {
        product,
        retailer,
        revision,
        is_deleted,
        changed_at,
        mark: _,
    } = entry;
    let event = wire::ProductChanged {
        product_id: product.to_string(),
        retailer_id: retailer.to_string(),
        revision: *revision,
        is_deleted: *is_deleted,
        changed_at: Some(instant_into(*changed_at)),
    };
    let id = format!("product:{}:{revision}", product.uuid().as_simple());
    Message::new(subject::product_changed(*retailer), event.encode_to_vec()).with_text_id(&id)
}
