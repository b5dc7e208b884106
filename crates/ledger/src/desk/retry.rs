//! Tries one parked order again as it came.

use retail::{ConnectionId, RetailerId, ShopOrderId};

use super::{Act, ActionKind, Desk, DeskError, Done, Subject, again};
use crate::store::Trial;

impl Desk {
    /// What came of trying the parked order again. An outcome of `Parked` says why it is parked still.
    pub async fn retry(
        &self,
        act: &Act,
        retailer: RetailerId,
        connection: ConnectionId,
        order: &ShopOrderId,
    ) -> Result<Done, DeskError> {
        let subject = Subject::Order(order.as_str().to_owned());
        if let Some(before) = self.store.done(connection, &subject, act).await? {
            return again(before, ActionKind::Retry);
        }
        let kept = self
            .reader
            .kept_parked(retailer, connection, order.as_str())
            .await?
            .ok_or(DeskError::NotParked)?;
        let message = kept.message.ok_or(DeskError::NotReadable)?;
        let incoming = self.open(retailer, connection, message)?;
        self.try_order(act, Trial::Retry, &incoming).await
    }
}
