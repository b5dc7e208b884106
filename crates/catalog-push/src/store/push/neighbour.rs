//! Which other products have a say in what a shop's listings are.

use std::collections::BTreeMap;

use retail::catalogue::Product;
use retail::listing::ShopProductId;
use retail::{ConnectionId, ItemId, ProductId, RetailerId, Sku};
use uuid::Uuid;

use super::super::{Store, StoreError, product};
use super::listing::{KeptLink, Standing, shop_id};

/// Others at most: more have one listing's SKUs only where somebody made a mess of them.
const LIMIT: usize = 5_000;

/// What a shop was found to have, by which others are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    pub listings: Vec<ShopProductId>,
    /// That the shop's own notes name.
    pub products: Vec<ProductId>,
    /// Of what was found, and of the product that it was found for.
    pub skus: Vec<Sku>,
}

/// Another product, and how it stands in the shop.
#[derive(Clone, Debug)]
pub struct Neighbour {
    pub product: Product,
    /// It is deleted here, and holds a listing until it is deleted there.
    pub is_deleted: bool,
    pub shop_product: Option<ShopProductId>,
    pub is_apart: bool,
    pub items: Vec<KeptLink>,
}

impl Store {
    /// Products but `of` that are linked to one of the listings, and living ones that one of the notes names or that have
    /// one of the SKUs, by id. `None`: more than anybody can have a look at.
    pub async fn neighbours(
        &self,
        (retailer, connection): (RetailerId, ConnectionId),
        of: ProductId,
        traces: &Traces,
    ) -> Result<Option<Vec<Neighbour>>, StoreError> {
        let listings: Vec<&str> = traces.listings.iter().map(ShopProductId::as_str).collect();
        let products: Vec<Uuid> = traces.products.iter().map(|id| id.uuid()).collect();
        let skus: Vec<&str> = traces.skus.iter().map(Sku::as_str).collect();
        let mut db = self.pool.begin().await?;
        let found = sqlx::query_scalar!(
            r#"select p.product_id from catalog.product p
            where p.retailer_id = $1 and p.product_id <> $3 and (
                p.product_id in (
                    select l.product_id from catalog.listing l
                    where l.connection_id = $2 and l.shop_product_id = any($4))
                or p.deleted_at is null and p.product_id in (
                    select n.product_id from unnest($5::uuid[]) n (product_id)
                    union all
                    select v.product_id from catalog.variant v
                    join catalog.product o on o.product_id = v.product_id and o.retailer_id = $1
                    where v.sku = any($6)))
            order by p.product_id
            limit $7"#,
            retailer.uuid(),
            connection.uuid(),
            of.uuid(),
            &listings as _,
            &products,
            &skus as _,
            i64::try_from(LIMIT + 1).unwrap_or(i64::MAX),
        )
        .fetch_all(&mut *db)
        .await?;
        if found.is_empty() {
            return Ok(Some(Vec::new()));
        }
        if found.len() > LIMIT {
            return Ok(None);
        }
        let stands = sqlx::query!(
            "select product_id, standing, shop_product_id from catalog.listing
            where connection_id = $1 and product_id = any($2)",
            connection.uuid(),
            &found,
        )
        .fetch_all(&mut *db)
        .await?;
        let stands = stands.into_iter().map(|row| {
            let id = row.shop_product_id.as_deref().map(shop_id).transpose()?;
            let is_apart = Standing::read(&row.standing)? == Standing::Apart;
            Ok((row.product_id, (id, is_apart)))
        });
        let mut stands: BTreeMap<Uuid, (Option<ShopProductId>, bool)> =
            stands.collect::<Result<_, StoreError>>()?;
        let links = sqlx::query!(
            "select product_id, item_id, shop_variant_id from catalog.listing_item
            where connection_id = $1 and product_id = any($2) order by item_id",
            connection.uuid(),
            &found,
        )
        .fetch_all(&mut *db)
        .await?;
        let mut items: BTreeMap<Uuid, Vec<KeptLink>> = BTreeMap::new();
        for link in links {
            items.entry(link.product_id).or_default().push(KeptLink {
                item: ItemId::new(link.item_id),
                variant: link.shop_variant_id.as_str().into(),
            });
        }
        let views = product::read_all(&mut db, retailer, &found).await?;
        let neighbours = views.into_iter().map(|view| {
            let id = view.product.id.uuid();
            let (shop_product, is_apart) = stands.remove(&id).unwrap_or_default();
            Neighbour {
                product: view.product,
                is_deleted: view.is_deleted,
                shop_product,
                is_apart,
                items: items.remove(&id).unwrap_or_default(),
            }
        });
        Ok(Some(neighbours.collect()))
    }
}
