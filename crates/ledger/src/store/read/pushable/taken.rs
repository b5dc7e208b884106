//! What a connection's sales took from stock since a mark.

use jiff::SignedDuration;
use retail::{ConnectionId, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Mark, PushableAsked};
use crate::store::import::UNDONE_TOPIC;
use crate::store::row::SqlTimestamp;
use crate::store::{StoreError, row};

/// A movement is named, by the service's clock, before its transaction ends: clocks may differ by five minutes, and no
/// transaction lasts for ten.
const NAMED_BEFORE: SignedDuration = SignedDuration::from_mins(15);

/// Of each, by its place, in thousandths of the item as it is sold; `None` without a mark, or with one that this database
/// has not made.
///
/// What is moved by bringing an order in that its shop took before the mark, and by taking that back, is none of it.
/// Kits are told by what moved for them: a line that turns from a kit into one of its own parts, at once, moves only the
/// difference, and is told as if it had been the part. No shop lets a line sell something else.
pub(super) async fn by_movements(
    db: &mut PgConnection,
    retailer: RetailerId,
    connection: ConnectionId,
    asked: &[PushableAsked],
) -> Result<Vec<Option<i64>>, StoreError> {
    let mut taken = vec![None; asked.len()];
    let marked = || {
        let marked = asked.iter().enumerate();
        marked.filter_map(|(place, asked)| Some((place, asked.item, asked.since.as_ref()?)))
    };
    if marked().next().is_none() {
        return Ok(taken);
    }
    let places: Vec<usize> = marked().map(|(place, _, _)| place).collect();
    let items: Vec<Uuid> = marked().map(|(_, item, _)| item).collect();
    let snapshots: Vec<&str> = marked().map(|(_, _, mark)| &*mark.snapshot).collect();
    let first: Vec<Uuid> = marked().map(|(_, _, mark)| mark.first_movement()).collect();
    let at: Vec<SqlTimestamp> = marked().map(|(_, _, mark)| row::at(mark.at)).collect();
    let rows = sqlx::query!(
        r#"select a.place as "place!", coalesce(sum(taken.quantity), 0)::bigint as "quantity!"
        from unnest($3::uuid[], $4::text[], $5::uuid[], $6::timestamptz[])
            with ordinality a (item_id, snapshot, first_id, marked_at, place)
        left join lateral (
            select -moved.quantity as quantity
            from (
                select m.sale_id, m.revision, m.quantity_milli::numeric as quantity
                from ledger.outlet o
                join ledger.stock_movement m on m.item_id = a.item_id
                    and m.outlet_id = o.outlet_id and m.movement_id >= a.first_id
                where o.retailer_id = $1 and m.sale_id is not null and m.kit_item_id is null
                    and not pg_visible_in_snapshot(m.recorded_xid::text::xid8, a.snapshot::pg_snapshot)
                union all
                -- Kits, by one of the parts that moved for them.
                select m.sale_id, m.revision, trunc(m.quantity_milli::numeric * 1000 / made.quantity_milli)
                from (select distinct k.part_item_id from ledger.kit_part k
                    where k.item_id = a.item_id) part
                cross join ledger.outlet o
                join ledger.stock_movement m on m.item_id = part.part_item_id
                    and m.outlet_id = o.outlet_id and m.movement_id >= a.first_id
                join lateral (
                    select p.part_item_id, p.quantity_milli
                    from ledger.sale_kit_part p
                    where p.sale_id = m.sale_id and p.line_key = m.line_key
                        and p.kit_item_id = m.kit_item_id
                    order by p.quantity_milli desc, p.part_item_id
                    limit 1) made on made.part_item_id = m.item_id
                where o.retailer_id = $1 and m.kit_item_id = a.item_id
                    and not pg_visible_in_snapshot(m.recorded_xid::text::xid8, a.snapshot::pg_snapshot)
            ) moved
            join ledger.sale s on s.sale_id = moved.sale_id and s.connection_id = $2
            where not exists (
                    select from ledger.order_delivery d
                    where d.connection_id = s.connection_id and d.shop_order_id = s.shop_order_id
                        and d.topic = $7 and d.revision = moved.revision)
                and not exists (
                    select from ledger.import i
                    join ledger.import_order n
                        on n.import_id = i.import_id and n.shop_order_id = s.shop_order_id
                    where i.connection_id = s.connection_id
                        and case when moved.revision = 1 or s.stock_rule = 'invoice'
                            then n.is_new and s.placed_at <= a.marked_at
                            else n.outcome = 'made' and n.revision = moved.revision end)
        ) taken on true
        where pg_snapshot_xmax(a.snapshot::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
        group by a.place"#,
        retailer.uuid(),
        connection.uuid(),
        &items,
        &snapshots as _,
        &first,
        &at as _,
        UNDONE_TOPIC,
    )
    .fetch_all(db)
    .await?;
    for found in rows {
        let slot = places
            .get(row::place(found.place))
            .and_then(|place| taken.get_mut(*place));
        if let Some(slot) = slot {
            *slot = Some(found.quantity);
        }
    }
    Ok(taken)
}

impl Mark {
    /// No movement has a lower id that was not there yet.
    fn first_movement(&self) -> Uuid {
        let from = self.at.checked_sub(NAMED_BEFORE).unwrap_or(self.at);
        let milliseconds = u128::try_from(from.as_millisecond()).unwrap_or_default();
        // As UUIDs of version 7 begin.
        Uuid::from_u128(milliseconds << 80)
    }
}
