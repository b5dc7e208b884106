//! A product is deleted, or its deletion is taken back (EC-7, WC-9).

use retail::{ItemId, ProductId};

use super::{Once, ProductView, StoreError, product, row, save};

/// Why neither is done.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    #[error("there is no product {0}")]
    Unknown(ProductId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ProductView {
    /// What the ledger knows of it.
    #[must_use]
    pub fn items(&self) -> Vec<ItemId> {
        let variants = self.product.variants.iter();
        variants.map(|variant| variant.item).collect()
    }
}

impl Once {
    /// As it is; it stays so until the transaction ends.
    pub async fn look_before_removing(
        &mut self,
        id: ProductId,
    ) -> Result<ProductView, RemoveError> {
        let retailer = self.retailer();
        let db = self.db();
        product::lock(db, id).await?;
        let found = product::read(db, retailer, id).await?;
        found.ok_or(RemoveError::Unknown(id))
    }

    /// Marks `before` as deleted, or as living again.
    pub async fn mark_deleted(
        &mut self,
        before: &ProductView,
        is_deleted: bool,
    ) -> Result<ProductView, StoreError> {
        let (retailer, now, id) = (self.retailer(), self.now(), before.product.id);
        let db = self.db();
        sqlx::query!(
            "update catalog.product set deleted_at = $2 where product_id = $1",
            id.uuid(),
            is_deleted.then(|| row::at(now)) as _,
        )
        .execute(&mut *db)
        .await?;
        product::touch(db, &[id.uuid()], now).await?;
        let after = product::read(db, retailer, id).await?;
        let after = after.ok_or_else(|| StoreError::corrupt("product", "product_id", "gone"))?;
        self.note_change(Some(save::told(before)), save::told(&after));
        Ok(after)
    }
}
