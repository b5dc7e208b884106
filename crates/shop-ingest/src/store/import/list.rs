//! A plan, for people, page by page.

use retail::{ImportId, Quantity};
use uuid::Uuid;

use super::{PlannedLevel, PlannedOrder, Verdict};
use crate::store::{SqlTimestamp, Store, StoreError};

/// A level's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelPlace {
    pub sku: String,
    pub key: String,
    pub outlet: Uuid,
}

impl Store {
    /// Up to `limit` orders after `after`, by id.
    pub async fn planned_orders(
        &self,
        import: ImportId,
        verdict: Option<Verdict>,
        after: &str,
        limit: i64,
    ) -> Result<Vec<PlannedOrder>, StoreError> {
        let rows = sqlx::query!(
            r#"select shop_order_id, placed_at as "placed_at: SqlTimestamp", verdict, reason, detail,
                told_at as "told_at: SqlTimestamp"
            from import_order
            where import_id = $1 and shop_order_id > $2 and ($3::text is null or verdict = $3)
            order by shop_order_id
            limit $4"#,
            import.uuid(),
            after,
            verdict.map(Verdict::as_str),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(PlannedOrder {
                    order: row.shop_order_id,
                    placed_at: row.placed_at.to_jiff(),
                    verdict: Verdict::read(&row.verdict)?,
                    reason: row.reason,
                    detail: row.detail,
                    told_at: row.told_at.map(SqlTimestamp::to_jiff),
                })
            })
            .collect()
    }

    /// Up to `limit` levels after `after`, by SKU.
    pub async fn planned_levels(
        &self,
        import: ImportId,
        negative_only: bool,
        after: Option<&LevelPlace>,
        limit: i64,
    ) -> Result<Vec<PlannedLevel>, StoreError> {
        let rows = sqlx::query!(
            "select item_key, outlet_id, item_id, sku, name, on_hand_milli, change_milli
            from import_level
            where import_id = $1
                and ($2::text is null or (sku, item_key, outlet_id) > ($2, $3::text, $4::uuid))
                and (not $5 or on_hand_milli + change_milli < 0)
            order by sku, item_key, outlet_id
            limit $6",
            import.uuid(),
            after.map(|place| place.sku.as_str()),
            after.map(|place| place.key.as_str()),
            after.map(|place| place.outlet),
            negative_only,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| PlannedLevel {
                key: row.item_key,
                outlet: row.outlet_id,
                item: row.item_id,
                sku: row.sku,
                name: row.name,
                on_hand: Quantity::from_milli(row.on_hand_milli),
                change: Quantity::from_milli(row.change_milli),
            })
            .collect())
    }
}
