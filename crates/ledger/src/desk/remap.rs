//! Says which item of ours a product of the shop is.

use retail::{ConnectionId, ItemId, RetailerId, Sku};

use super::{Act, ActionKind, Desk, DeskError, Subject, again};
use crate::store::Remapped;

impl Desk {
    /// From now on `subject`, as the shop of `connection` calls it, is our item of `sku`. Gives that item.
    pub async fn remap(
        &self,
        act: &Act,
        retailer: RetailerId,
        connection: ConnectionId,
        subject: &Subject,
        sku: &Sku,
    ) -> Result<ItemId, DeskError> {
        let remapped = self
            .store
            .remap(act, retailer, connection, subject, sku)
            .await?;
        match remapped {
            Remapped::Now(item) => Ok(item),
            Remapped::Before(before) => {
                let done = again(before, ActionKind::Remap)?;
                done.item.map(ItemId::new).ok_or(DeskError::RequestReused)
            }
            Remapped::UnknownConnection => Err(DeskError::UnknownConnection),
            Remapped::UnknownSku => Err(DeskError::UnknownSku(sku.as_str().to_owned())),
        }
    }
}
