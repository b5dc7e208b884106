//! What orders hold that are known and not applied.

use retail::{ConnectionId, ItemId, OutletId, RetailerId, ShopOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;
use crate::decide::{Dirty, OpenLineRow};

/// What a line that is held names.
struct Named {
    connection: Uuid,
    order: String,
    variant: Option<String>,
    sku: Option<String>,
}

/// Replaces the lines of `reopened` orders, and adds those of orders that held nothing. Gives the stock of which less or
/// more may be sold by that.
pub(super) async fn write(
    db: &mut PgConnection,
    reopened: &[(ConnectionId, &ShopOrderId)],
    lines: &[OpenLineRow<'_>],
) -> Result<Vec<Dirty>, StoreError> {
    let mut named = Vec::new();
    if !reopened.is_empty() {
        let connections: Vec<Uuid> = reopened.iter().map(|(of, _)| of.uuid()).collect();
        let orders: Vec<&str> = reopened.iter().map(|(_, order)| order.as_str()).collect();
        let held = sqlx::query!(
            "delete from ledger.open_line l
            using unnest($1::uuid[], $2::text[]) n (connection_id, shop_order_id)
            where l.connection_id = n.connection_id and l.shop_order_id = n.shop_order_id
            returning l.connection_id, l.shop_order_id, l.variant, l.sku",
            &connections,
            &orders as _,
        )
        .fetch_all(&mut *db)
        .await?;
        named.extend(held.into_iter().map(|line| Named {
            connection: line.connection_id,
            order: line.shop_order_id,
            variant: line.variant,
            sku: line.sku,
        }));
    }
    if !lines.is_empty() {
        let connections: Vec<Uuid> = lines.iter().map(|line| line.connection.uuid()).collect();
        let orders: Vec<&str> = lines.iter().map(|line| line.order.as_str()).collect();
        let positions: Vec<i32> = lines.iter().map(|line| line.position).collect();
        let variants: Vec<Option<&str>> = lines.iter().map(|line| line.variant).collect();
        let skus: Vec<Option<&str>> = lines.iter().map(|line| line.sku).collect();
        let quantities: Vec<i64> = lines.iter().map(|line| line.quantity.milli()).collect();
        sqlx::query!(
            "insert into ledger.open_line (connection_id, shop_order_id, position, variant, sku,
                quantity_milli)
            select * from unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::text[],
                $6::bigint[])",
            &connections,
            &orders as _,
            &positions,
            &variants as _,
            &skus as _,
            &quantities,
        )
        .execute(&mut *db)
        .await?;
        named.extend(lines.iter().map(|line| Named {
            connection: line.connection.uuid(),
            order: line.order.as_str().to_owned(),
            variant: line.variant.map(str::to_owned),
            sku: line.sku.map(str::to_owned),
        }));
    }
    stock_of(db, &named).await
}

/// The stock that an order holds.
pub(super) async fn held_by(
    db: &mut PgConnection,
    connection: ConnectionId,
    order: &str,
) -> Result<Vec<Dirty>, StoreError> {
    let held = sqlx::query!(
        "select connection_id, shop_order_id, variant, sku from ledger.open_line
        where connection_id = $1 and shop_order_id = $2",
        connection.uuid(),
        order,
    )
    .fetch_all(&mut *db)
    .await?;
    let named = held.into_iter().map(|line| Named {
        connection: line.connection_id,
        order: line.shop_order_id,
        variant: line.variant,
        sku: line.sku,
    });
    stock_of(db, &named.collect::<Vec<_>>()).await
}

/// Of the items that the lines name, and of a kit's parts; each once.
async fn stock_of(db: &mut PgConnection, named: &[Named]) -> Result<Vec<Dirty>, StoreError> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let connections: Vec<Uuid> = named.iter().map(|line| line.connection).collect();
    let orders: Vec<&str> = named.iter().map(|line| line.order.as_str()).collect();
    let variants: Vec<Option<&str>> = named.iter().map(|line| line.variant.as_deref()).collect();
    let skus: Vec<Option<&str>> = named.iter().map(|line| line.sku.as_deref()).collect();
    let found = sqlx::query!(
        r#"select distinct c.retailer_id, made.item_id as "item_id!", coalesce(s.outlet_id, r.outlet_id) as "outlet_id!"
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) n (connection_id, shop_order_id, variant, sku)
        join ledger.connection c on c.connection_id = n.connection_id
        join ledger.register r on r.register_id = c.register_id
        left join ledger.shop_order h
            on h.connection_id = n.connection_id and h.shop_order_id = n.shop_order_id
        left join ledger.sale s on s.sale_id = h.sale_id
        left join ledger.item_remap by_variant on by_variant.connection_id = n.connection_id
            and by_variant.remap_kind = 'variant' and by_variant.shop_key = n.variant
        left join ledger.item_remap by_sku on by_sku.connection_id = n.connection_id
            and by_sku.remap_kind = 'sku' and by_sku.shop_key = n.sku
        left join ledger.item_link l on l.connection_id = n.connection_id
            and l.link_kind = 'variant' and l.shop_key = n.variant
        left join ledger.item i
            on i.retailer_id = c.retailer_id and i.sku = n.sku and i.deleted_at is null
        cross join lateral (
            select coalesce(by_variant.item_id, by_sku.item_id, l.item_id, i.item_id) as item_id) sold
        cross join lateral (
            select sold.item_id
            union all
            select k.part_item_id
            from ledger.kit_part k
            where k.item_id = sold.item_id
                and k.number = (select max(v.number) from ledger.kit v where v.item_id = k.item_id)) made
        where made.item_id is not null"#,
        &connections,
        &orders as _,
        &variants as _,
        &skus as _,
    )
    .fetch_all(db)
    .await?;
    let stock = found.into_iter().map(|row| {
        let outlet = OutletId::new(row.outlet_id);
        Dirty::Stock(
            RetailerId::new(row.retailer_id),
            ItemId::new(row.item_id),
            outlet,
        )
    });
    Ok(stock.collect())
}
