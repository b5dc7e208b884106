//! Deletes items (WC-9).

use serde_json::json;
use uuid::Uuid;

use super::{RegistryError, find_all, told};
use crate::store::{Once, ours, row};

impl Once {
    /// From now on an order that sells one of them waits, and others may have their SKUs. What was sold stays sold,
    /// and what is in stock stays there. Gives those that lived until now.
    pub async fn delete_items(&mut self, items: &[Uuid]) -> Result<Vec<Uuid>, RegistryError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        ours::lock(db, retailer).await?;
        let kept = find_all(db, retailer, items).await?;
        let living = || kept.iter().filter(|kept| !kept.is_deleted);
        let deleted: Vec<Uuid> = living().map(|kept| kept.item).collect();
        sqlx::query!(
            "update ledger.item set deleted_at = $2 where item_id = any($1)",
            &deleted,
            row::at(now) as _,
        )
        .execute(db)
        .await?;
        let before = told(living());
        self.note_change(Some(before), json!({"deleted": deleted}));
        Ok(deleted)
    }
}
