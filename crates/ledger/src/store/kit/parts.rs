//! Of what kits are made: now, and in sales.

use std::collections::{BTreeMap, HashMap};

use retail::kit::{MadeOf, Part};
use retail::{ItemId, LineKey, Quantity};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::decide::KitPartRow;
use crate::store::StoreError;

/// The parts of those items that are kits now.
pub(in crate::store) async fn of_items(
    db: &mut PgConnection,
    items: &[Uuid],
) -> Result<BTreeMap<ItemId, Vec<Part>>, StoreError> {
    let mut kits: BTreeMap<ItemId, Vec<Part>> = BTreeMap::new();
    if items.is_empty() {
        return Ok(kits);
    }
    let found = sqlx::query!(
        "select p.item_id, p.part_item_id, p.quantity_milli
        from ledger.kit_part p
        where p.item_id = any($1)
            and p.number = (select max(v.number) from ledger.kit v where v.item_id = p.item_id)
        order by p.item_id, p.part_item_id",
        items,
    )
    .fetch_all(db)
    .await?;
    for found in found {
        let parts = kits.entry(ItemId::new(found.item_id)).or_default();
        parts.push(Part {
            item: ItemId::new(found.part_item_id),
            quantity: Quantity::from_milli(found.quantity_milli),
        });
    }
    Ok(kits)
}

/// Of what the kits of sales were made when they were sold, by sale. Few sales have any: without ids nothing is asked.
pub(in crate::store) async fn made_of(
    db: &mut PgConnection,
    sales: &[Uuid],
) -> Result<HashMap<Uuid, MadeOf>, StoreError> {
    let mut made: HashMap<Uuid, MadeOf> = HashMap::new();
    if sales.is_empty() {
        return Ok(made);
    }
    let found = sqlx::query!(
        "select sale_id, line_key, kit_item_id, part_item_id, quantity_milli
        from ledger.sale_kit_part
        where sale_id = any($1)
        order by sale_id, line_key, kit_item_id, part_item_id",
        sales,
    )
    .fetch_all(db)
    .await?;
    for found in found {
        let line = LineKey::new(&found.line_key)
            .map_err(|_| StoreError::corrupt("sale_kit_part", "line_key", &found.line_key))?;
        let of_sale = made.entry(found.sale_id).or_default();
        let parts = of_sale.entry((line, ItemId::new(found.kit_item_id)));
        parts.or_default().push(Part {
            item: ItemId::new(found.part_item_id),
            quantity: Quantity::from_milli(found.quantity_milli),
        });
    }
    Ok(made)
}

pub(in crate::store) async fn write(
    db: &mut PgConnection,
    rows: &[KitPartRow],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let sales: Vec<Uuid> = rows.iter().map(|row| row.sale.uuid()).collect();
    let lines: Vec<&str> = rows.iter().map(|row| row.line.as_str()).collect();
    let kits: Vec<Uuid> = rows.iter().map(|row| row.kit.uuid()).collect();
    let parts: Vec<Uuid> = rows.iter().map(|row| row.part.item.uuid()).collect();
    let quantities: Vec<i64> = rows.iter().map(|row| row.part.quantity.milli()).collect();
    sqlx::query!(
        "insert into ledger.sale_kit_part (sale_id, line_key, kit_item_id, part_item_id, quantity_milli)
        select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::bigint[])",
        &sales,
        &lines as _,
        &kits,
        &parts,
        &quantities,
    )
    .execute(db)
    .await?;
    Ok(())
}
