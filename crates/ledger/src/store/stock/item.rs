//! Which items people mean.

use std::collections::HashSet;
use std::fmt;

use retail::{ItemId, OutletId, Quantity, RetailerId, Sku};
use sqlx::PgConnection;
use uuid::Uuid;

use super::StockError;
use crate::decide::ItemKind;
use crate::store::{StoreError, row};

/// An item as a person names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedItem {
    Id(Uuid),
    /// Of the living item.
    Sku(Sku),
}

/// So much of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedLine {
    pub item: AskedItem,
    pub quantity: Quantity,
}

/// An item that has stock.
#[derive(Clone, Debug)]
pub(in crate::store) struct Stocked {
    pub item: ItemId,
    pub sku: String,
    pub name: String,
}

impl fmt::Display for AskedItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Sku(sku) => write!(f, "with SKU {sku}"),
        }
    }
}

/// An outlet of the retailer's, and its name.
pub(super) async fn outlet(
    db: &mut PgConnection,
    retailer: RetailerId,
    outlet: Uuid,
) -> Result<(OutletId, String), StockError> {
    let found = sqlx::query_scalar!(
        "select name from ledger.outlet where outlet_id = $1 and retailer_id = $2",
        outlet,
        retailer.uuid(),
    )
    .fetch_optional(db)
    .await?;
    match found {
        Some(name) => Ok((OutletId::new(outlet), name)),
        None => Err(StockError::UnknownOutlet(outlet)),
    }
}

/// The items that `lines` mean, each by its place.
pub(in crate::store) async fn find(
    db: &mut PgConnection,
    retailer: RetailerId,
    lines: &[AskedLine],
) -> Result<Vec<Stocked>, StockError> {
    let (ids, skus): (Vec<Option<Uuid>>, Vec<Option<&str>>) = lines
        .iter()
        .map(|line| match &line.item {
            AskedItem::Id(id) => (Some(*id), None),
            AskedItem::Sku(sku) => (None, Some(sku.as_str())),
        })
        .unzip();
    let found = sqlx::query!(
        r#"select i.item_id as "item_id?", i.kind as "kind?", i.sku, i.name as "name?"
        from unnest($2::uuid[], $3::text[]) with ordinality k (item_id, sku, place)
        left join lateral (
            select * from ledger.item named
            where named.item_id = k.item_id and named.retailer_id = $1
            union all
            select * from ledger.item named
            where named.retailer_id = $1 and named.sku = k.sku and named.deleted_at is null) i on true
        order by k.place"#,
        retailer.uuid(),
        &ids as _,
        &skus as _,
    )
    .fetch_all(db)
    .await?;
    let mut seen = HashSet::with_capacity(lines.len());
    let mut items = Vec::with_capacity(lines.len());
    for (place, (found, line)) in found.into_iter().zip(lines).enumerate() {
        let item = || line.item.to_string();
        let (Some(id), Some(kind), Some(name)) = (found.item_id, found.kind, found.name) else {
            return Err(StockError::UnknownItem {
                place,
                item: item(),
            });
        };
        if row::item_kind_from(&kind)? != ItemKind::Product {
            return Err(StockError::NoStock {
                place,
                item: item(),
            });
        }
        if !seen.insert(id) {
            return Err(StockError::Twice {
                place,
                item: item(),
            });
        }
        items.push(Stocked {
            item: ItemId::new(id),
            sku: found.sku.unwrap_or_default(),
            name,
        });
    }
    if items.len() == lines.len() {
        Ok(items)
    } else {
        Err(StoreError::corrupt("item", "sku", "one SKU of several living items").into())
    }
}
