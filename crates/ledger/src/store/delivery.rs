//! The deliveries that carried an order.

use sqlx::PgConnection;
use uuid::Uuid;

use super::row::SqlTimestamp;
use super::{StoreError, row};
use crate::decide::DeliveryRow;

/// Notes deliveries. One that was noted before stays as it was, unless it was parked then and is not
/// now, or is recorded now: after a repair of the mapping the same bytes may say something else.
pub(super) async fn write(
    db: &mut PgConnection,
    deliveries: &[DeliveryRow<'_>],
) -> Result<(), StoreError> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let connections: Vec<Uuid> = deliveries.iter().map(|row| row.connection.uuid()).collect();
    let orders: Vec<&str> = deliveries.iter().map(|row| row.order.as_str()).collect();
    let ids: Vec<&str> = deliveries
        .iter()
        .map(|row| row.delivery.id.as_str())
        .collect();
    let topics: Vec<&str> = deliveries
        .iter()
        .map(|row| row.delivery.topic.as_str())
        .collect();
    let received: Vec<SqlTimestamp> = deliveries
        .iter()
        .map(|row| row::at(row.delivery.received_at))
        .collect();
    let (version_at, version_hash): (Vec<_>, Vec<_>) = deliveries
        .iter()
        .map(|row| row::version_columns(row.version.as_ref()))
        .unzip();
    let outcomes: Vec<&str> = deliveries.iter().map(|row| row.outcome.as_str()).collect();
    let revisions: Vec<Option<i32>> = deliveries.iter().map(|row| row.revision).collect();
    sqlx::query!(
        "insert into ledger.order_delivery as d (connection_id, shop_order_id, delivery_id, topic,
            received_at, version_at, version_hash, outcome, revision)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[],
            $6::timestamptz[], $7::bytea[], $8::text[], $9::integer[])
        on conflict on constraint order_delivery_pkey do update set
            version_at = excluded.version_at,
            version_hash = excluded.version_hash,
            outcome = excluded.outcome,
            revision = excluded.revision
        where excluded.outcome = 'recorded' or (d.outcome = 'parked' and excluded.outcome <> 'parked')",
        &connections,
        &orders as _,
        &ids as _,
        &topics as _,
        &received as _,
        &version_at as _,
        &version_hash as _,
        &outcomes as _,
        &revisions as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
