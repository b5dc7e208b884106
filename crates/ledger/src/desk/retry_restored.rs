//! Tries the orders again that waited for items that were deleted.

use retail::RetailerId;
use uuid::Uuid;

use super::{Act, Desk, DeskError};

impl Desk {
    /// Each in a transaction of its own, and once under this request: cut off, it goes on when it is asked for again.
    /// What cannot be booked for another reason waits on.
    pub async fn retry_restored(
        &self,
        act: &Act,
        retailer: RetailerId,
        items: &[Uuid],
    ) -> Result<(), DeskError> {
        let waiting = self
            .reader
            .orders_waiting_for(retailer, items, act.request)
            .await?;
        for (connection, order) in waiting {
            match self.retry(act, retailer, connection, &order).await {
                // Somebody else has tried it meanwhile.
                Ok(_) | Err(DeskError::NotParked) => {}
                Err(error @ (DeskError::NotOpened(_) | DeskError::NotReadable)) => {
                    tracing::warn!(%connection, %order, %error, "an order waits on");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
