//! Products that meet conditions, a page at a time (EC-13).

use jiff::Timestamp;
use retail::catalogue::{Activity, Place};
use retail::{ConnectionId, Money, ProductId, RetailerId};
use uuid::Uuid;

use super::row::{self, SqlTimestamp};
use super::{Filter, Store, StoreError};

/// A product in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductSummary {
    pub product: ProductId,
    pub revision: i64,
    pub name: String,
    pub brand: String,
    pub category: String,
    /// Of the first variant.
    pub sku: Option<String>,
    /// Of the first variant.
    pub price: Money,
    pub variants: i32,
    pub is_in_store: bool,
    /// Of shops that are linked.
    pub online: Vec<ConnectionId>,
    pub is_from_order: bool,
    pub is_deleted: bool,
    pub changed_at: Timestamp,
}

/// A product's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductKey {
    pub name: String,
    pub product: Uuid,
}

impl ProductSummary {
    #[must_use]
    pub fn key(&self) -> ProductKey {
        ProductKey {
            name: self.name.clone(),
            product: self.product.uuid(),
        }
    }
}

pub(super) const fn activity_str(activity: Activity) -> &'static str {
    match activity {
        Activity::All => "all",
        Activity::Active => "active",
        Activity::Inactive => "inactive",
    }
}

pub(super) const fn place_str(place: Place) -> &'static str {
    match place {
        Place::All => "all",
        Place::InStore => "in_store",
        Place::Online => "online",
    }
}

impl Store {
    /// Up to `limit` products after `after`, by name.
    pub async fn list_products(
        &self,
        retailer: RetailerId,
        filter: &Filter,
        after: Option<&ProductKey>,
        limit: i64,
    ) -> Result<Vec<ProductSummary>, StoreError> {
        let found = sqlx::query!(
            r#"select p.product_id as "product_id!", p.revision as "revision!", p.name as "name!", p.brand as "brand!",
                p.category as "category!", p.is_in_store as "is_in_store!", p.is_from_order as "is_from_order!",
                p.changed_at as "changed_at!: SqlTimestamp", p.deleted_at is not null as "is_deleted!",
                v.sku, v.price_minor as "price_minor!", v.currency as "currency!",
                (select count(*)::integer from catalog.variant n where n.product_id = p.product_id)
                    as "variants!",
                array(select c.connection_id from catalog.product_channel c
                    join catalog.connection k on k.connection_id = c.connection_id
                    where c.product_id = p.product_id and c.is_online and k.is_linked
                    order by 1) as "online!"
            from catalog.found_product($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) p
            join lateral (
                select sku, price_minor, currency from catalog.variant
                where product_id = p.product_id order by position limit 1) v on true
            where $12::text is null or (p.name, p.product_id) > ($12 collate "C", $13::uuid)
            order by p.name, p.product_id
            limit $14"#,
            retailer.uuid(),
            filter.deleted,
            activity_str(filter.channel.activity),
            place_str(filter.channel.place),
            filter.connection.map(ConnectionId::uuid),
            filter.text.as_deref(),
            filter.sku.as_deref(),
            filter.brand.as_deref(),
            filter.category.as_deref(),
            filter.supplier.as_deref(),
            filter.tag.as_deref(),
            after.map(|key| key.name.as_str()),
            after.map(|key| key.product),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        found
            .into_iter()
            .map(|found| {
                Ok(ProductSummary {
                    product: ProductId::new(found.product_id),
                    revision: found.revision,
                    name: found.name,
                    brand: found.brand,
                    category: found.category,
                    sku: found.sku,
                    price: row::money_from(found.price_minor, &found.currency)?,
                    variants: found.variants,
                    is_in_store: found.is_in_store,
                    online: found.online.into_iter().map(ConnectionId::new).collect(),
                    is_from_order: found.is_from_order,
                    is_deleted: found.is_deleted,
                    changed_at: found.changed_at.to_jiff(),
                })
            })
            .collect()
    }

    /// How many there are.
    pub async fn count_products(
        &self,
        retailer: RetailerId,
        filter: &Filter,
    ) -> Result<i64, StoreError> {
        let count = sqlx::query_scalar!(
            r#"select count(*) as "count!"
            from catalog.found_product($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"#,
            retailer.uuid(),
            filter.deleted,
            activity_str(filter.channel.activity),
            place_str(filter.channel.place),
            filter.connection.map(ConnectionId::uuid),
            filter.text.as_deref(),
            filter.sku.as_deref(),
            filter.brand.as_deref(),
            filter.category.as_deref(),
            filter.supplier.as_deref(),
            filter.tag.as_deref(),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(count)
    }
}
