//! Whether a connection is the retailer's who speaks of it.

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
