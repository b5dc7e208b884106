//! Why is this number what it is (R-3)?

use retail::{Quantity, RetailerId};
use uuid::Uuid;

use super::{LevelView, MovementView, Reader, item_by_sku, movements};
use crate::store::row::SqlTimestamp;
use crate::store::{StoreError, kit};

/// A level with what made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    pub level: LevelView,
    /// Newest first.
    pub movements: Vec<MovementView>,
    /// What the movements not shown add up to.
    pub earlier: Quantity,
}

impl Reader {
    /// The level of a SKU in an outlet with its newest movements, up to `limit`. `None` when the
    /// retailer has no such item or outlet.
    pub async fn explain_level(
        &self,
        retailer: RetailerId,
        sku: &str,
        outlet: Uuid,
        limit: i64,
    ) -> Result<Option<Explained>, StoreError> {
        let mut db = self.snapshot().await?;
        let Some(item) = item_by_sku(&mut db, retailer.uuid(), sku).await? else {
            return Ok(None);
        };
        let level = sqlx::query!(
            r#"select i.name, o.name as outlet_name, l.on_hand_milli as "on_hand_milli?",
                l.safety_milli as "safety_milli?", l.version as "version?", l.changed_at as "changed_at?: SqlTimestamp"
            from ledger.item i
            join ledger.outlet o on o.outlet_id = $2 and o.retailer_id = i.retailer_id
            left join ledger.stock_level l on l.item_id = i.item_id and l.outlet_id = o.outlet_id
            where i.item_id = $1"#,
            item,
            outlet,
        )
        .fetch_optional(&mut *db)
        .await?;
        let Some(level) = level else { return Ok(None) };
        let movements = movements::newest(&mut db, item, outlet, None, limit).await?;
        let on_hand = level.on_hand_milli.unwrap_or_default();
        let shown: i64 = movements
            .iter()
            .map(|movement| movement.quantity.milli())
            .sum();
        let mut level = [LevelView {
            item,
            sku: sku.to_owned(),
            name: level.name,
            outlet,
            outlet_name: level.outlet_name,
            on_hand: Quantity::from_milli(on_hand),
            safety: Quantity::from_milli(level.safety_milli.unwrap_or_default()),
            version: level.version.unwrap_or_default(),
            changed_at: level.changed_at.map(SqlTimestamp::to_jiff),
            kits: None,
        }];
        kit::fill(&mut db, &mut level).await?;
        let [level] = level;
        Ok(Some(Explained {
            level,
            movements,
            earlier: Quantity::from_milli(on_hand - shown),
        }))
    }
}
