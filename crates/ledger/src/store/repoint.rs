//! Lines that turn out to be of other items, in sales that change in nothing else.

use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;
use super::row::{self, NamingColumns};
use crate::decide::{RepointedLine, RepointedSale};

/// Gives the lines their items, and the sales a revision that readers see.
pub(super) async fn write(
    db: &mut PgConnection,
    sales: &[RepointedSale],
    lines: &[RepointedLine],
    now: Timestamp,
) -> Result<(), StoreError> {
    if sales.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = sales.iter().map(|sale| sale.sale.uuid()).collect();
    let revisions: Vec<i32> = sales.iter().map(|sale| sale.revision).collect();
    sqlx::query!(
        "update ledger.sale s
        set revision = n.revision, changed_at = $3,
            changed_xid = (select pg_current_xact_id()::text::bigint)
        from unnest($1::uuid[], $2::integer[]) n (sale_id, revision)
        where s.sale_id = n.sale_id",
        &ids,
        &revisions,
        row::at(now) as _,
    )
    .execute(&mut *db)
    .await?;

    let ids: Vec<Uuid> = lines.iter().map(|line| line.sale.uuid()).collect();
    let keys: Vec<&str> = lines.iter().map(|line| line.key.as_str()).collect();
    let items: Vec<Uuid> = lines.iter().map(|line| line.item.uuid()).collect();
    let NamingColumns {
        named_at,
        named_hash,
        is_stand_in,
    } = row::naming_columns(lines.iter().map(|line| &line.naming));
    sqlx::query!(
        "update ledger.sale_line l
        set item_id = n.item_id, named_at = n.named_at, named_hash = n.named_hash,
            is_stand_in = n.is_stand_in
        from unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::bytea[],
            $6::boolean[]) n (sale_id, line_key, item_id, named_at, named_hash, is_stand_in)
        where l.sale_id = n.sale_id and l.line_key = n.line_key",
        &ids,
        &keys as _,
        &items,
        &named_at as _,
        &named_hash as _,
        &is_stand_in,
    )
    .execute(db)
    .await?;
    Ok(())
}
