//! Kits as people see them.

use std::collections::HashMap;

use jiff::Timestamp;
use retail::{Quantity, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::read::item_by_sku;
use crate::store::row::SqlTimestamp;
use crate::store::{AskedItem, Reader, StoreError};

/// A kit as it was said last. Without parts it is none any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitView {
    pub item: Uuid,
    /// Empty when the item has none.
    pub sku: String,
    pub name: String,
    /// Counts what was said of it, from 1.
    pub number: i32,
    pub parts: Vec<KitPartView>,
    pub actor: String,
    pub note: String,
    pub defined_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitPartView {
    pub item: Uuid,
    /// Empty when the item has none.
    pub sku: String,
    pub name: String,
    /// In one kit.
    pub quantity: Quantity,
}

/// A kit's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitKey {
    pub sku: String,
    pub item: Uuid,
}

impl KitView {
    #[must_use]
    pub fn key(&self) -> KitKey {
        KitKey {
            sku: self.sku.clone(),
            item: self.item,
        }
    }
}

impl Reader {
    /// Up to `limit` kits after `after`, by SKU.
    pub async fn kits(
        &self,
        retailer: RetailerId,
        after: Option<&KitKey>,
        limit: i64,
    ) -> Result<Vec<KitView>, StoreError> {
        let mut db = self.snapshot().await?;
        let ids = sqlx::query_scalar!(
            "select i.item_id
            from ledger.item i
            where i.retailer_id = $1
                and exists (select from ledger.kit_part p
                    where p.item_id = i.item_id
                        and p.number = (select max(v.number) from ledger.kit v where v.item_id = i.item_id))
                and ($2::text is null or (i.sku_key, i.item_id) > ($2, $3::uuid))
            order by i.sku_key, i.item_id
            limit $4",
            retailer.uuid(),
            after.map(|key| key.sku.as_str()),
            after.map(|key| key.item),
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        load(&mut db, retailer, &ids).await
    }

    /// What was said last of an item that is a kit, or was one.
    pub async fn kit(
        &self,
        retailer: RetailerId,
        item: &AskedItem,
    ) -> Result<Option<KitView>, StoreError> {
        let mut db = self.snapshot().await?;
        let item = match item {
            AskedItem::Id(item) => Some(*item),
            AskedItem::Sku(sku) => item_by_sku(&mut db, retailer.uuid(), sku.as_str()).await?,
        };
        match item {
            Some(item) => find(&mut db, retailer, item).await,
            None => Ok(None),
        }
    }
}

pub(super) async fn find(
    db: &mut PgConnection,
    retailer: RetailerId,
    item: Uuid,
) -> Result<Option<KitView>, StoreError> {
    Ok(load(db, retailer, &[item]).await?.pop())
}

async fn load(
    db: &mut PgConnection,
    retailer: RetailerId,
    items: &[Uuid],
) -> Result<Vec<KitView>, StoreError> {
    let found = sqlx::query!(
        "select p.item_id, p.part_item_id, i.sku_key as \"sku!\", i.name, p.quantity_milli
        from ledger.kit_part p
        join ledger.item i on i.item_id = p.part_item_id
        where p.item_id = any($1)
            and p.number = (select max(v.number) from ledger.kit v where v.item_id = p.item_id)
        order by p.item_id, i.sku_key, p.part_item_id",
        items,
    )
    .fetch_all(&mut *db)
    .await?;
    let mut parts: HashMap<Uuid, Vec<KitPartView>> = HashMap::new();
    for part in found {
        parts.entry(part.item_id).or_default().push(KitPartView {
            item: part.part_item_id,
            sku: part.sku,
            name: part.name,
            quantity: Quantity::from_milli(part.quantity_milli),
        });
    }
    let kits = sqlx::query!(
        r#"select k.item_id, i.sku_key as "sku!", i.name, k.number, k.actor, k.note,
            k.defined_at as "defined_at: SqlTimestamp"
        from unnest($1::uuid[]) with ordinality n (item_id, place)
        join ledger.kit k on k.item_id = n.item_id
            and k.number = (select max(v.number) from ledger.kit v where v.item_id = n.item_id)
        join ledger.item i on i.item_id = k.item_id
        where k.retailer_id = $2
        order by n.place"#,
        items,
        retailer.uuid(),
    )
    .fetch_all(db)
    .await?;
    let kits = kits.into_iter().map(|kit| KitView {
        item: kit.item_id,
        sku: kit.sku,
        name: kit.name,
        number: kit.number,
        parts: parts.remove(&kit.item_id).unwrap_or_default(),
        actor: kit.actor,
        note: kit.note,
        defined_at: kit.defined_at.to_jiff(),
    });
    Ok(kits.collect())
}
