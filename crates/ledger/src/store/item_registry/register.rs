//! Makes items, and changes what they are known by.

use std::collections::HashMap;

use jiff::Timestamp;
use retail::{Barcode, RetailerId, Sku};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ItemIdentity, Kept, RegistryError, check_free, find, told};
use crate::decide::{ItemKind, Origin};
use crate::store::{Once, StoreError, ours, row};

/// Which items were made, and which were known otherwise before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    pub new: Vec<Uuid>,
    pub changed: Vec<Uuid>,
}

impl Once {
    /// From now on orders find these items by these SKUs. `items` holds no item and no SKU twice.
    ///
    /// What a shop's variant was linked to it stays, by whatever SKU the shop sells it: only what has no link is
    /// found by SKU. No event tells of the items: who makes them is who would hear it.
    pub async fn register_items(
        &mut self,
        items: &[ItemIdentity],
    ) -> Result<Registered, RegistryError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        ours::lock(db, retailer).await?;
        let ids: Vec<Uuid> = items.iter().map(|item| item.item.uuid()).collect();
        let kept = find(db, &ids).await?;
        let kept: HashMap<Uuid, Kept> = kept.into_iter().map(|kept| (kept.item, kept)).collect();
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for item in items {
            match kept.get(&item.item.uuid()) {
                None => new.push(item),
                Some(kept) => {
                    kept.check(retailer)?;
                    if kept.is_deleted {
                        return Err(RegistryError::Deleted(kept.item));
                    }
                    if !kept.is(item) {
                        changed.push(item);
                    }
                }
            }
        }
        let skus: Vec<&str> = items.iter().filter_map(ItemIdentity::sku).collect();
        check_free(db, retailer, &skus, &ids).await?;
        rename(db, &changed).await?;
        make(db, retailer, &new, now).await?;
        let before = changed
            .iter()
            .filter_map(|item| kept.get(&item.item.uuid()));
        let before = (!changed.is_empty()).then(|| told(before));
        let after = new.iter().chain(&changed).map(|item| item.told());
        self.note_change(before, json!({"items": after.collect::<Vec<_>>()}));
        let ids = |items: Vec<&ItemIdentity>| items.iter().map(|item| item.item.uuid()).collect();
        Ok(Registered {
            new: ids(new),
            changed: ids(changed),
        })
    }
}

impl ItemIdentity {
    fn sku(&self) -> Option<&str> {
        self.sku.as_ref().map(Sku::as_str)
    }

    fn barcode(&self) -> Option<&str> {
        self.barcode.as_ref().map(Barcode::as_str)
    }

    /// As the audit log tells it.
    fn told(&self) -> Value {
        json!({"item_id": self.item.uuid(), "sku": self.sku(), "barcode": self.barcode(),
            "name": self.name, "is_deleted": false})
    }
}

impl Kept {
    /// Whether it is known so already.
    fn is(&self, said: &ItemIdentity) -> bool {
        let kept = (self.sku.as_deref(), self.barcode.as_deref());
        kept == (said.sku(), said.barcode()) && self.name == said.name
    }
}

/// SKUs go from one item to another: all are given up before any is taken.
async fn rename(db: &mut PgConnection, items: &[&ItemIdentity]) -> Result<(), RegistryError> {
    if items.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = items.iter().map(|item| item.item.uuid()).collect();
    let skus: Vec<Option<&str>> = items.iter().map(|item| item.sku()).collect();
    let barcodes: Vec<Option<&str>> = items.iter().map(|item| item.barcode()).collect();
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    sqlx::query!(
        "update ledger.item set sku = null where item_id = any($1) and sku is not null",
        &ids,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update ledger.item i set sku = n.sku, barcode = n.barcode, name = n.name
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) n (item_id, sku, barcode, name)
        where i.item_id = n.item_id",
        &ids,
        &skus as _,
        &barcodes as _,
        &names as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// One that came to be meanwhile is a lost race.
async fn make(
    db: &mut PgConnection,
    retailer: RetailerId,
    items: &[&ItemIdentity],
    now: Timestamp,
) -> Result<(), RegistryError> {
    if items.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = items.iter().map(|item| item.item.uuid()).collect();
    let skus: Vec<Option<&str>> = items.iter().map(|item| item.sku()).collect();
    let barcodes: Vec<Option<&str>> = items.iter().map(|item| item.barcode()).collect();
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    let made = sqlx::query!(
        "insert into ledger.item (retailer_id, kind, origin, created_at, item_id, sku, barcode, name)
        select $1, $2, $3, $4, n.*
        from unnest($5::uuid[], $6::text[], $7::text[], $8::text[]) n
        on conflict do nothing",
        retailer.uuid(),
        ItemKind::Product.as_str(),
        Origin::Catalogue.as_str(),
        row::at(now) as _,
        &ids,
        &skus as _,
        &barcodes as _,
        &names as _,
    )
    .execute(db)
    .await?;
    if made.rows_affected() == items.len() as u64 {
        Ok(())
    } else {
        Err(StoreError::Race.into())
    }
}
