//! Recomputes what people did to stock.

use sqlx::PgConnection;
use uuid::Uuid;

use super::verify::{CheckView, Found};
use crate::store::StoreError;

/// For one retailer or for everyone.
pub(super) async fn checks(
    db: &mut PgConnection,
    retailer: Option<Uuid>,
) -> Result<[CheckView; 3], StoreError> {
    let entries = sqlx::query_as!(
        Found,
        r#"with compared as (
            select m.movement_id, e.entry_id,
                m.outlet_id = e.outlet_id and m.recorded_at = e.recorded_at
                    and i.retailer_id = e.retailer_id and o.retailer_id = e.retailer_id
                    and i.kind = 'product' as is_its_own,
                case e.cause when 'goods_received' then m.quantity_milli > 0
                    when 'transfer_sent' then m.quantity_milli < 0
                    when 'transfer_received' then m.quantity_milli > 0 else true end as is_its_way
            from ledger.stock_movement m
            join ledger.stock_entry e on e.entry_id = m.entry_id
            join ledger.item i on i.item_id = m.item_id
            join ledger.outlet o on o.outlet_id = m.outlet_id
            where $1::uuid is null or e.retailer_id = $1
        ), wrong as (
            select format('entry %s, movement %s: %s', entry_id, movement_id,
                case when is_its_own then 'moves the wrong way' else 'of another item, outlet or time' end)
                as failure
            from compared where not is_its_own or not is_its_way
        )
        select (select count(*) from compared) as "examined!",
            (select count(*) from wrong) as "failure_count!",
            array(select failure from wrong order by failure limit 20) as "failures!""#,
        retailer,
    )
    .fetch_one(&mut *db)
    .await?;
    let transfers = sqlx::query_as!(
        Found,
        r#"with compared as (
            select e.entry_id, e.cause, t.transfer_id is not null as is_sent,
                r.entry_id is not null as is_received,
                coalesce(t.to_outlet_id <> e.outlet_id, true) as goes_elsewhere,
                coalesce(of.to_outlet_id = e.outlet_id, true) as is_there
            from ledger.stock_entry e
            left join ledger.transfer t on t.transfer_id = e.entry_id
            left join ledger.transfer_receipt r on r.entry_id = e.entry_id
            left join ledger.transfer of on of.transfer_id = r.transfer_id
            where $1::uuid is null or e.retailer_id = $1
        ), wrong as (
            select format('entry %s: %s, and not where its transfer is', entry_id, cause) as failure
            from compared
            where (cause = 'transfer_sent') <> is_sent or (cause = 'transfer_received') <> is_received
                or not goes_elsewhere or not is_there
        )
        select (select count(*) from compared where is_sent or is_received) as "examined!",
            (select count(*) from wrong) as "failure_count!",
            array(select failure from wrong order by failure limit 20) as "failures!""#,
        retailer,
    )
    .fetch_one(&mut *db)
    .await?;
    let takes = sqlx::query_as!(
        Found,
        r#"with counted as (
            select distinct on (c.stock_take_id, c.item_id) c.stock_take_id, c.item_id,
                c.counted_milli - c.on_hand_milli as difference
            from ledger.stock_take_count c
            join ledger.stock_take_end n on n.stock_take_id = c.stock_take_id and n.outcome = 'posted'
            join ledger.stock_take t on t.stock_take_id = c.stock_take_id
            where $1::uuid is null or t.retailer_id = $1
            order by c.stock_take_id, c.item_id, c.number desc
        ), moved as (
            select m.entry_id as stock_take_id, m.item_id, m.quantity_milli
            from ledger.stock_movement m
            join ledger.stock_entry e on e.entry_id = m.entry_id and e.cause = 'stock_take'
            where $1::uuid is null or e.retailer_id = $1
        ), compared as (
            select stock_take_id, item_id, coalesce(difference, 0) as difference,
                coalesce(quantity_milli, 0) as moved
            from counted full join moved using (stock_take_id, item_id)
        ), wrong as (
            select format('stock-take %s, item %s: counted %s too many, moved %s', stock_take_id, item_id,
                difference, moved) as failure
            from compared where difference <> moved
        )
        select (select count(*) from compared) as "examined!",
            (select count(*) from wrong) as "failure_count!",
            array(select failure from wrong order by failure limit 20) as "failures!""#,
        retailer,
    )
    .fetch_one(&mut *db)
    .await?;
    Ok([
        entries.titled(
            "entries_move_their_own",
            "what people did moved products of their retailer, in its outlet, the right way",
        ),
        transfers.titled(
            "transfers_go_where_they_are_sent",
            "what a transfer sent and what was received of it are in its two outlets",
        ),
        takes.titled(
            "stock_takes_move_differences",
            "a stock-take that was posted moved what its last counts differed by",
        ),
    ])
}
