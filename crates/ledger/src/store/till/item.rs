//! Which products a till sells.

use retail::{ItemId, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::TillError;
use crate::decide::ItemKind;
use crate::store::{AskedItem, row};

/// A product that lives.
pub(super) struct Product {
    pub item: ItemId,
    pub name: String,
}

/// What is sold, each by its place. The same may be there twice, at two prices.
pub(super) async fn find(
    db: &mut PgConnection,
    retailer: RetailerId,
    asked: &[&AskedItem],
) -> Result<Vec<Product>, TillError> {
    let (ids, skus): (Vec<Option<Uuid>>, Vec<Option<&str>>) = asked
        .iter()
        .map(|asked| match asked {
            AskedItem::Id(id) => (Some(*id), None),
            AskedItem::Sku(sku) => (None, Some(sku.as_str())),
        })
        .unzip();
    let found = sqlx::query!(
        r#"select i.item_id as "item_id?", i.kind as "kind?", i.name as "name?",
            i.deleted_at is not null as "is_deleted!"
        from unnest($2::uuid[], $3::text[]) with ordinality k (item_id, sku, place)
        left join lateral (
            select * from (
                select * from ledger.item named
                where named.item_id = k.item_id and named.retailer_id = $1
                union all
                select * from ledger.item named
                where named.retailer_id = $1 and named.sku_key = k.sku) named
            order by deleted_at desc nulls first
            limit 1) i on true
        order by k.place"#,
        retailer.uuid(),
        &ids as _,
        &skus as _,
    )
    .fetch_all(db)
    .await?;
    let mut products = Vec::with_capacity(asked.len());
    for (place, (found, asked)) in found.into_iter().zip(asked).enumerate() {
        let item = asked.to_string();
        let (Some(id), Some(kind), Some(name)) = (found.item_id, found.kind, found.name) else {
            return Err(TillError::UnknownItem { place, item });
        };
        if row::item_kind_from(&kind)? != ItemKind::Product {
            return Err(TillError::NotAProduct { place, item });
        }
        if found.is_deleted {
            return Err(TillError::ItemDeleted { place, item });
        }
        products.push(Product {
            item: ItemId::new(id),
            name,
        });
    }
    Ok(products)
}
