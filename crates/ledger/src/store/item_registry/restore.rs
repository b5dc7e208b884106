//! Takes deletions back (WC-9).

use std::collections::HashMap;

use serde_json::json;
use uuid::Uuid;

use super::selling::waiting_for;
use super::{RegistryError, check_free, find_all, told};
use crate::store::{Once, ours};

/// What lives again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    pub items: Vec<Uuid>,
    /// Orders that wait for what was deleted, and may be tried again.
    pub orders: usize,
}

impl Once {
    /// From now on orders find these items again.
    pub async fn restore_items(&mut self, items: &[Uuid]) -> Result<Restored, RegistryError> {
        let retailer = self.retailer();
        let db = self.db();
        ours::lock(db, retailer).await?;
        let kept = find_all(db, retailer, items).await?;
        let dead = || kept.iter().filter(|kept| kept.is_deleted);
        let mut by_sku = HashMap::new();
        for kept in dead() {
            let Some(sku) = &kept.sku else { continue };
            if let Some(item) = by_sku.insert(sku.as_str(), kept.item) {
                let sku = sku.clone();
                return Err(RegistryError::SkuTaken { sku, item });
            }
        }
        let skus: Vec<&str> = by_sku.into_keys().collect();
        let restored: Vec<Uuid> = dead().map(|kept| kept.item).collect();
        check_free(db, retailer, &skus, &restored).await?;
        sqlx::query!(
            "update ledger.item set deleted_at = null where item_id = any($1)",
            &restored,
        )
        .execute(&mut *db)
        .await?;
        let orders = waiting_for(db, retailer, &restored, None).await?.len();
        let before = told(dead());
        self.note_change(Some(before), json!({"restored": restored}));
        Ok(Restored {
            items: restored,
            orders,
        })
    }
}
