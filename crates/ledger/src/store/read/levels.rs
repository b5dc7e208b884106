//! Stock levels by SKU.

use jiff::Timestamp;
use retail::{Quantity, RetailerId};
use uuid::Uuid;

use super::Reader;
use crate::store::row::SqlTimestamp;
use crate::store::{StoreError, kit};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelView {
    pub item: Uuid,
    /// Empty when the item has none.
    pub sku: String,
    pub name: String,
    pub outlet: Uuid,
    pub outlet_name: String,
    pub on_hand: Quantity,
    /// What shops are not to sell.
    pub safety: Quantity,
    /// Of a kit: how many can be made of what may be sold of its parts.
    pub kits: Option<Quantity>,
    /// 0 when nothing ever moved. Of a kit, its parts' are counted in.
    pub version: i64,
    /// `None` when nothing ever moved.
    pub changed_at: Option<Timestamp>,
}

/// A level's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelKey {
    pub sku: String,
    pub item: Uuid,
    pub outlet: Uuid,
}

impl Reader {
    /// Up to `limit` levels after `after`.
    pub async fn list_levels(
        &self,
        retailer: RetailerId,
        outlet: Option<Uuid>,
        sku: Option<&str>,
        after: Option<&LevelKey>,
        limit: i64,
    ) -> Result<Vec<LevelView>, StoreError> {
        let mut db = self.snapshot().await?;
        let rows = sqlx::query!(
            r#"select l.item_id, i.sku_key as "sku!", i.name, l.outlet_id,
                o.name as outlet_name, l.on_hand_milli, l.safety_milli, l.version,
                l.changed_at as "changed_at: SqlTimestamp"
            from ledger.item i
            join ledger.stock_level l on l.item_id = i.item_id
            join ledger.outlet o on o.outlet_id = l.outlet_id
            where i.retailer_id = $1
                and ($2::text is null or (i.sku_key, i.item_id) >= ($2, $3::uuid))
                and ($2::text is null or (i.sku_key, l.item_id, l.outlet_id) > ($2, $3, $4::uuid))
                and ($5::uuid is null or l.outlet_id = $5)
                and ($6::text is null or i.sku_key = $6)
            order by i.sku_key, l.item_id, l.outlet_id
            limit $7"#,
            retailer.uuid(),
            after.map(|key| key.sku.as_str()),
            after.map(|key| key.item),
            after.map(|key| key.outlet),
            outlet,
            sku,
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        let mut levels: Vec<LevelView> = rows
            .into_iter()
            .map(|row| LevelView {
                item: row.item_id,
                sku: row.sku,
                name: row.name,
                outlet: row.outlet_id,
                outlet_name: row.outlet_name,
                on_hand: Quantity::from_milli(row.on_hand_milli),
                safety: Quantity::from_milli(row.safety_milli),
                version: row.version,
                changed_at: Some(row.changed_at.to_jiff()),
                kits: None,
            })
            .collect();
        kit::fill(&mut db, &mut levels).await?;
        Ok(levels)
    }
}

impl LevelView {
    /// What shops may sell.
    #[must_use]
    pub fn available(&self) -> Quantity {
        let there = self.kits.unwrap_or(self.on_hand);
        Quantity::from_milli(there.milli().saturating_sub(self.safety.milli()))
    }

    #[must_use]
    pub fn key(&self) -> LevelKey {
        LevelKey {
            sku: self.sku.clone(),
            item: self.item,
            outlet: self.outlet,
        }
    }
}
