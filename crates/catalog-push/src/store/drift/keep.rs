//! What a look at a shop found.

use std::collections::BTreeMap;

use jiff::Timestamp;
use retail::listing::drift::{Kind, Repair};
use retail::listing::{Field, ShopProductId};
use retail::{ConnectionId, ItemId, ProductId, ShopVariantId, Sku};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::row::{self, SqlTimestamp};
use super::super::{Fence, Store, StoreError, push};
use super::value::{self, ShopValue};

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDrift {
    /// Of its row, if it is a new one.
    pub id: Uuid,
    pub item: Option<ItemId>,
    pub sku: Option<Sku>,
    pub shop_variant: Option<ShopVariantId>,
    /// `None`: all of it.
    pub field: Option<Field>,
    /// For people.
    pub pos: String,
    pub shop: String,
    pub value: Option<ShopValue>,
    pub kind: Kind,
    pub repairs: Vec<Repair>,
}

/// A product that was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedProduct {
    pub product: ProductId,
    pub shop_product: Option<ShopProductId>,
    /// As it was compared.
    pub revision: i64,
    /// What people had said of it by then, counted: if they said more since, nothing is kept of it.
    pub words: i64,
    /// All that differs.
    pub drifts: Vec<NewDrift>,
}

/// How the stock of an item differed when it was compared last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenStock {
    pub pos: String,
    pub shop: String,
    /// From when on both sides have shown that.
    pub since: Timestamp,
}

impl Store {
    /// What differed of these products' stock.
    pub async fn seen_stock(
        &self,
        connection: ConnectionId,
        products: &[Uuid],
    ) -> Result<BTreeMap<ItemId, SeenStock>, StoreError> {
        let found = sqlx::query!(
            r#"select item_id as "item_id!", pos, shop, same_since as "same_since: SqlTimestamp"
            from catalog.drift
            where connection_id = $1 and product_id = any($2) and field = 'stock' and item_id is not null"#,
            connection.uuid(),
            products,
        )
        .fetch_all(&self.pool)
        .await?;
        let seen = found.into_iter().map(|found| {
            let seen = SeenStock {
                pos: found.pos,
                shop: found.shop,
                since: found.same_since.to_jiff(),
            };
            (ItemId::new(found.item_id), seen)
        });
        Ok(seen.collect())
    }

    /// Keeps what differs, in place of what did: what differed before keeps the moment when it was first seen. `false`:
    /// another process tells this connection by now, and nothing is kept.
    pub async fn keep_drift(
        &self,
        fence: Fence,
        scanned: &[ScannedProduct],
    ) -> Result<bool, StoreError> {
        // Each for itself: what a person says of one waits for no other.
        for product in scanned {
            let mut db = self.pool.begin().await?;
            if !push::is_held(&mut db, fence).await? {
                return Ok(false);
            }
            let now = self.clock.now();
            write(&mut db, fence.connection, product, now).await?;
            db.commit().await?;
        }
        Ok(true)
    }
}

/// Whether nobody has said anything of it since it was compared. Until the transaction ends nobody does.
async fn is_last_word(
    db: &mut PgConnection,
    connection: ConnectionId,
    scanned: &ScannedProduct,
) -> Result<bool, StoreError> {
    let words = sqlx::query_scalar!(
        "select words from catalog.listing where connection_id = $1 and product_id = $2 for no key update",
        connection.uuid(),
        scanned.product.uuid(),
    )
    .fetch_optional(db)
    .await?;
    Ok(words == Some(scanned.words))
}

/// What it is of: the item, else the shop's variant.
fn subject(drift: &NewDrift) -> String {
    let item = drift.item.map(|item| item.to_string());
    let variant = drift.shop_variant.as_ref().map(ToString::to_string);
    item.or(variant).unwrap_or_default()
}

async fn write(
    db: &mut PgConnection,
    connection: ConnectionId,
    scanned: &ScannedProduct,
    now: Timestamp,
) -> Result<(), StoreError> {
    let ScannedProduct {
        product,
        shop_product,
        revision,
        words: _,
        drifts,
    } = scanned;
    // Before any of its rows: whoever says something of it comes by the listing first.
    if !drifts.is_empty() && !is_last_word(db, connection, scanned).await? {
        return Ok(());
    }
    let subjects: Vec<String> = drifts.iter().map(subject).collect();
    let fields: Vec<&str> = drifts.iter().map(|it| super::field_str(it.field)).collect();
    sqlx::query!(
        "delete from catalog.drift d
        where d.connection_id = $1 and d.product_id = $2 and not exists (
            select from unnest($3::text[], $4::text[]) n (subject, field)
            where n.subject = d.subject and n.field = d.field)",
        connection.uuid(),
        product.uuid(),
        &subjects,
        &fields as _,
    )
    .execute(&mut *db)
    .await?;
    if drifts.is_empty() {
        return Ok(());
    }
    let values = drifts.iter().map(|it| it.value.as_ref());
    let values: Vec<Option<Value>> = values
        .map(|value| value.map(value::write).transpose())
        .collect::<Result<_, _>>()?;
    let repairs: Vec<String> = drifts.iter().map(repairs_str).collect();
    sqlx::query!(
        "insert into catalog.drift as d (connection_id, product_id, shop_product_id, since, same_since, seen_at,
            drift_id, subject, field, item_id, sku, shop_variant_id, pos, shop, value, kind, severity, repairs, revision)
        select $1, $2, $3, $4, $4, $4, n.id, n.subject, n.field, n.item, n.sku, n.variant, n.pos, n.shop, n.value,
            n.kind, n.severity, string_to_array(n.repairs, ' '), $17
        from unnest($5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[],
            $13::jsonb[], $14::text[], $15::smallint[], $16::text[])
            n (id, subject, field, item, sku, variant, pos, shop, value, kind, severity, repairs)
        on conflict on constraint drift_what_key do update set
            shop_product_id = excluded.shop_product_id, item_id = excluded.item_id, sku = excluded.sku,
            shop_variant_id = excluded.shop_variant_id, pos = excluded.pos, shop = excluded.shop,
            value = excluded.value, kind = excluded.kind, severity = excluded.severity, repairs = excluded.repairs,
            same_since = case when (d.pos, d.shop) = (excluded.pos, excluded.shop) then d.same_since
                else excluded.same_since end,
            seen_at = excluded.seen_at, revision = excluded.revision",
        connection.uuid(),
        product.uuid(),
        shop_product.as_ref().map(ShopProductId::as_str),
        row::at(now) as _,
        &of(drifts, |it| it.id),
        &subjects,
        &fields as _,
        &of(drifts, |it| it.item.map(ItemId::uuid)) as _,
        &of(drifts, |it| it.sku.as_ref().map(ToString::to_string)) as _,
        &of(drifts, |it| it.shop_variant.as_ref().map(ToString::to_string)) as _,
        &of(drifts, |it| it.pos.clone()),
        &of(drifts, |it| it.shop.clone()),
        &values as _,
        &of(drifts, |it| it.kind.as_str()) as _,
        &of(drifts, |it| it.kind as i16),
        &repairs,
        revision,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Their names have no blanks.
fn repairs_str(drift: &NewDrift) -> String {
    let names: Vec<&str> = drift.repairs.iter().map(|it| it.as_str()).collect();
    names.join(" ")
}

/// One column of all rows.
fn of<T>(drifts: &[NewDrift], column: impl Fn(&NewDrift) -> T) -> Vec<T> {
    drifts.iter().map(column).collect()
}
