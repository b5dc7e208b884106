//! What a connection's orders hold that their sales have not taken from stock.

use std::collections::HashMap;

use retail::ConnectionId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::StoreError;

/// Of each of the items, in thousandths of it as it is sold: a kit's parts are not its. Below zero where the shop has put
/// back what a sale still has.
///
/// A dismissed order counts, as its shop took it all the same. Three kinds do not: one that only an import told of and
/// that is no sale, which its shop took long ago; one that was taken back with its import, whatever is said of it since;
/// and one whose sale moves nothing here (EF-8).
pub(super) async fn of(
    db: &mut PgConnection,
    connection: ConnectionId,
    items: &[Uuid],
) -> Result<HashMap<Uuid, i64>, StoreError> {
    let rows = sqlx::query!(
        r#"with candidate as (
            select h.shop_order_id, h.sale_id, true as is_open
            from ledger.shop_order h
            where h.connection_id = $1 and h.open_at is not null
            union all
            select s.shop_order_id, s.sale_id, false
            from (select distinct l.sale_id from ledger.sale_line l where l.awaiting_milli <> 0) l
            join ledger.sale s on s.sale_id = l.sale_id
            where s.connection_id = $1
                and not exists (select from ledger.shop_order h
                    where h.connection_id = s.connection_id and h.shop_order_id = s.shop_order_id
                        and h.open_at is not null)
        ), known as (
            select h.shop_order_id, h.sale_id, h.is_open
            from candidate h
            join ledger.connection c on c.connection_id = $1
            left join ledger.sale s on s.sale_id = h.sale_id
            where coalesce(s.stock_rule, c.stock_rule) <> 'never'
                and not exists (select from ledger.withdrawn_order w
                    where w.connection_id = $1 and w.shop_order_id = h.shop_order_id)
                and not ((h.sale_id is null or s.stock_rule = 'invoice') and exists (
                    select from ledger.import i
                    join ledger.import_order n
                        on n.import_id = i.import_id and n.shop_order_id = h.shop_order_id
                    where i.connection_id = $1 and n.is_new))
        ), line as (
            select coalesce(by_variant.item_id, by_sku.item_id, l.item_id, i.item_id) as item_id,
                o.quantity_milli
            from known h
            join ledger.open_line o on o.connection_id = $1 and o.shop_order_id = h.shop_order_id
            join ledger.connection c on c.connection_id = o.connection_id
            left join ledger.item_remap by_variant
                on by_variant.connection_id = o.connection_id
                    and by_variant.remap_kind = 'variant' and by_variant.shop_key = o.variant
            left join ledger.item_remap by_sku
                on by_sku.connection_id = o.connection_id
                    and by_sku.remap_kind = 'sku' and by_sku.shop_key = o.sku
            left join ledger.item_link l
                on l.connection_id = o.connection_id
                    and l.link_kind = 'variant' and l.shop_key = o.variant
            left join ledger.item i
                on i.retailer_id = c.retailer_id and i.sku = o.sku and i.deleted_at is null
            where h.is_open
            union all
            select l.item_id, case when h.is_open then -l.deducted_milli else l.awaiting_milli end
            from known h
            join ledger.sale_line l on l.sale_id = h.sale_id
        )
        select item_id as "item_id!", sum(quantity_milli)::bigint as "quantity!"
        from line
        where item_id = any($2)
        group by item_id"#,
        connection.uuid(),
        items,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.item_id, row.quantity))
        .collect())
}
