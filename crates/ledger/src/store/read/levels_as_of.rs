//! What was on hand at an instant (R-7).

use jiff::Timestamp;
use retail::{Quantity, RetailerId};
use uuid::Uuid;

use super::{LevelKey, Reader};
use crate::store::row::SqlTimestamp;
use crate::store::{StoreError, row};

/// An instant, and what is asked of it; `None` is not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsOf {
    pub at: Timestamp,
    pub outlet: Option<Uuid>,
    pub item: Option<Uuid>,
    pub sku: Option<String>,
}

/// A level as it was, of an item as it is called now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelAsOf {
    pub item: Uuid,
    /// Empty when the item has none.
    pub sku: String,
    pub name: String,
    pub outlet: Uuid,
    pub outlet_name: String,
    pub on_hand: Quantity,
    /// When the last movement was booked that it counts.
    pub moved_at: Timestamp,
}

impl Reader {
    /// Up to `limit` levels after `after`, of what is committed of the movements that were booked by then.
    pub async fn levels_as_of(
        &self,
        retailer: RetailerId,
        asked: &AsOf,
        after: Option<&LevelKey>,
        limit: i64,
    ) -> Result<Vec<LevelAsOf>, StoreError> {
        let AsOf {
            at,
            outlet,
            item,
            sku,
        } = asked;
        let rows = sqlx::query!(
            r#"select l.item_id, i.sku_key as "sku!", i.name, l.outlet_id,
                o.name as outlet_name, m.on_hand_milli as "on_hand_milli!",
                m.moved_at as "moved_at!: SqlTimestamp"
            from ledger.item i
            join ledger.stock_level l on l.item_id = i.item_id
            join ledger.outlet o on o.outlet_id = l.outlet_id
            cross join lateral (
                select sum(m.quantity_milli)::bigint as on_hand_milli, max(m.recorded_at) as moved_at
                from ledger.stock_movement m
                where m.item_id = l.item_id and m.outlet_id = l.outlet_id and m.recorded_at <= $2
            ) m
            where i.retailer_id = $1 and m.moved_at is not null
                and ($3::text is null or (i.sku_key, i.item_id) >= ($3, $4::uuid))
                and ($3::text is null or (i.sku_key, l.item_id, l.outlet_id) > ($3, $4, $5::uuid))
                and ($6::uuid is null or l.outlet_id = $6)
                and ($7::uuid is null or l.item_id = $7)
                and ($8::text is null or i.sku_key = $8)
            order by i.sku_key, l.item_id, l.outlet_id
            limit $9"#,
            retailer.uuid(),
            row::at(*at) as _,
            after.map(|key| key.sku.as_str()),
            after.map(|key| key.item),
            after.map(|key| key.outlet),
            *outlet,
            *item,
            sku.as_deref(),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| LevelAsOf {
                item: row.item_id,
                sku: row.sku,
                name: row.name,
                outlet: row.outlet_id,
                outlet_name: row.outlet_name,
                on_hand: Quantity::from_milli(row.on_hand_milli),
                moved_at: row.moved_at.to_jiff(),
            })
            .collect())
    }
}

impl LevelAsOf {
    #[must_use]
    pub fn key(&self) -> LevelKey {
        LevelKey {
            sku: self.sku.clone(),
            item: self.item,
            outlet: self.outlet,
        }
    }
}
