//! Says what a kit is made of.

use retail::{ItemId, OutletId, Quantity, RetailerId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{KitError, KitPartView, KitView, view};
use crate::decide::Dirty;
use crate::store::stock::item;
use crate::store::{AskedItem, AskedLine, Once, StoreError, ours, outbox, row};

/// What somebody says a kit is made of.
#[derive(Clone, Debug)]
pub struct KitAsked {
    pub item: AskedItem,
    /// Each more than nothing, in one kit. None: the item is no kit any more.
    pub parts: Vec<AskedLine>,
}

impl Once {
    /// From now on; what was sold stays what it was.
    pub async fn define_kit(&mut self, asked: &KitAsked) -> Result<KitView, KitError> {
        let KitAsked {
            item: of,
            parts: asked,
        } = asked;
        let (retailer, now, act) = (self.retailer(), self.now(), self.act().clone());
        let db = self.db();
        ours::lock(db, retailer).await?;
        let whole = AskedLine {
            item: of.clone(),
            quantity: Quantity::ZERO,
        };
        let kit = item::find(db, retailer, &[whole]).await?;
        let kit = kit
            .first()
            .ok_or_else(|| StoreError::corrupt("item", "item_id", "gone"))?;
        let kit = kit.item;
        let parts = item::find(db, retailer, asked).await?;
        let ids: Vec<Uuid> = parts.iter().map(|part| part.item.uuid()).collect();
        if let Some(place) = ids.iter().position(|part| *part == kit.uuid()) {
            return Err(KitError::Itself { place });
        }
        check_depth(db, kit, &ids, &parts).await?;
        let number = sqlx::query_scalar!(
            r#"select coalesce(max(number), 0) + 1 as "number!" from ledger.kit where item_id = $1"#,
            kit.uuid(),
        )
        .fetch_one(&mut *db)
        .await?;
        if number == 1 && asked.is_empty() {
            return Err(KitError::NoKit);
        }
        let before = view::find(db, retailer, kit.uuid()).await?;
        let outlets = raise_versions(db, retailer, kit, row::at(now)).await?;
        sqlx::query!(
            "insert into ledger.kit (item_id, number, retailer_id, actor, note, defined_at)
            values ($1, $2, $3, $4, $5, $6)",
            kit.uuid(),
            number,
            retailer.uuid(),
            act.actor,
            act.note,
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        let quantities: Vec<i64> = asked.iter().map(|part| part.quantity.milli()).collect();
        sqlx::query!(
            "insert into ledger.kit_part (item_id, number, part_item_id, quantity_milli)
            select $1, $2, n.* from unnest($3::uuid[], $4::bigint[]) n",
            kit.uuid(),
            number,
            &ids,
            &quantities,
        )
        .execute(&mut *db)
        .await?;
        let dirty = outlets.into_iter().map(OutletId::new);
        let dirty = dirty.map(|outlet| Dirty::Stock(retailer, kit, outlet));
        let mut dirty: Vec<Dirty> = dirty.collect();
        dirty.sort_unstable();
        outbox::mark(db, &dirty, now).await?;
        let found = view::find(db, retailer, kit.uuid()).await?;
        let found = found.ok_or_else(|| StoreError::corrupt("kit", "item_id", "gone"))?;
        self.note_change(before.as_ref().map(told), told(&found));
        Ok(found)
    }
}

/// As the audit log tells it.
fn told(kit: &KitView) -> Value {
    let part =
        |part: &KitPartView| json!({"item_id": part.item, "quantity": part.quantity.to_string()});
    json!({"item_id": kit.item, "parts": kit.parts.iter().map(part).collect::<Vec<_>>()})
}

/// No part is a kit, and the kit is no part.
async fn check_depth(
    db: &mut PgConnection,
    kit: ItemId,
    ids: &[Uuid],
    parts: &[item::Stocked],
) -> Result<(), KitError> {
    if ids.is_empty() {
        return Ok(());
    }
    let kits = super::of_items(db, ids).await?;
    for (place, part) in parts.iter().enumerate() {
        if kits.contains_key(&part.item) {
            let sku = part.sku.clone();
            return Err(KitError::PartIsKit { place, sku });
        }
    }
    let is_part = sqlx::query_scalar!(
        r#"select exists (select from ledger.kit_part p
            where p.part_item_id = $1
                and p.number = (select max(v.number) from ledger.kit v where v.item_id = p.item_id))
            as "is_part!""#,
        kit.uuid(),
    )
    .fetch_one(db)
    .await?;
    if is_part {
        return Err(KitError::IsPart);
    }
    Ok(())
}

/// What is told of the kit from now on is newer than what was told of it as it was: its version was its own and its
/// parts', which no sale changes until this is committed. The outlets, in all of which the kit has a level from now on.
async fn raise_versions(
    db: &mut PgConnection,
    retailer: RetailerId,
    kit: ItemId,
    now: row::SqlTimestamp,
) -> Result<Vec<Uuid>, StoreError> {
    sqlx::query!(
        "select l.item_id from ledger.stock_level l
        where l.item_id = $1 or l.item_id in (
            select p.part_item_id from ledger.kit_part p
            where p.item_id = $1
                and p.number = (select max(v.number) from ledger.kit v where v.item_id = $1))
        order by l.item_id, l.outlet_id
        for update",
        kit.uuid(),
    )
    .fetch_all(&mut *db)
    .await?;
    let outlets = sqlx::query_scalar!(
        "insert into ledger.stock_level as l (item_id, outlet_id, on_hand_milli, version, changed_at)
        select $1, o.outlet_id, 0, 1 + coalesce(parts.version, 0), $3
        from ledger.outlet o
        cross join lateral (
            select sum(held.version)::bigint as version
            from ledger.kit_part p
            join ledger.stock_level held
                on held.item_id = p.part_item_id and held.outlet_id = o.outlet_id
            where p.item_id = $1
                and p.number = (select max(v.number) from ledger.kit v where v.item_id = $1)) parts
        where o.retailer_id = $2
        order by o.outlet_id
        on conflict on constraint stock_level_pkey do update
            set version = l.version + excluded.version, changed_at = excluded.changed_at
        returning outlet_id",
        kit.uuid(),
        retailer.uuid(),
        now as _,
    )
    .fetch_all(db)
    .await?;
    Ok(outlets)
}
