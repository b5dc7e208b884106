//! The end of an import: all is sent, or a person stops it.

use retail::{ImportId, RetailerId};

use super::{ImportError, ImportState, ImportView, entry, lock_alone};
use crate::store::{Store, audit, row};

impl Store {
    /// All its orders were sent. A repeat changes nothing.
    pub async fn complete_import(
        &self,
        retailer: RetailerId,
        import: ImportId,
    ) -> Result<ImportView, ImportError> {
        let ended = (ImportState::Complete, "Imports.CompleteImport");
        self.end(retailer, import, ended).await
    }

    /// Nothing of it is taken any more. A repeat changes nothing.
    pub async fn cancel_import(
        &self,
        retailer: RetailerId,
        import: ImportId,
    ) -> Result<ImportView, ImportError> {
        let ended = (ImportState::Cancelled, "Imports.CancelImport");
        self.end(retailer, import, ended).await
    }

    async fn end(
        &self,
        retailer: RetailerId,
        import: ImportId,
        (ended, method): (ImportState, &'static str),
    ) -> Result<ImportView, ImportError> {
        let now = self.clock.now();
        let (retailer, import) = (retailer.uuid(), import.uuid());
        let mut db = self.pool.begin().await?;
        let (_, state) = lock_alone(&mut db, retailer, import).await?;
        if state == ImportState::Running {
            sqlx::query!(
                "update ledger.import set state = $2, ended_at = $3 where import_id = $1",
                import,
                ended.as_str(),
                row::at(now) as _,
            )
            .execute(&mut *db)
            .await?;
        } else if state != ended {
            return Err(ImportError::Is(state));
        }
        let view = ImportView::find(&mut db, retailer, import).await?;
        let view = view.ok_or(ImportError::Unknown)?;
        if state != ended {
            let entry = entry(self.ids.next(), method, &view, Some(state));
            audit::enter(&mut db, entry, now).await?;
        }
        db.commit().await?;
        Ok(view)
    }
}
