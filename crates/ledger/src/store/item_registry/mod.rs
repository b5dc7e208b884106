//! Items as the catalogue says they are: made, renamed, deleted, restored, and linked to variants of shops.

mod delete;
mod link;
mod list;
mod register;
mod restore;
mod selling;

use retail::{Barcode, ItemId, RetailerId, Sku};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{StoreError, row};
use crate::decide::ItemKind;

pub use link::VariantLink;
pub use list::RegisteredItem;
pub use register::Registered;
pub use restore::Restored;

/// Of items that live no two of a retailer have one SKU.
const SKU_KEY: &str = "item_retailer_id_sku_key";

/// What an item is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemIdentity {
    pub item: ItemId,
    pub sku: Option<Sku>,
    pub barcode: Option<Barcode>,
    pub name: String,
}

/// Why nothing is done to items.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    #[error("the retailer has no item {0}")]
    UnknownItem(Uuid),
    #[error("item {0} is no product")]
    NotAProduct(Uuid),
    #[error("item {0} was deleted: restore it")]
    Deleted(Uuid),
    #[error("item {item} has SKU {sku}")]
    SkuTaken { sku: String, item: Uuid },
    #[error("the retailer has no such connection")]
    UnknownConnection,
    #[error(transparent)]
    Store(StoreError),
}

/// An item as it is, held until the transaction ends.
struct Kept {
    item: Uuid,
    retailer: Uuid,
    kind: ItemKind,
    sku: Option<String>,
    barcode: Option<String>,
    name: String,
    is_deleted: bool,
}

impl From<StoreError> for RegistryError {
    /// An order may take a SKU that was free a moment ago: who asks again is told of it.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Data {
                constraint: Some(constraint),
                ..
            } if constraint == SKU_KEY => Self::Store(StoreError::Race),
            error => Self::Store(error),
        }
    }
}

impl From<sqlx::Error> for RegistryError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

/// Those of the items that there are, whosever they are, by id.
async fn find(db: &mut PgConnection, items: &[Uuid]) -> Result<Vec<Kept>, RegistryError> {
    let found = sqlx::query!(
        r#"select item_id, retailer_id, kind, sku, barcode, name, (deleted_at is not null) as "is_deleted!"
        from ledger.item
        where item_id = any($1)
        order by item_id
        for no key update"#,
        items,
    )
    .fetch_all(db)
    .await?;
    let kept = found.into_iter().map(|found| {
        Ok(Kept {
            item: found.item_id,
            retailer: found.retailer_id,
            kind: row::item_kind_from(&found.kind)?,
            sku: found.sku,
            barcode: found.barcode,
            name: found.name,
            is_deleted: found.is_deleted,
        })
    });
    Ok(kept.collect::<Result<_, StoreError>>()?)
}

/// All of them, each a product of the retailer's.
async fn find_all(
    db: &mut PgConnection,
    retailer: RetailerId,
    items: &[Uuid],
) -> Result<Vec<Kept>, RegistryError> {
    let kept = find(db, items).await?;
    for item in items {
        let found = kept.iter().find(|kept| kept.item == *item);
        found
            .ok_or(RegistryError::UnknownItem(*item))?
            .check(retailer)?;
    }
    Ok(kept)
}

impl Kept {
    fn check(&self, retailer: RetailerId) -> Result<(), RegistryError> {
        if self.retailer != retailer.uuid() {
            return Err(RegistryError::UnknownItem(self.item));
        }
        match self.kind {
            ItemKind::Product => Ok(()),
            ItemKind::Shipping
            | ItemKind::Handling
            | ItemKind::GiftWrapping
            | ItemKind::Fee
            | ItemKind::Rounding => Err(RegistryError::NotAProduct(self.item)),
        }
    }

    /// As the audit log tells it.
    fn told(&self) -> Value {
        json!({"item_id": self.item, "sku": self.sku, "barcode": self.barcode, "name": self.name,
            "is_deleted": self.is_deleted})
    }
}

/// As the audit log tells several.
fn told<'a>(items: impl Iterator<Item = &'a Kept>) -> Value {
    json!({"items": items.map(Kept::told).collect::<Vec<_>>()})
}

/// The item outside `but` that lives and has one of the SKUs, if there is one.
async fn check_free(
    db: &mut PgConnection,
    retailer: RetailerId,
    skus: &[&str],
    but: &[Uuid],
) -> Result<(), RegistryError> {
    let found = sqlx::query!(
        r#"select item_id, sku as "sku!" from ledger.item
        where retailer_id = $1 and sku = any($2) and deleted_at is null and item_id <> all($3)
        order by sku
        limit 1"#,
        retailer.uuid(),
        skus as _,
        but,
    )
    .fetch_optional(db)
    .await?;
    match found {
        None => Ok(()),
        Some(found) => Err(RegistryError::SkuTaken {
            sku: found.sku,
            item: found.item_id,
        }),
    }
}
