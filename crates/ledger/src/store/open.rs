//! What orders hold that are known and not applied.

use retail::{ConnectionId, ShopOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;
use crate::decide::OpenLineRow;

/// Replaces the lines of `reopened` orders, and adds those of orders that held nothing.
pub(super) async fn write(
    db: &mut PgConnection,
    reopened: &[(ConnectionId, &ShopOrderId)],
    lines: &[OpenLineRow<'_>],
) -> Result<(), StoreError> {
    if !reopened.is_empty() {
        let connections: Vec<Uuid> = reopened.iter().map(|(of, _)| of.uuid()).collect();
        let orders: Vec<&str> = reopened.iter().map(|(_, order)| order.as_str()).collect();
        sqlx::query!(
            "delete from ledger.open_line l
            using unnest($1::uuid[], $2::text[]) n (connection_id, shop_order_id)
            where l.connection_id = n.connection_id and l.shop_order_id = n.shop_order_id",
            &connections,
            &orders as _,
        )
        .execute(&mut *db)
        .await?;
    }
    if lines.is_empty() {
        return Ok(());
    }
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
    .execute(db)
    .await?;
    Ok(())
}
