//! Updates of sales that wait for a person (SH-12): of each order the newest.

use std::borrow::Cow;

use jiff::Timestamp;
use retail::{ConnectionId, ShopOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::people::kept;
use super::row::SqlTimestamp;
use super::{StoreError, row};
use crate::decide::HeldRow;

/// Keeps updates. Their orders' heads are locked, and what is given is newer than what is there.
pub(super) async fn write(
    db: &mut PgConnection,
    held: &[HeldRow<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    if held.is_empty() {
        return Ok(());
    }
    let connections: Vec<Uuid> = held.iter().map(|row| row.connection.uuid()).collect();
    let orders: Vec<&str> = held.iter().map(|row| row.order.as_str()).collect();
    let retailers: Vec<Uuid> = held.iter().map(|row| row.retailer.uuid()).collect();
    let (version_at, version_hash): (Vec<_>, Vec<_>) = held
        .iter()
        .map(|row| row::version_columns(Some(&row.version)))
        .unzip();
    let kept = held.iter().map(|row| kept(row.kept, row.is_erased));
    let kept: Vec<Cow<'_, [u8]>> = kept.collect();
    let messages: Vec<&[u8]> = kept.iter().map(AsRef::as_ref).collect();
    let deliveries: Vec<&str> = held.iter().map(|row| row.delivery.id.as_str()).collect();
    let topics: Vec<&str> = held.iter().map(|row| row.delivery.topic.as_str()).collect();
    let received: Vec<SqlTimestamp> = held
        .iter()
        .map(|row| row::at(row.delivery.received_at))
        .collect();
    sqlx::query!(
        "insert into ledger.held_order (connection_id, shop_order_id, retailer_id, version_at,
            version_hash, message, delivery_id, topic, received_at, first_held_at, last_held_at)
        select n.*, $10, $10
        from unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::bytea[],
            $6::bytea[], $7::text[], $8::text[], $9::timestamptz[]) n
        on conflict on constraint held_order_pkey do update set
            version_at = excluded.version_at,
            version_hash = excluded.version_hash,
            message = excluded.message,
            delivery_id = excluded.delivery_id,
            topic = excluded.topic,
            received_at = excluded.received_at,
            last_held_at = excluded.last_held_at",
        &connections,
        &orders as _,
        &retailers,
        &version_at as _,
        &version_hash as _,
        &messages as _,
        &deliveries as _,
        &topics as _,
        &received as _,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Nothing of these orders waits any more: the sale has come to it, or past it.
pub(super) async fn clear(
    db: &mut PgConnection,
    orders: &[(ConnectionId, &ShopOrderId)],
) -> Result<(), StoreError> {
    if orders.is_empty() {
        return Ok(());
    }
    let connections: Vec<Uuid> = orders.iter().map(|(of, _)| of.uuid()).collect();
    let orders: Vec<&str> = orders.iter().map(|(_, order)| order.as_str()).collect();
    sqlx::query!(
        "delete from ledger.held_order h
        using unnest($1::uuid[], $2::text[]) n (connection_id, shop_order_id)
        where h.connection_id = n.connection_id and h.shop_order_id = n.shop_order_id",
        &connections,
        &orders as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
