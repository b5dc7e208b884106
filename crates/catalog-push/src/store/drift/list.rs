//! What differs, a page at a time.

use jiff::Timestamp;
use retail::listing::Field;
use retail::{ConnectionId, ItemId, ProductId, RetailerId, ShopVariantId, Sku};
use uuid::Uuid;

use super::super::row::{self, SqlTimestamp};
use super::super::{Store, StoreError, push};
use super::{DriftFilter, DriftView, field_from, kind_from, repairs_from};

/// An entry's place in the list: what hurts most, then what is oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DriftKey {
    pub severity: i16,
    pub since: Timestamp,
    pub id: Uuid,
}

/// A part of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftPage {
    pub entries: Vec<DriftView>,
    /// All that meet the conditions.
    pub total: i64,
    /// Products that are to be compared now and were not yet.
    pub waiting: i64,
}

impl DriftView {
    #[must_use]
    pub const fn key(&self) -> DriftKey {
        DriftKey {
            severity: self.kind as i16,
            since: self.since,
            id: self.id,
        }
    }
}

impl Store {
    /// Up to `limit` entries after `after`, of shops that are linked.
    pub async fn list_drift(
        &self,
        retailer: RetailerId,
        filter: &DriftFilter,
        after: Option<DriftKey>,
        limit: i64,
    ) -> Result<DriftPage, StoreError> {
        let mut db = self.snapshot().await?;
        let found = sqlx::query!(
            r#"select d.drift_id, d.connection_id, d.product_id, p.name, d.item_id, d.sku, d.shop_product_id,
                d.shop_variant_id, d.field, d.pos, d.shop, d.kind, d.repairs, d.since as "since: SqlTimestamp",
                d.seen_at as "seen_at: SqlTimestamp"
            from catalog.drift d
            join catalog.connection k on k.connection_id = d.connection_id and k.retailer_id = $1 and k.is_linked
            join catalog.product p on p.product_id = d.product_id
            where ($2::uuid is null or d.connection_id = $2)
                and ($3::text is null or d.kind = $3)
                and ($4::text is null or d.field = $4)
                and ($5::uuid is null or d.product_id = $5)
                and ($6::text is null or d.sku = $6)
                and ($7::timestamptz is null or d.since < $7)
                and ($8::smallint is null or (d.severity, d.since, d.drift_id) > ($8, $9::timestamptz, $10::uuid))
            order by d.severity, d.since, d.drift_id
            limit $11"#,
            retailer.uuid(),
            filter.connection.map(ConnectionId::uuid),
            filter.kind.map(retail::listing::drift::Kind::as_str),
            filter.field.map(Field::as_str),
            filter.product.map(ProductId::uuid),
            filter.sku.as_ref().map(Sku::as_str),
            filter.since_before.map(row::at) as _,
            after.map(|key| key.severity),
            after.map(|key| row::at(key.since)) as _,
            after.map(|key| key.id),
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        let total = super::find::count(&mut db, retailer, filter, None).await?;
        let waiting = sqlx::query_scalar!(
            r#"select count(*) as "count!" from catalog.work w
            join catalog.connection k on k.connection_id = w.connection_id and k.retailer_id = $1 and k.is_linked
            where w.kind = 'drift' and w.not_before <= $3 and ($2::uuid is null or w.connection_id = $2)"#,
            retailer.uuid(),
            filter.connection.map(ConnectionId::uuid),
            row::at(self.clock.now()) as _,
        )
        .fetch_one(&mut *db)
        .await?;
        let entries = found.into_iter().map(|found| {
            let variant = found.shop_variant_id.as_deref().map(|id| {
                ShopVariantId::new(id)
                    .map_err(|_| StoreError::corrupt("drift", "shop_variant_id", id))
            });
            let shop_product = found.shop_product_id.as_deref();
            Ok(DriftView {
                id: found.drift_id,
                connection: ConnectionId::new(found.connection_id),
                product: ProductId::new(found.product_id),
                product_name: found.name,
                item: found.item_id.map(ItemId::new),
                sku: found.sku,
                shop_product: shop_product.map(push::shop_id).transpose()?,
                shop_variant: variant.transpose()?,
                field: field_from(&found.field)?,
                pos: found.pos,
                shop: found.shop,
                kind: kind_from(&found.kind)?,
                repairs: repairs_from(&found.repairs)?,
                since: found.since.to_jiff(),
                seen_at: found.seen_at.to_jiff(),
            })
        });
        Ok(DriftPage {
            entries: entries.collect::<Result<_, StoreError>>()?,
            total,
            waiting,
        })
    }
}
