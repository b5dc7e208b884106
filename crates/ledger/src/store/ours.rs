//! Whether a connection is the retailer's who speaks of it, and one at a time who speaks of the retailer's items.

use retail::RetailerId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;

pub(super) async fn is_ours(
    db: &mut PgConnection,
    retailer: RetailerId,
    connection: Uuid,
) -> Result<bool, StoreError> {
    let is_ours = sqlx::query_scalar!(
        r#"select exists (select from ledger.connection
        where connection_id = $1 and retailer_id = $2) as "is_ours!""#,
        connection,
        retailer.uuid(),
    )
    .fetch_one(db)
    .await?;
    Ok(is_ours)
}

/// Puts what is said of a retailer's items and kits in a row, until the transaction ends: of two kits that would hold
/// each other, or two items that would have one SKU, one is refused. Orders do not wait for it.
pub(super) async fn lock(db: &mut PgConnection, retailer: RetailerId) -> Result<(), StoreError> {
    sqlx::query!(
        "select retailer_id from ledger.retailer where retailer_id = $1 for no key update",
        retailer.uuid(),
    )
    .fetch_optional(db)
    .await?;
    Ok(())
}
