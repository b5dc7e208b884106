//! How far a sheet is, what is wrong with it and what it changes.

use retail::{ProductId, RetailerId, SheetId};
use sqlx::PgConnection;

use super::{ChangeView, FindingView, SheetCount, SheetError, SheetPlace, SheetState, SheetView};
use crate::store::row::SqlTimestamp;
use crate::store::{Store, StoreError};

impl Store {
    pub async fn sheet(&self, retailer: RetailerId, id: SheetId) -> Result<SheetView, SheetError> {
        let mut db = self.pool.begin().await?;
        let found = sheet(&mut db, retailer, id).await?;
        found.ok_or(SheetError::Unknown(id))
    }

    /// Up to `limit` findings after `after`, by row.
    pub async fn sheet_findings(
        &self,
        retailer: RetailerId,
        id: SheetId,
        after: Option<SheetPlace>,
        limit: i64,
    ) -> Result<Vec<FindingView>, SheetError> {
        self.sheet(retailer, id).await?;
        let found = sqlx::query!(
            "select place, number, cell, kind, message from catalog.sheet_finding
            where sheet_id = $1 and ($2::bigint is null or place > $2)
            order by place limit $3",
            id.uuid(),
            after.map(|after| after.0),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        let findings = found.into_iter().map(|found| FindingView {
            place: found.place,
            row: found.number,
            cell: usize::try_from(found.cell).ok(),
            kind: found.kind,
            message: found.message,
        });
        Ok(findings.collect())
    }

    /// Up to `limit` changes after `after`, product by product.
    pub async fn sheet_changes(
        &self,
        retailer: RetailerId,
        id: SheetId,
        after: Option<SheetPlace>,
        limit: i64,
    ) -> Result<Vec<ChangeView>, SheetError> {
        self.sheet(retailer, id).await?;
        let found = sqlx::query!(
            "select place, number, product_id, is_new, field, before, after from catalog.sheet_change
            where sheet_id = $1 and ($2::bigint is null or place > $2)
            order by place limit $3",
            id.uuid(),
            after.map(|after| after.0),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        let changes = found.into_iter().map(|found| ChangeView {
            place: found.place,
            row: found.number,
            product: ProductId::new(found.product_id),
            is_new: found.is_new,
            column: found.field,
            before: found.before,
            after: found.after,
        });
        Ok(changes.collect())
    }
}

pub(super) async fn sheet(
    db: &mut PgConnection,
    retailer: RetailerId,
    id: SheetId,
) -> Result<Option<SheetView>, StoreError> {
    let found = sqlx::query!(
        r#"select columns, state, done, total, findings, new_products, changed_products, changed_rows, refusal,
            rows, changed_at as "changed_at: SqlTimestamp"
        from catalog.sheet where sheet_id = $1 and retailer_id = $2"#,
        id.uuid(),
        retailer.uuid(),
    )
    .fetch_optional(db)
    .await?;
    let sheet = found.map(|found| {
        Ok(SheetView {
            id,
            state: SheetState::read(&found.state)?,
            columns: found.columns,
            rows: found.rows,
            done: found.done,
            total: found.total,
            count: SheetCount {
                findings: found.findings,
                new_products: found.new_products,
                changed_products: found.changed_products,
                changed_rows: found.changed_rows,
            },
            refusal: found.refusal,
            changed_at: found.changed_at.to_jiff(),
        })
    });
    sheet.transpose()
}
