//! A product is made, or said anew.

use std::collections::BTreeSet;

use jiff::Timestamp;
use retail::catalogue::{Product, Variant};
use retail::{ConnectionId, ItemId, Money, ProductId, Quantity};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::channels::{self, ChannelAsked};
use super::product::Origin;
use super::{Once, ProductView, StoreError, image, outbox, product, push, row, sold};
use crate::push::Rank;

/// What somebody says a product is.
#[derive(Clone, Debug)]
pub struct SaveAsked {
    /// It can be one.
    pub product: Product,
    /// 0: it is new.
    pub expected_revision: i64,
    /// `None`: as it is, and yes when it is new.
    pub in_store: Option<bool>,
    pub online: Vec<ChannelAsked>,
}

/// What is there before a product is saved, which stays so until the transaction ends.
#[derive(Debug)]
pub struct Looked {
    before: Option<ProductView>,
    /// Items that it has and is not to have any more.
    pub removed: Vec<ItemId>,
}

/// Why a product is not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("the product is at revision {found}, not {expected}")]
    RevisionDiffers { found: i64, expected: i64 },
    #[error("the product is deleted")]
    Deleted,
    #[error("item {0} is another product's")]
    ItemOfAnother(ItemId),
    #[error("there is no such image: {0}")]
    UnknownImage(String),
    #[error("there is no connection {0}")]
    UnknownConnection(ConnectionId),
    /// The id is another retailer's.
    #[error("there is no product {0}")]
    Foreign(ProductId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Once {
    /// Whether it can be saved.
    pub async fn look_before_saving(&mut self, asked: &SaveAsked) -> Result<Looked, SaveError> {
        let SaveAsked {
            product,
            expected_revision,
            in_store: _,
            online,
        } = asked;
        let (retailer, now, id) = (self.retailer(), self.now(), product.id);
        let db = self.db();
        product::lock(db, id).await?;
        let before = product::read(db, retailer, id).await?;
        if before.as_ref().is_some_and(|before| before.is_deleted) {
            return Err(SaveError::Deleted);
        }
        let found = before.as_ref().map_or(0, |before| before.revision);
        if found != *expected_revision {
            return Err(SaveError::RevisionDiffers {
                found,
                expected: *expected_revision,
            });
        }
        if before.is_none() {
            claim(db, retailer.uuid(), id, now).await?;
        }
        check_items(db, product).await?;
        let hashes: Vec<_> = product.images.iter().map(|image| image.hash).collect();
        let known = image::find(db, retailer, &hashes).await?;
        let is_known = |hash| known.iter().any(|image| image.hash == hash);
        if let Some(hash) = hashes.iter().find(|hash| !is_known(**hash)) {
            return Err(SaveError::UnknownImage(hex::encode(hash.0)));
        }
        let connections: Vec<_> = online.iter().map(|channel| channel.connection).collect();
        if let Some(unknown) = channels::unknown(db, retailer, &connections).await? {
            return Err(SaveError::UnknownConnection(unknown));
        }
        let stay: BTreeSet<ItemId> = product.variants.iter().map(|one| one.item).collect();
        let were = before.iter().flat_map(|before| &before.product.variants);
        let removed = were.map(|one| one.item).filter(|item| !stay.contains(item));
        Ok(Looked {
            removed: removed.collect(),
            before,
        })
    }

    /// Writes it.
    pub async fn save_product(
        &mut self,
        asked: &SaveAsked,
        looked: Looked,
    ) -> Result<ProductView, StoreError> {
        let SaveAsked {
            product,
            expected_revision: _,
            in_store,
            online,
        } = asked;
        let (retailer, now) = (self.retailer(), self.now());
        let before = looked.before;
        let in_store = in_store.unwrap_or_else(|| before.as_ref().is_none_or(|it| it.is_in_store));
        let db = self.db();
        let revision = before.as_ref().map_or(1, |before| before.revision + 1);
        write(db, product, revision, in_store, now).await?;
        product::adopt(db, &[product.id.uuid()]).await?;
        channels::set(db, product.id, online).await?;
        let items: Vec<Uuid> = product.variants.iter().map(|one| one.item.uuid()).collect();
        sold::take_early_items(db, &items, now).await?;
        let after = product::read(db, retailer, product.id).await?;
        let after = after.ok_or_else(|| StoreError::corrupt("product", "product_id", "gone"))?;
        // What an order made is the POS's product from the first save on (EC-8).
        if (before.as_ref()).is_none_or(|before| before.origin == Origin::AsSold) {
            push::want_everywhere(db, &[product.id.uuid()]).await?;
        }
        let rank = Rank::of_change(before.as_ref(), &after);
        outbox::mark(db, &[product.id.uuid()], rank, now).await?;
        self.note_change(before.as_ref().map(told), told(&after));
        Ok(after)
    }
}

/// As the audit log tells it: what costs money or decides where it is sold, and that the rest is at a revision.
pub(super) fn told(view: &ProductView) -> Value {
    let variant = |variant: &Variant| {
        json!({
            "item_id": variant.item.to_string(),
            "sku": variant.sku.as_ref().map(retail::Sku::as_str),
            "price": variant.price.amount.to_string(),
            "price_includes_tax": variant.price.includes_tax,
            "is_active": variant.is_active,
        })
    };
    let online = view.online.iter().map(|channel| {
        let told = json!({
            "is_online": channel.is_online,
            "buffer": channel.buffer.map(|buffer| buffer.to_string()),
        });
        (channel.connection.to_string(), told)
    });
    json!({
        "product_id": view.product.id.to_string(),
        "revision": view.revision,
        "name": view.product.name,
        "tax_millipercent": view.product.tax.millipercent(),
        "variants": view.product.variants.iter().map(variant).collect::<Vec<_>>(),
        "in_store": view.is_in_store,
        "online": online.collect::<serde_json::Map<_, _>>(),
        "is_deleted": view.is_deleted,
    })
}

/// Makes the row, which is written before the transaction ends. An id that is another retailer's cannot be taken,
/// whether or not the caller may see that row.
async fn claim(
    db: &mut PgConnection,
    retailer: Uuid,
    id: ProductId,
    now: Timestamp,
) -> Result<(), SaveError> {
    let made = sqlx::query!(
        "insert into catalog.product (product_id, retailer_id, revision, name, description, brand, category,
            supplier, handle, tags, tax_millipercent, options, is_in_store, is_from_order, changed_at)
        values ($1, $2, 1, '', '', '', '', '', '', '{}', 0, '{}', true, false, $3)
        on conflict on constraint product_pkey do nothing",
        id.uuid(),
        retailer,
        row::at(now) as _,
    )
    .execute(db)
    .await
    .map_err(StoreError::from)?;
    if made.rows_affected() == 0 {
        return Err(SaveError::Foreign(id));
    }
    Ok(())
}

async fn check_items(db: &mut PgConnection, product: &Product) -> Result<(), SaveError> {
    let items: Vec<Uuid> = product.variants.iter().map(|one| one.item.uuid()).collect();
    let taken = sqlx::query_scalar!(
        "select item_id from catalog.variant where item_id = any($1) and product_id <> $2 limit 1",
        &items,
        product.id.uuid(),
    )
    .fetch_optional(db)
    .await
    .map_err(StoreError::from)?;
    taken.map_or(Ok(()), |item| {
        Err(SaveError::ItemOfAnother(ItemId::new(item)))
    })
}

async fn write(
    db: &mut PgConnection,
    product: &Product,
    revision: i64,
    in_store: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Product {
        id,
        name,
        description,
        brand,
        category,
        supplier,
        handle,
        tags,
        tax,
        options,
        variants,
        images,
    } = product;
    let owned = |texts: &[Box<str>]| -> Vec<String> {
        texts.iter().map(|text| String::from(&**text)).collect()
    };
    sqlx::query!(
        "update catalog.product set revision = $2, name = $3, description = $4, brand = $5, category = $6,
            supplier = $7, handle = $8, tags = $9, tax_millipercent = $10, options = $11, is_in_store = $12,
            changed_at = $13
        where product_id = $1",
        id.uuid(),
        revision,
        &**name,
        &**description,
        &**brand,
        &**category,
        &**supplier,
        &**handle,
        &owned(tags),
        i32::try_from(tax.millipercent()).unwrap_or(i32::MAX),
        &owned(options),
        in_store,
        row::at(now) as _,
    )
    .execute(&mut *db)
    .await?;
    write_variants(db, *id, variants).await?;
    sqlx::query!(
        "delete from catalog.product_image where product_id = $1",
        id.uuid()
    )
    .execute(&mut *db)
    .await?;
    let hashes: Vec<Vec<u8>> = images.iter().map(|image| image.hash.0.into()).collect();
    let alts: Vec<String> = images.iter().map(|image| image.alt.to_string()).collect();
    sqlx::query!(
        "insert into catalog.product_image (product_id, position, hash, alt)
        select $1, n.position::integer, n.hash, n.alt
        from unnest($2::bytea[], $3::text[]) with ordinality n (hash, alt, position)",
        id.uuid(),
        &hashes,
        &alts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All of them, in place of those there were.
pub(super) async fn write_variants(
    db: &mut PgConnection,
    id: ProductId,
    variants: &[Variant],
) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from catalog.variant where product_id = $1",
        id.uuid()
    )
    .execute(&mut *db)
    .await?;
    let value = |place: usize| of(variants, |it| it.values.get(place).map(ToString::to_string));
    let milli = |quantity: Option<Quantity>| quantity.map(Quantity::milli);
    let currency = |money: Money| money.currency().code().to_owned();
    sqlx::query!(
        "insert into catalog.variant (product_id, item_id, value_1, value_2, value_3, sku, barcode, price_minor,
            currency, price_includes_tax, supplier_code, supplier_price_minor, supplier_currency,
            reorder_point_milli, reorder_amount_milli, weight_mg, length_um, width_um, height_um,
            image_hash, is_active, position)
        select $1, n.* from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::bigint[], $9::text[], $10::boolean[], $11::text[], $12::bigint[], $13::text[],
            $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[],
            $20::bytea[], $21::boolean[]) with ordinality n",
        id.uuid(),
        &of(variants, |it| it.item.uuid()),
        &value(0) as _,
        &value(1) as _,
        &value(2) as _,
        &of(variants, |it| it.sku.as_ref().map(ToString::to_string)) as _,
        &of(variants, |it| it.barcode.as_ref().map(ToString::to_string)) as _,
        &of(variants, |it| it.price.amount.minor()),
        &of(variants, |it| currency(it.price.amount)),
        &of(variants, |it| it.price.includes_tax),
        &of(variants, |it| it.supply.code.to_string()),
        &of(variants, |it| it.supply.price.map(Money::minor)) as _,
        &of(variants, |it| it.supply.price.map(currency)) as _,
        &of(variants, |it| milli(it.supply.reorder.point)) as _,
        &of(variants, |it| milli(it.supply.reorder.amount)) as _,
        &of(variants, |it| it.weight_mg.map(row::signed)) as _,
        &of(variants, |it| it.parcel.map(|it| row::signed(it.length_um))) as _,
        &of(variants, |it| it.parcel.map(|it| row::signed(it.width_um))) as _,
        &of(variants, |it| it.parcel.map(|it| row::signed(it.height_um))) as _,
        &of(variants, |it| it.image.map(|hash| hash.0.to_vec())) as _,
        &of(variants, |it| it.is_active),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// One column of all rows.
fn of<T>(variants: &[Variant], column: impl Fn(&Variant) -> T) -> Vec<T> {
    variants.iter().map(column).collect()
}
