//! What still has to be said on the bus.

use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{StoreError, row};
use crate::decide::Dirty;

/// Adds to the set of what changed. With the level of a part those of its kits change. Of stock that nobody has counted
/// there is nothing to say.
pub(super) async fn mark(
    db: &mut PgConnection,
    dirty: &[Dirty],
    now: Timestamp,
) -> Result<(), StoreError> {
    if dirty.is_empty() {
        return Ok(());
    }
    let count = dirty.len();
    let mut kinds = Vec::with_capacity(count);
    let mut subjects = Vec::with_capacity(count);
    let mut outlets = Vec::with_capacity(count);
    let mut retailers = Vec::with_capacity(count);
    for dirty in dirty {
        let (retailer, subject, outlet) = match dirty {
            Dirty::Item(retailer, item) => (retailer, item.uuid(), Uuid::nil()),
            Dirty::Sale(retailer, sale) => (retailer, sale.uuid(), Uuid::nil()),
            Dirty::Stock(retailer, item, outlet) => (retailer, item.uuid(), outlet.uuid()),
        };
        kinds.push(dirty.kind());
        subjects.push(subject);
        outlets.push(outlet);
        retailers.push(retailer.uuid());
    }
    sqlx::query!(
        "with changed as (
            select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[])
                n (kind, subject_id, outlet_id, retailer_id)
        ), told as (
            select * from changed
            union
            select c.kind, p.item_id, c.outlet_id, c.retailer_id
            from changed c
            join ledger.kit_part p on p.part_item_id = c.subject_id
                and p.number = (select max(v.number) from ledger.kit v where v.item_id = p.item_id)
            where c.kind = 'stock'
        )
        insert into ledger.outbox as o (kind, subject_id, outlet_id, retailer_id, mark, dirty_at)
        select t.*, 1, $5 from told t
        where t.kind <> 'stock' or exists (select from ledger.stock_level l
            where l.item_id = t.subject_id and l.outlet_id = t.outlet_id)
        order by t.kind collate \"C\", t.retailer_id, t.subject_id, t.outlet_id
        on conflict on constraint outbox_pkey do update set mark = o.mark + 1",
        &kinds as _,
        &subjects,
        &outlets,
        &retailers,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
