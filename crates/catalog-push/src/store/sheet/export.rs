//! Products whole, a page at a time, by id.

use retail::{ConnectionId, ProductId, RetailerId};
use uuid::Uuid;

use super::SheetShop;
use crate::store::list::{activity_str, place_str};
use crate::store::{Filter, ProductView, Store, StoreError, product};

/// Variants of a page, unless its first product has more.
const PAGE_LIMIT_ROWS: i64 = 1_000;
/// Texts of a page, unless its first product has more.
const PAGE_LIMIT_BYTES: i64 = 4 << 20;

/// A page, and where it ended.
#[derive(Clone, Debug)]
pub struct SheetPage {
    pub products: Vec<ProductView>,
    /// `None`: there are no more.
    pub next: Option<ProductId>,
}

impl Store {
    /// Products after `after` that meet the conditions: up to `limit`, fewer where they are large.
    pub async fn sheet_page(
        &self,
        retailer: RetailerId,
        filter: &Filter,
        after: Option<ProductId>,
        limit: i64,
    ) -> Result<SheetPage, StoreError> {
        let mut db = self.pool.begin().await?;
        let found = sqlx::query!(
            r#"select p.product_id as "id!", octet_length(p.description)::bigint as "bytes!",
                (select count(*) from catalog.variant v where v.product_id = p.product_id) as "rows!"
            from catalog.found_product($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) p
            where $12::uuid is null or p.product_id > $12
            order by p.product_id
            limit $13"#,
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
            after.map(ProductId::uuid),
            limit.saturating_add(1),
        )
        .fetch_all(&mut *db)
        .await?;
        let (mut rows, mut bytes) = (0, 0);
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let fits = |(place, one): &(usize, _)| {
            let one: &(i64, i64) = one;
            rows += one.0;
            bytes += one.1;
            *place == 0 || (*place < most && rows <= PAGE_LIMIT_ROWS && bytes <= PAGE_LIMIT_BYTES)
        };
        let sizes = found.iter().map(|found| (found.rows, found.bytes));
        let count = sizes.enumerate().take_while(fits).count();
        let ids: Vec<Uuid> = found.iter().take(count).map(|found| found.id).collect();
        let last = ids.last().copied().filter(|_| count < found.len());
        Ok(SheetPage {
            products: product::read_all(&mut db, retailer, &ids).await?,
            next: last.map(ProductId::new),
        })
    }

    /// The shops that are linked, which have a column each.
    pub async fn sheet_shops(&self, retailer: RetailerId) -> Result<Vec<SheetShop>, StoreError> {
        let found = sqlx::query!(
            "select connection_id, platform from catalog.connection
            where retailer_id = $1 and is_linked order by platform, connection_id",
            retailer.uuid(),
        )
        .fetch_all(&self.pool)
        .await?;
        let shops = found.into_iter().map(|found| SheetShop {
            connection: ConnectionId::new(found.connection_id),
            platform: found.platform,
        });
        Ok(shops.collect())
    }
}
