//! What shops are not to sell.

use std::collections::HashMap;

use retail::{ItemId, Quantity};
use serde_json::{Value, json};
use uuid::Uuid;

use super::item::{self, Stocked};
use super::{AskedLine, StockError};
use crate::decide::Dirty;
use crate::store::{LevelView, Once, StoreError, kit, outbox, row};

impl Once {
    /// Sets the safety stock of items in an outlet. The levels as they are then, in the order of `lines`.
    pub async fn set_safety_stock(
        &mut self,
        outlet: Uuid,
        lines: &[AskedLine],
    ) -> Result<Vec<LevelView>, StockError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        let (outlet, outlet_name) = item::outlet(db, retailer, outlet).await?;
        let items = item::find(db, retailer, lines).await?;
        let ids: Vec<Uuid> = items.iter().map(|item| item.item.uuid()).collect();
        let quantities: Vec<i64> = lines.iter().map(|line| line.quantity.milli()).collect();
        // In the order in which they are locked below.
        let before = sqlx::query!(
            "select item_id, safety_milli from ledger.stock_level
            where outlet_id = $1 and item_id = any($2::uuid[])
            order by item_id
            for update",
            outlet.uuid(),
            &ids,
        )
        .fetch_all(&mut *db)
        .await?;
        let levels = sqlx::query!(
            "insert into ledger.stock_level as l (item_id, outlet_id, on_hand_milli, safety_milli,
                version, changed_at)
            select n.item_id, $3, 0, n.safety_milli, 1, $4
            from unnest($1::uuid[], $2::bigint[]) n (item_id, safety_milli)
            order by n.item_id
            on conflict on constraint stock_level_pkey do update set
                safety_milli = excluded.safety_milli,
                version = l.version + 1,
                changed_at = excluded.changed_at
            returning item_id, on_hand_milli, version",
            &ids,
            &quantities,
            outlet.uuid(),
            row::at(now) as _,
        )
        .fetch_all(&mut *db)
        .await?;
        let mut dirty: Vec<Dirty> = items
            .iter()
            .map(|item| Dirty::Stock(retailer, item.item, outlet))
            .collect();
        dirty.sort_unstable();
        outbox::mark(db, &dirty, now).await?;
        let before = before
            .iter()
            .map(|level| (level.item_id, level.safety_milli));
        let before = safety_stock(outlet.uuid(), before);
        let after = ids.iter().copied().zip(quantities.iter().copied());
        self.note_change(Some(before), safety_stock(outlet.uuid(), after));
        let mut levels: HashMap<ItemId, (i64, i64)> = levels
            .into_iter()
            .map(|level| {
                let key = ItemId::new(level.item_id);
                (key, (level.on_hand_milli, level.version))
            })
            .collect();
        let mut levels = items
            .into_iter()
            .zip(lines)
            .map(|(Stocked { item, sku, name }, line)| {
                let (on_hand, version) = levels.remove(&item).ok_or_else(|| {
                    StoreError::corrupt("stock_level", "item_id", &item.to_string())
                })?;
                Ok(LevelView {
                    item: item.uuid(),
                    sku,
                    name,
                    outlet: outlet.uuid(),
                    outlet_name: outlet_name.clone(),
                    on_hand: Quantity::from_milli(on_hand),
                    safety: line.quantity,
                    version,
                    changed_at: Some(now),
                    kits: None,
                })
            })
            .collect::<Result<Vec<_>, StockError>>()?;
        kit::fill(self.db(), &mut levels).await?;
        Ok(levels)
    }
}

/// As the audit log tells it.
fn safety_stock(outlet: Uuid, levels: impl Iterator<Item = (Uuid, i64)>) -> Value {
    let level = |(item, milli): (Uuid, i64)| json!({"item_id": item, "safety": Quantity::from_milli(milli).to_string()});
    json!({"outlet_id": outlet, "levels": levels.map(level).collect::<Vec<_>>()})
}
