//! Who waits for a listing that is nobody's any more.

use jiff::Timestamp;
use retail::{ConnectionId, ProductId};
use sqlx::PgConnection;

use super::super::StoreError;
use super::work;

/// Products that may be what `product` is linked to are looked for again: it is about to be linked to nothing.
pub(super) async fn mark_those_in_doubt(
    db: &mut PgConnection,
    connection: ConnectionId,
    product: ProductId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let waiting = sqlx::query_scalar!(
        "select w.product_id from catalog.listing l
        join catalog.listing w on w.connection_id = l.connection_id and w.standing = 'review'
            and l.shop_product_id = any(w.candidates)
        where l.connection_id = $1 and l.product_id = $2 and w.product_id <> $2",
        connection.uuid(),
        product.uuid(),
    )
    .fetch_all(&mut *db)
    .await?;
    if waiting.is_empty() {
        return Ok(());
    }
    work::mark_listings(db, connection, &waiting, now).await
}
