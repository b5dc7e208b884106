//! Takes messages one by one, in their order, each with its effect committed before it is acknowledged.

use std::time::Duration;

use bus::{Consumer, DeadLetters, Delivery};
use tokio_util::sync::CancellationToken;

use super::Take;
use crate::store::StoreError;

/// Messages taken at once.
const BATCH_LIMIT: usize = 200;
/// For a first one; only then is a stop looked for.
const BATCH_WAIT: Duration = Duration::from_secs(1);
/// After this the database is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

pub(super) struct Reader<T> {
    pub(super) consumer: Consumer,
    pub(super) dead: DeadLetters,
    pub(super) take: T,
}

/// What became of a message that could be read.
pub(super) enum Taken {
    Done,
    /// The database cannot take it, now or later: somebody has to look.
    Refused(String),
    /// Not now.
    Later(StoreError),
}

impl From<StoreError> for Taken {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Data { .. } => Self::Refused(error.to_string()),
            StoreError::Race | StoreError::Unavailable(_) => Self::Later(error),
        }
    }
}

impl<T: Take> Reader<T> {
    /// Reads until `stop`.
    pub(super) async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        while !stop.is_cancelled() {
            for delivery in self.consumer.next_batch(BATCH_LIMIT, BATCH_WAIT).await {
                self.take(&delivery).await;
            }
        }
        Ok(())
    }

    /// What is not acknowledged comes again.
    async fn take(&self, delivery: &Delivery) {
        let what = T::WHAT;
        let answered = match self.take.take(&delivery.subject, &delivery.payload).await {
            Ok(Taken::Done) => delivery.ack().await,
            Ok(Taken::Later(error)) => {
                tracing::warn!(what, %error, "it is not taken yet");
                delivery.nak(RETRY_AFTER).await
            }
            Ok(Taken::Refused(detail)) => {
                let reason = bus::Reason {
                    code: "refused",
                    detail,
                };
                return self.bury(delivery, &reason).await;
            }
            Err(reason) => return self.bury(delivery, &reason).await,
        };
        if let Err(error) = answered {
            tracing::debug!(what, %error, "it comes again");
        }
    }

    async fn bury(&self, delivery: &Delivery, reason: &bus::Reason) {
        let what = T::WHAT;
        tracing::error!(what, code = reason.code, detail = %reason.detail, "it is put aside");
        if let Err(error) = self.dead.bury(delivery, reason).await {
            tracing::warn!(what, %error, "it cannot be put aside yet");
        }
    }
}
