//! What imports brought.

use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::decide::ImportedRow;
use crate::store::{StoreError, row};

/// Notes orders, in the transaction that takes them. An order that comes again stays what it was when it
/// weighed more: a repeat is no reason to forget that the import made it a sale.
pub(in crate::store) async fn note(
    db: &mut PgConnection,
    imported: &[ImportedRow<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    if imported.is_empty() {
        return Ok(());
    }
    let imports: Vec<Uuid> = imported.iter().map(|row| row.import.uuid()).collect();
    let orders: Vec<&str> = imported.iter().map(|row| row.order.as_str()).collect();
    let outcomes: Vec<&str> = imported.iter().map(|row| row.imported.as_str()).collect();
    let sales: Vec<Option<Uuid>> = imported
        .iter()
        .map(|row| row.sale.map(retail::SaleId::uuid))
        .collect();
    let revisions: Vec<Option<i32>> = imported.iter().map(|row| row.revision).collect();
    let new: Vec<bool> = imported.iter().map(|row| row.is_new).collect();
    sqlx::query!(
        "insert into ledger.import_order as o (import_id, shop_order_id, outcome, sale_id, revision,
            is_new, recorded_at)
        select n.*, $7
        from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::integer[], $6::boolean[]) n
        on conflict on constraint import_order_pkey do update set
            outcome = excluded.outcome,
            sale_id = excluded.sale_id,
            revision = excluded.revision,
            recorded_at = excluded.recorded_at
        where o.outcome not in ('made', 'changed') and (o.outcome in ('parked', 'not_imported')
            or excluded.outcome in ('made', 'changed'))",
        &imports,
        &orders as _,
        &outcomes as _,
        &sales as _,
        &revisions as _,
        &new,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
