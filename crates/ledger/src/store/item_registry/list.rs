//! The items that there are.

use retail::RetailerId;
use uuid::Uuid;

use crate::decide::{ItemKind, Origin};
use crate::store::{Reader, StoreError, row};

/// An item, and whether it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredItem {
    pub item: Uuid,
    pub kind: ItemKind,
    pub origin: Origin,
    pub sku: Option<String>,
    pub barcode: Option<String>,
    pub name: String,
    pub is_deleted: bool,
}

impl Reader {
    /// Up to `limit` items after `after`, by id; `skus` are those asked for, none: all.
    pub async fn registered_items(
        &self,
        retailer: RetailerId,
        include_deleted: bool,
        skus: &[String],
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<RegisteredItem>, StoreError> {
        let found = sqlx::query!(
            r#"select item_id, kind, origin, sku, barcode, name, (deleted_at is not null) as "is_deleted!"
            from ledger.item
            where retailer_id = $1
                and ($2 or deleted_at is null)
                and (cardinality($3::text[]) = 0 or sku_key = any($3))
                and ($4::uuid is null or item_id > $4)
            order by item_id
            limit $5"#,
            retailer.uuid(),
            include_deleted,
            skus,
            after,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        let items = found.into_iter().map(|found| {
            Ok(RegisteredItem {
                item: found.item_id,
                kind: row::item_kind_from(&found.kind)?,
                origin: row::origin_from(&found.origin)?,
                sku: found.sku,
                barcode: found.barcode,
                name: found.name,
                is_deleted: found.is_deleted,
            })
        });
        items.collect()
    }
}
