//! What to look at before a shop is linked (POS-8), as far as the catalogue knows it.

use retail::{ItemId, RetailerId};

use super::{Store, StoreError};

/// Findings told of at most.
const FINDINGS_LIMIT: i64 = 100;

/// Variants of living products that cost nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceCheck {
    /// All there are.
    pub variants: i64,
    pub zero_prices: i64,
    /// The first of them by SKU: item, SKU, name of its product.
    pub findings: Vec<(ItemId, Option<String>, String)>,
}

impl Store {
    /// Looks at all variants.
    pub async fn check_prices(&self, retailer: RetailerId) -> Result<PriceCheck, StoreError> {
        let counts = sqlx::query!(
            r#"select count(*) as "variants!", count(*) filter (where v.price_minor = 0) as "zero_prices!"
            from catalog.variant v
            join catalog.product p on p.product_id = v.product_id
            where p.retailer_id = $1 and p.deleted_at is null"#,
            retailer.uuid(),
        )
        .fetch_one(&self.pool)
        .await?;
        let findings = sqlx::query!(
            "select v.item_id, v.sku, p.name
            from catalog.variant v
            join catalog.product p on p.product_id = v.product_id
            where p.retailer_id = $1 and p.deleted_at is null and v.price_minor = 0
            order by v.sku, v.item_id
            limit $2",
            retailer.uuid(),
            FINDINGS_LIMIT,
        )
        .fetch_all(&self.pool)
        .await?;
        let finding = |found: (uuid::Uuid, Option<String>, String)| {
            let (item, sku, name) = found;
            (ItemId::new(item), sku, name)
        };
        let findings = findings.into_iter();
        Ok(PriceCheck {
            variants: counts.variants,
            zero_prices: counts.zero_prices,
            findings: findings
                .map(|found| finding((found.item_id, found.sku, found.name)))
                .collect(),
        })
    }
}
