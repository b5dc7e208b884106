//! An outlet's row lock puts its stock-takes, and what it receives of transfers, in a row. Sales and other entries
//! do not take it.

use sqlx::PgConnection;
use uuid::Uuid;

use super::StockError;

/// Until the transaction ends.
pub(super) async fn outlet(
    db: &mut PgConnection,
    retailer: Uuid,
    outlet: Uuid,
) -> Result<(), StockError> {
    let found = sqlx::query_scalar!(
        "select outlet_id from ledger.outlet
        where outlet_id = $1 and retailer_id = $2
        for no key update",
        outlet,
        retailer,
    )
    .fetch_optional(db)
    .await?;
    found.map(|_| ()).ok_or(StockError::UnknownOutlet(outlet))
}
