//! Stock movements and the levels they add up to.

use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{StoreError, row};
use crate::decide::MovementRow;

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
    let sales: Vec<Uuid> = movements
        .iter()
        .map(|movement| movement.sale.uuid())
        .collect();
    let lines: Vec<&str> = movements
        .iter()
        .map(|movement| movement.line.as_str())
        .collect();
    let revisions: Vec<i32> = movements.iter().map(|movement| movement.revision).collect();
    sqlx::query!(
        "with moved as (
            insert into ledger.stock_movement (movement_id, item_id, outlet_id, quantity_milli,
                sale_id, line_key, revision, recorded_at)
            select n.*, $8
            from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], $6::text[],
                $7::integer[]) n
            returning item_id, outlet_id, quantity_milli
        )
        insert into ledger.stock_level as l (item_id, outlet_id, on_hand_milli, version, changed_at)
        select item_id, outlet_id, sum(quantity_milli)::bigint, 1, $8
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
        &sales,
        &lines as _,
        &revisions,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
