//! What there is to look at before a shop is linked (POS-8).

use retail::{Quantity, RetailerId};
use uuid::Uuid;

use super::Reader;
use crate::store::StoreError;

/// Findings shown of each kind.
pub const FINDINGS_SHOWN_LIMIT: i64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// Two products whose SKUs differ in nothing but capital letters and spaces: those of living products are
    /// never the same.
    DuplicateSku,
    EmptySku,
    NegativeStock,
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    pub item: Uuid,
    pub sku: Option<String>,
    pub name: String,
    /// Of negative stock: where, and how much there is.
    pub level: Option<(Uuid, Quantity)>,
}

/// What a look at the catalogue found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueCheck {
    pub products: i64,
    /// Of every kind.
    pub counts: Vec<(FindingKind, i64)>,
    /// By kind and SKU, the first of each kind.
    pub findings: Vec<Finding>,
}

impl Reader {
    pub async fn check_catalogue(
        &self,
        retailer: RetailerId,
    ) -> Result<CatalogueCheck, StoreError> {
        let mut db = self.snapshot().await?;
        let products = sqlx::query_scalar!(
            r#"select count(*) as "count!" from ledger.item
            where retailer_id = $1 and kind = 'product' and deleted_at is null"#,
            retailer.uuid(),
        )
        .fetch_one(&mut *db)
        .await?;
        let rows = sqlx::query!(
            r#"with product as (
                select item_id, sku, name, count(*) over (partition by lower(btrim(sku))) as alike
                from ledger.item
                where retailer_id = $1 and kind = 'product' and deleted_at is null
            ),
            finding as (
                select 'duplicate_sku' as kind, item_id, sku, name,
                    null::uuid as outlet_id, null::bigint as on_hand_milli
                from product where sku is not null and alike > 1
                union all
                select 'empty_sku', item_id, null, name, null, null from product where sku is null
                union all
                select 'negative_stock', p.item_id, p.sku, p.name, l.outlet_id, l.on_hand_milli
                from product p join ledger.stock_level l on l.item_id = p.item_id
                where l.on_hand_milli < 0
            ),
            counted as (
                select f.*, count(*) over (partition by kind) as total,
                    row_number() over (
                        partition by kind order by lower(sku), sku, name, item_id, outlet_id
                    ) as place
                from finding f
            )
            select kind as "kind!", item_id as "item_id!", sku, name as "name!", outlet_id, on_hand_milli,
                total as "total!"
            from counted where place <= $2
            order by kind, place"#,
            retailer.uuid(),
            FINDINGS_SHOWN_LIMIT,
        )
        .fetch_all(&mut *db)
        .await?;
        let mut counts = FindingKind::ALL.map(|kind| (kind, 0));
        let mut findings = Vec::with_capacity(rows.len());
        for row in rows {
            let kind = FindingKind::from_text(&row.kind)?;
            for (counted, count) in &mut counts {
                if *counted == kind {
                    *count = row.total;
                }
            }
            findings.push(Finding {
                kind,
                item: row.item_id,
                sku: row.sku,
                name: row.name,
                level: row
                    .outlet_id
                    .zip(row.on_hand_milli.map(Quantity::from_milli)),
            });
        }
        Ok(CatalogueCheck {
            products,
            counts: counts.to_vec(),
            findings,
        })
    }
}

impl FindingKind {
    const ALL: [Self; 3] = [Self::DuplicateSku, Self::EmptySku, Self::NegativeStock];

    const fn as_str(self) -> &'static str {
        match self {
            Self::DuplicateSku => "duplicate_sku",
            Self::EmptySku => "empty_sku",
            Self::NegativeStock => "negative_stock",
        }
    }

    fn from_text(text: &str) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| StoreError::corrupt("item", "kind", text))
    }
}
