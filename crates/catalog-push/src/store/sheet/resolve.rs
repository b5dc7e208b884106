//! Which items rows are.

use retail::catalogue::sheet::{Column, Fault, Header};
use retail::{ItemId, ProductId, RetailerId, SheetId};
use uuid::Uuid;

use super::faults_from;
use crate::store::{Store, StoreError};

/// What a row says of which item it is: cells as they stand.
#[derive(Clone, Debug)]
pub struct RowKeys {
    pub number: u32,
    pub product: String,
    pub item: String,
    pub sku: String,
    pub handle: String,
    pub faults: Vec<(usize, Fault)>,
}

/// An item of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemFound {
    pub item: ItemId,
    pub product: ProductId,
    pub sku: Option<String>,
    pub is_deleted: bool,
}

impl Store {
    /// Up to `limit` rows after number `after`.
    pub async fn sheet_keys(
        &self,
        id: SheetId,
        header: &Header,
        after: u32,
        limit: i64,
    ) -> Result<Vec<RowKeys>, StoreError> {
        // Where no cell is, there is nothing.
        let place = |column| {
            let place = header.place(column).unwrap_or(usize::MAX);
            i32::try_from(place).unwrap_or(i32::MAX)
        };
        let found = sqlx::query!(
            r#"select number, coalesce(cells ->> $3::integer, '') as "product!",
                coalesce(cells ->> $4::integer, '') as "item!", coalesce(cells ->> $5::integer, '') as "sku!",
                coalesce(cells ->> $6::integer, '') as "handle!", fault_places, fault_kinds
            from catalog.sheet_row where sheet_id = $1 and number > $2
            order by number limit $7"#,
            id.uuid(),
            super::number_into(after),
            place(Column::ProductId),
            place(Column::ItemId),
            place(Column::Sku),
            place(Column::Handle),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        let keys = found.into_iter().map(|found| {
            Ok(RowKeys {
                number: u32::try_from(found.number).unwrap_or_default(),
                product: found.product,
                item: found.item,
                sku: found.sku,
                handle: found.handle,
                faults: faults_from(found.fault_places, found.fault_kinds)?,
            })
        });
        keys.collect()
    }

    /// The retailer's items that have one of the ids, deleted or not, or one of the SKUs, of a product that lives.
    pub async fn find_items(
        &self,
        retailer: RetailerId,
        items: &[Uuid],
        skus: &[String],
    ) -> Result<Vec<ItemFound>, StoreError> {
        let found = sqlx::query!(
            r#"select v.item_id as "item_id!", v.product_id as "product_id!", v.sku, p.deleted_at is not null as "is_deleted!"
            from catalog.variant v
            join catalog.product p on p.product_id = v.product_id
            where p.retailer_id = $1 and v.item_id = any($2)
            union
            select v.item_id, v.product_id, v.sku, false
            from catalog.variant v
            join catalog.product p on p.product_id = v.product_id
            where p.retailer_id = $1 and v.sku = any($3) and p.deleted_at is null"#,
            retailer.uuid(),
            items,
            skus,
        )
        .fetch_all(&self.pool)
        .await?;
        let items = found.into_iter().map(|found| ItemFound {
            item: ItemId::new(found.item_id),
            product: ProductId::new(found.product_id),
            sku: found.sku,
            is_deleted: found.is_deleted,
        });
        Ok(items.collect())
    }

    /// Those of the products that the retailer has, and whether each is deleted.
    pub async fn find_products(
        &self,
        retailer: RetailerId,
        products: &[Uuid],
    ) -> Result<Vec<(ProductId, bool)>, StoreError> {
        let found = sqlx::query!(
            r#"select product_id, deleted_at is not null as "is_deleted!"
            from catalog.product where retailer_id = $1 and product_id = any($2)"#,
            retailer.uuid(),
            products,
        )
        .fetch_all(&self.pool)
        .await?;
        let found = found.into_iter();
        Ok(found
            .map(|found| (ProductId::new(found.product_id), found.is_deleted))
            .collect())
    }
}
