//! Orders that came before their connection: booked once it is known.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use service::seal::Keyring;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{Booked, book, decode};
use crate::decide::Outcome;
use crate::metrics::Metrics;
use crate::store::{EarlyOrder, Store, StoreError};
use crate::wake::Wake;

/// Orders of one transaction.
const BATCH_LIMIT: i64 = 200;
/// How often it is looked, beside whenever a connection comes to be known.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Books orders that waited for their connection.
pub struct EarlyOrders {
    pub store: Store,
    pub keyring: Arc<Keyring>,
    pub metrics: Metrics,
    pub wake: Wake,
    pub known: Arc<Notify>,
}

impl EarlyOrders {
    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        while !stop.is_cancelled() {
            match self.book_some().await {
                // There may be more.
                Ok(booked) if booked > 0 => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "early orders are not booked yet"),
            }
            let rest = timeout(LOOK_EVERY, self.known.notified());
            let _ = stop.run_until_cancelled(rest).await;
        }
        Ok(())
    }

    /// How many wait no more. Booked twice after a crash, they change nothing.
    async fn book_some(&self) -> Result<usize, StoreError> {
        let mut ids = Vec::new();
        let mut incoming = Vec::new();
        let mut done = Vec::new();
        for early in self.store.early_orders(BATCH_LIMIT).await? {
            let EarlyOrder {
                id,
                retailer,
                connection,
                message,
            } = early;
            match decode(&self.keyring, retailer, connection, &Bytes::from(message)) {
                Ok(order) => {
                    ids.push(id);
                    incoming.push(order);
                }
                Err(error) => {
                    tracing::error!(%connection, %error, "an early order cannot be read any more");
                    self.store.fail_early(id, &error.to_string()).await?;
                }
            }
        }
        if incoming.is_empty() {
            return Ok(0);
        }
        let booked = book(&self.store, &incoming).await?;
        for (id, booked) in ids.into_iter().zip(booked) {
            match booked {
                // Its connection is gone again, which does not happen: it waits on.
                Booked::Done(Outcome::UnknownConnection) => {}
                Booked::Done(Outcome::UnknownImport) => {
                    tracing::error!("an early order is of no import");
                    self.store.fail_early(id, "no such import").await?;
                }
                Booked::Unstorable(reason) => {
                    tracing::error!(reason = reason.code, "an early order cannot be booked");
                    self.store.fail_early(id, &reason.detail).await?;
                }
                Booked::Done(outcome) => {
                    self.metrics.order(outcome);
                    done.push(id);
                }
            }
        }
        self.store.forget_early(&done).await?;
        self.wake.all(false);
        tracing::info!(
            orders = done.len(),
            "orders that waited for their connection are booked"
        );
        Ok(done.len())
    }
}
