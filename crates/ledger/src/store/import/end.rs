//! The end of an import: all is sent, or a person stops it.

use retail::{ImportId, RetailerId};

use super::{ImportError, ImportState, ImportView, lock_alone};
use crate::store::{Store, row};

impl Store {
    /// All its orders were sent. A repeat changes nothing.
    pub async fn complete_import(
        &self,
        retailer: RetailerId,
        import: ImportId,
    ) -> Result<ImportView, ImportError> {
        self.end(retailer, import, ImportState::Complete).await
    }

    /// Nothing of it is taken any more. A repeat changes nothing.
    pub async fn cancel_import(
        &self,
        retailer: RetailerId,
        import: ImportId,
    ) -> Result<ImportView, ImportError> {
        self.end(retailer, import, ImportState::Cancelled).await
    }

    async fn end(
        &self,
        retailer: RetailerId,
        import: ImportId,
        ended: ImportState,
    ) -> Result<ImportView, ImportError> {
        let (retailer, import) = (retailer.uuid(), import.uuid());
        let mut db = self.pool.begin().await?;
        let (_, state) = lock_alone(&mut db, retailer, import).await?;
        if state == ImportState::Running {
            sqlx::query!(
                "update ledger.import set state = $2, ended_at = $3 where import_id = $1",
                import,
                ended.as_str(),
                row::at(self.clock.now()) as _,
            )
            .execute(&mut *db)
            .await?;
        } else if state != ended {
            return Err(ImportError::Is(state));
        }
        let view = ImportView::find(&mut db, retailer, import).await?;
        db.commit().await?;
        view.ok_or(ImportError::Unknown)
    }
}
