//! Tries all parked orders again, some with each call.

use std::time::Duration;

use retail::RetailerId;
use tokio::time::Instant;

use super::{Act, Desk, DeskError};
use crate::store::{KeptParked, ParkedFilter, RetryCounts, Trial};

/// Orders tried by one call at most.
pub const RETRY_ALL_LIMIT: i64 = 50;
/// After this long a call begins no further order, so that it answers within seconds.
const RETRY_ALL_TIME: Duration = Duration::from_secs(5);

impl Desk {
    /// Tries parked orders that were not tried yet under this request, the longest parked first, each in a
    /// transaction of its own. Gives how far all calls of the request have come.
    pub async fn retry_all(
        &self,
        act: &Act,
        retailer: RetailerId,
        filter: &ParkedFilter,
    ) -> Result<RetryCounts, DeskError> {
        let started = Instant::now();
        let parked = self
            .reader
            .parked_to_retry(retailer, filter, act.request, RETRY_ALL_LIMIT)
            .await?;
        for kept in parked {
            if started.elapsed() > RETRY_ALL_TIME {
                break;
            }
            let KeptParked {
                connection,
                order,
                message,
            } = kept;
            let message = message.ok_or(DeskError::NotReadable)?;
            match self.open(retailer, connection, message) {
                Ok(incoming) => {
                    self.try_order(act, Trial::Retry, &incoming).await?;
                }
                // The others go on.
                Err(error) => {
                    let reason = (error.code().to_owned(), error.to_string());
                    self.store
                        .note_vain(act, Trial::Retry, retailer, connection, &order, reason)
                        .await?;
                }
            }
        }
        let counts = self
            .reader
            .retry_counts(retailer, filter, act.request)
            .await?;
        Ok(counts)
    }
}
