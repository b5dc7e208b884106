//! The beginning of an import.

use retail::{ConnectionId, ImportId, RetailerId};

use super::{ImportError, ImportView, entry};
use crate::store::ours::is_ours;
use crate::store::{Store, audit, row};

impl Store {
    /// Begins an import with a snapshot of the retailer's levels (WC-4), both or neither. A repeat gives the
    /// import as it stands.
    pub async fn begin_import(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        import: ImportId,
    ) -> Result<ImportView, ImportError> {
        let now = self.clock.now();
        let mut db = self.pool.begin().await?;
        if !is_ours(&mut db, retailer, connection.uuid()).await? {
            return Err(ImportError::UnknownConnection);
        }
        let begun = sqlx::query!(
            "insert into ledger.import (import_id, retailer_id, connection_id, state, began_at)
            values ($1, $2, $3, 'running', $4)
            on conflict on constraint import_pkey do nothing",
            import.uuid(),
            retailer.uuid(),
            connection.uuid(),
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?
        .rows_affected();
        if begun == 1 {
            sqlx::query!(
                "insert into ledger.import_level (import_id, item_id, outlet_id, on_hand_milli)
                select $1, l.item_id, l.outlet_id, l.on_hand_milli
                from ledger.item i
                join ledger.stock_level l on l.item_id = i.item_id
                where i.retailer_id = $2",
                import.uuid(),
                retailer.uuid(),
            )
            .execute(&mut *db)
            .await?;
        }
        let view = ImportView::find(&mut db, retailer.uuid(), import.uuid()).await?;
        let view = view
            .filter(|view| view.connection == connection.uuid())
            .ok_or(ImportError::Taken)?;
        if begun == 1 {
            let entry = entry(self.ids.next(), "Imports.BeginImport", &view, None);
            audit::enter(&mut db, entry, now).await?;
        }
        db.commit().await?;
        Ok(view)
    }
}
