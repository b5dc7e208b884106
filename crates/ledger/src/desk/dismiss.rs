//! Says that a parked order is not to be booked.

use retail::{ConnectionId, RetailerId};

use super::{Act, ActionKind, Desk, DeskError, Subject, again};
use crate::store::Dismissed;

impl Desk {
    /// Dismisses the parked order or delivery `subject`.
    pub async fn dismiss(
        &self,
        act: &Act,
        retailer: RetailerId,
        connection: ConnectionId,
        subject: &Subject,
    ) -> Result<(), DeskError> {
        match self
            .store
            .dismiss(act, retailer, connection, subject)
            .await?
        {
            Dismissed::Now => Ok(()),
            Dismissed::Before(before) => again(before, ActionKind::Dismiss).map(|_| ()),
            Dismissed::NotParked => Err(DeskError::NotParked),
        }
    }
}
