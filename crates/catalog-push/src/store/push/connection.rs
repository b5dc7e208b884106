//! What holds for telling one shop.

use retail::ConnectionId;
use retail::listing::Ownership;

use super::super::settings;
use super::super::{Store, StoreError};

/// What people decided about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushRules {
    /// Neither parted with nor uninstalled.
    pub is_linked: bool,
    /// Stock is managed here and not in the shop (EF-8).
    pub is_stock_ours: bool,
    pub ownership: Ownership,
}

impl Store {
    /// `None`: there is no such connection.
    pub async fn push_rules(
        &self,
        connection: ConnectionId,
    ) -> Result<Option<PushRules>, StoreError> {
        let mut db = self.pool.acquire().await?;
        let found = sqlx::query!(
            "select is_linked, is_stock_ours from catalog.connection where connection_id = $1",
            connection.uuid(),
        )
        .fetch_optional(&mut *db)
        .await?;
        let Some(found) = found else {
            return Ok(None);
        };
        let mut owned = settings::ownership(&mut db, &[connection.uuid()]).await?;
        Ok(Some(PushRules {
            is_linked: found.is_linked,
            is_stock_ours: found.is_stock_ours,
            ownership: owned.remove(&connection.uuid()).unwrap_or_default(),
        }))
    }
}
