//! How many kits can be made of what there is.

use std::collections::HashMap;

use retail::{Quantity, kit};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::{LevelView, StoreError};

/// A kit in an outlet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct KitLevel {
    /// Whole kits, of what may be sold of each part.
    pub can_be_made: Quantity,
    /// Grows with every change of a part's level.
    pub version: i64,
}

/// The parts of a kit in an outlet.
#[derive(Default)]
struct Parts {
    /// What may be sold of each, and how much of it is in one kit.
    needed: Vec<(Quantity, Quantity)>,
    version: i64,
}

/// Of items in outlets, those that are kits.
pub(in crate::store) async fn levels(
    db: &mut PgConnection,
    places: &[(Uuid, Uuid)],
) -> Result<HashMap<(Uuid, Uuid), KitLevel>, StoreError> {
    levels_without(db, places, &HashMap::new()).await
}

/// The same, as if so much less of each part were there.
pub(in crate::store) async fn levels_without(
    db: &mut PgConnection,
    places: &[(Uuid, Uuid)],
    gone: &HashMap<Uuid, Quantity>,
) -> Result<HashMap<(Uuid, Uuid), KitLevel>, StoreError> {
    let (items, outlets): (Vec<Uuid>, Vec<Uuid>) = places.iter().copied().unzip();
    let found = sqlx::query!(
        r#"select k.item_id as "item_id!", k.outlet_id as "outlet_id!", p.part_item_id, p.quantity_milli,
            coalesce(l.on_hand_milli - l.safety_milli, 0) as "there!", coalesce(l.version, 0) as "version!"
        from unnest($1::uuid[], $2::uuid[]) k (item_id, outlet_id)
        join ledger.kit_part p on p.item_id = k.item_id
            and p.number = (select max(v.number) from ledger.kit v where v.item_id = k.item_id)
        left join ledger.stock_level l
            on l.item_id = p.part_item_id and l.outlet_id = k.outlet_id"#,
        &items,
        &outlets,
    )
    .fetch_all(db)
    .await?;
    let mut kits: HashMap<(Uuid, Uuid), Parts> = HashMap::new();
    for found in found {
        let parts = kits.entry((found.item_id, found.outlet_id)).or_default();
        let milli = Quantity::from_milli;
        let gone = gone.get(&found.part_item_id).copied().unwrap_or_default();
        let there = milli(found.there.saturating_sub(gone.milli()));
        parts.needed.push((there, milli(found.quantity_milli)));
        parts.version += found.version;
    }
    let levels = kits.into_iter().map(|(place, Parts { needed, version })| {
        let can_be_made = kit::available(needed);
        (
            place,
            KitLevel {
                can_be_made,
                version,
            },
        )
    });
    Ok(levels.collect())
}

/// Adds to levels what is told of kits.
pub(in crate::store) async fn fill(
    db: &mut PgConnection,
    views: &mut [LevelView],
) -> Result<(), StoreError> {
    let places: Vec<(Uuid, Uuid)> = views.iter().map(|view| (view.item, view.outlet)).collect();
    let mut kits = levels(db, &places).await?;
    for view in views {
        if let Some(kit) = kits.remove(&(view.item, view.outlet)) {
            view.version += kit.version;
            view.kits = Some(kit.can_be_made);
        }
    }
    Ok(())
}
