//! Stock movements and the levels they add up to.

use jiff::Timestamp;
use retail::ItemId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{StoreError, row};
use crate::decide::{MovementCause, MovementRow};

/// Inserts movements and changes the levels by their sums, in one statement: a level cannot change
/// without its movement. Levels are taken in the order of their keys.
pub(super) async fn move_stock(
    db: &mut PgConnection,
    movements: &[MovementRow],
    now: Timestamp,
) -> Result<(), StoreError> {
    if movements.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = movements.iter().map(|movement| movement.movement).collect();
    let items: Vec<Uuid> = movements
        .iter()
        .map(|movement| movement.item.uuid())
        .collect();
    let outlets: Vec<Uuid> = movements
        .iter()
        .map(|movement| movement.outlet.uuid())
        .collect();
    let quantities: Vec<i64> = movements
        .iter()
        .map(|movement| movement.quantity.milli())
        .collect();
    let causes = CauseColumns::of(movements);
    sqlx::query!(
        "with moved as (
            insert into ledger.stock_movement (movement_id, item_id, outlet_id, quantity_milli,
                sale_id, line_key, revision, entry_id, kit_item_id, recorded_at)
            select n.*, $10
            from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], $6::text[],
                $7::integer[], $8::uuid[], $9::uuid[]) n
            returning item_id, outlet_id, quantity_milli
        )
        insert into ledger.stock_level as l (item_id, outlet_id, on_hand_milli, version, changed_at)
        select item_id, outlet_id, sum(quantity_milli)::bigint, 1, $10
        from moved
        group by item_id, outlet_id
        order by item_id, outlet_id
        on conflict on constraint stock_level_pkey do update set
            on_hand_milli = l.on_hand_milli + excluded.on_hand_milli,
            version = l.version + 1,
            changed_at = excluded.changed_at",
        &ids,
        &items,
        &outlets,
        &quantities,
        &causes.sales as _,
        &causes.lines as _,
        &causes.revisions as _,
        &causes.entries as _,
        &causes.kits as _,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The columns of [`MovementCause`]: a sale's three, or the entry's.
struct CauseColumns<'a> {
    sales: Vec<Option<Uuid>>,
    lines: Vec<Option<&'a str>>,
    revisions: Vec<Option<i32>>,
    entries: Vec<Option<Uuid>>,
    kits: Vec<Option<Uuid>>,
}

impl<'a> CauseColumns<'a> {
    fn of(movements: &'a [MovementRow]) -> Self {
        let mut columns = Self {
            sales: Vec::with_capacity(movements.len()),
            lines: Vec::with_capacity(movements.len()),
            revisions: Vec::with_capacity(movements.len()),
            entries: Vec::with_capacity(movements.len()),
            kits: Vec::with_capacity(movements.len()),
        };
        for movement in movements {
            let (sale, line, revision, entry, kit) = match &movement.cause {
                MovementCause::Sale {
                    sale,
                    line,
                    revision,
                    kit,
                } => (
                    Some(sale.uuid()),
                    Some(line.as_str()),
                    Some(*revision),
                    None,
                    kit.map(ItemId::uuid),
                ),
                MovementCause::Entry(entry) => (None, None, None, Some(*entry), None),
            };
            columns.sales.push(sale);
            columns.lines.push(line);
            columns.revisions.push(revision);
            columns.entries.push(entry);
            columns.kits.push(kit);
        }
        columns
    }
}
