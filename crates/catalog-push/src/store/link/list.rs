//! What products are in a shop, a page at a time.

use std::collections::BTreeMap;

use retail::listing::link::Doubt;
use retail::listing::{Field, ShopProductId};
use retail::{ConnectionId, ItemId, ProductId, RetailerId, ShopVariantId, Sku};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::{Standing, Store, StoreError, channels, push};
use super::LinkError;

/// Which ones: those that meet every condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkFilter {
    pub connection: ConnectionId,
    /// In review are those, too, that are linked and of which an item is in doubt.
    pub standing: Option<Standing>,
    /// Empty: all.
    pub products: Vec<ProductId>,
}

/// A living product in one shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkView {
    pub product: ProductId,
    pub name: String,
    pub standing: Standing,
    pub shop_product: Option<ShopProductId>,
    /// What it was linked to there before that was gone.
    pub gone: Option<ShopProductId>,
    /// Of one in review; `None`: only items are in doubt.
    pub doubt: Option<Doubt>,
    pub candidates: Vec<ShopProductId>,
    pub not_these: Vec<ShopProductId>,
    pub left_to_shop: Vec<Field>,
    /// In the product's order.
    pub items: Vec<ItemLinkView>,
    /// Variants of the listing that are known to be the shop's own.
    pub shop_only: Vec<ShopVariantId>,
}

/// An item in one shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemLinkView {
    pub item: ItemId,
    pub sku: Option<Sku>,
    pub variant: Option<ShopVariantId>,
    /// Why a person says which one it is, and what it may be.
    pub doubt: Option<(Doubt, Vec<ShopVariantId>)>,
}

impl Store {
    /// Up to `limit` of them after `after`, by id.
    pub async fn list_links(
        &self,
        retailer: RetailerId,
        filter: &LinkFilter,
        after: Option<ProductId>,
        limit: i64,
    ) -> Result<Vec<LinkView>, LinkError> {
        let connection = filter.connection;
        let mut db = self.snapshot().await?;
        if let Some(unknown) = channels::unknown(&mut db, retailer, &[connection]).await? {
            return Err(LinkError::UnknownConnection(unknown));
        }
        let products: Vec<Uuid> = filter.products.iter().map(|id| id.uuid()).collect();
        let found = sqlx::query!(
            r#"select l.product_id, p.name, l.standing, l.shop_product_id, l.gone, l.doubt, l.candidates, l.item_doubts,
                l.not_these, l.left_to_shop, array(
                    select v ->> 'id' from jsonb_array_elements(l.known -> 'variants') v
                    where v ->> 'item' is null) as "shop_only!"
            from catalog.listing l
            join catalog.product p on p.product_id = l.product_id and p.retailer_id = $2 and p.deleted_at is null
            where l.connection_id = $1
                and ($3::text is null or l.standing = $3 or $3 = 'review' and l.item_doubts <> '[]')
                and (cardinality($4::uuid[]) = 0 or l.product_id = any($4))
                and ($5::uuid is null or l.product_id > $5)
            order by l.product_id
            limit $6"#,
            connection.uuid(),
            retailer.uuid(),
            filter.standing.map(Standing::as_str),
            &products,
            after.map(ProductId::uuid),
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        let ids: Vec<Uuid> = found.iter().map(|found| found.product_id).collect();
        let mut items = items(&mut db, connection, &ids).await?;
        let views = found.into_iter().map(|found| {
            let mut items = items.remove(&found.product_id).unwrap_or_default();
            for doubt in push::read_doubts(found.item_doubts)? {
                if let Some(item) = items.iter_mut().find(|item| item.item == doubt.item) {
                    item.doubt = Some((doubt.why, doubt.candidates));
                }
            }
            let id = |id: Option<String>| id.as_deref().map(push::shop_id).transpose();
            Ok(LinkView {
                product: ProductId::new(found.product_id),
                name: found.name,
                standing: Standing::read(&found.standing)?,
                shop_product: id(found.shop_product_id)?,
                gone: id(found.gone)?,
                doubt: found.doubt.as_deref().map(doubt).transpose()?,
                candidates: shop_ids(&found.candidates)?,
                not_these: shop_ids(&found.not_these)?,
                left_to_shop: push::fields(&found.left_to_shop)?,
                items,
                shop_only: variant_ids(&found.shop_only)?,
            })
        });
        views.collect()
    }
}

fn shop_ids(ids: &[String]) -> Result<Vec<ShopProductId>, StoreError> {
    ids.iter().map(|id| push::shop_id(id)).collect()
}

fn variant_ids(ids: &[String]) -> Result<Vec<ShopVariantId>, StoreError> {
    let corrupt = |id: &str| StoreError::corrupt("listing", "known", id);
    let read = |id: &String| ShopVariantId::new(id).map_err(|_| corrupt(id));
    ids.iter().map(read).collect()
}

fn doubt(text: &str) -> Result<Doubt, StoreError> {
    Doubt::read(text).ok_or_else(|| StoreError::corrupt("listing", "doubt", text))
}

/// Of each product, in its order.
async fn items(
    db: &mut PgConnection,
    connection: ConnectionId,
    products: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<ItemLinkView>>, StoreError> {
    let found = sqlx::query!(
        r#"select v.product_id, v.item_id, v.sku, i.shop_variant_id as "shop_variant_id?"
        from catalog.variant v
        left join catalog.listing_item i on i.connection_id = $1 and i.item_id = v.item_id and i.product_id = v.product_id
        where v.product_id = any($2)
        order by v.product_id, v.position"#,
        connection.uuid(),
        products,
    )
    .fetch_all(db)
    .await?;
    let mut all: BTreeMap<Uuid, Vec<ItemLinkView>> = BTreeMap::new();
    for found in found {
        let variant = found.shop_variant_id.as_deref().map(|id| {
            ShopVariantId::new(id)
                .map_err(|_| StoreError::corrupt("listing_item", "shop_variant_id", id))
        });
        all.entry(found.product_id).or_default().push(ItemLinkView {
            item: ItemId::new(found.item_id),
            sku: found.sku.and_then(|sku| Sku::new(&sku).ok()),
            variant: variant.transpose()?,
            doubt: None,
        });
    }
    Ok(all)
}
