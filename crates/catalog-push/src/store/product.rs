//! A product as it is, with all that hangs on it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use retail::catalogue::{
    ChannelFilter, Parcel, Price, Product, ProductImage, Reorder, Sold, Supply, TaxRate, Variant,
};
use retail::listing::ImageHash;
use retail::{Barcode, ConnectionId, ItemId, ProductId, Quantity, RetailerId, Sku};
use sqlx::PgConnection;
use uuid::Uuid;

use super::image::{self, ImageView};
use super::row::{self, SqlTimestamp};
use super::{Store, StoreError};
use crate::push::Rank;

/// Which one is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductBy {
    Id(ProductId),
    Item(ItemId),
    /// Of a living one.
    Sku(Sku),
}

/// Which ones are meant: those that meet every condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub channel: ChannelFilter,
    /// The one shop that online means.
    pub connection: Option<ConnectionId>,
    pub text: Option<String>,
    pub sku: Option<String>,
    pub brand: Option<String>,
    pub category: Option<String>,
    pub supplier: Option<String>,
    pub tag: Option<String>,
    pub deleted: bool,
}

/// A product as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductView {
    pub product: Product,
    pub revision: i64,
    pub is_in_store: bool,
    /// By connection; of shops that are known here.
    pub online: Vec<OnlineView>,
    pub origin: Origin,
    pub is_deleted: bool,
    pub changed_at: Timestamp,
    /// Those that it shows.
    pub pictures: BTreeMap<ImageHash, ImageView>,
}

/// Who made a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Person,
    /// An order (SH-9). It is as the order's line said: shops are told nothing of it.
    AsSold,
    /// An order, and a person has said more of it since.
    Order,
}

/// A product in one shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlineView {
    pub connection: ConnectionId,
    /// Neither parted with nor uninstalled.
    pub is_linked: bool,
    /// `None`: nobody has decided.
    pub is_online: Option<bool>,
    /// `None`: as much as of every product.
    pub buffer: Option<Quantity>,
}

impl Origin {
    const fn of_row(is_from_order: bool, is_as_sold: bool) -> Self {
        match (is_from_order, is_as_sold) {
            (_, true) => Self::AsSold,
            (true, false) => Self::Order,
            (false, false) => Self::Person,
        }
    }

    /// The mark that people see.
    #[must_use]
    pub const fn is_order(self) -> bool {
        match self {
            Self::AsSold | Self::Order => true,
            Self::Person => false,
        }
    }
}

impl ProductView {
    /// EC-9.
    #[must_use]
    pub fn sold(&self) -> Sold {
        let is_shown = |channel: &OnlineView| channel.is_linked && channel.is_online == Some(true);
        Sold::of(self.is_in_store, self.online.iter().any(is_shown))
    }
}

impl Store {
    /// One product, deleted or not.
    pub async fn product(
        &self,
        retailer: RetailerId,
        by: &ProductBy,
    ) -> Result<Option<ProductView>, StoreError> {
        let mut db = self.snapshot().await?;
        let id = match by {
            ProductBy::Id(id) => Some(id.uuid()),
            ProductBy::Item(item) => {
                sqlx::query_scalar!(
                    "select product_id from catalog.variant where item_id = $1",
                    item.uuid(),
                )
                .fetch_optional(&mut *db)
                .await?
            }
            ProductBy::Sku(sku) => {
                sqlx::query_scalar!(
                    "select p.product_id
                    from catalog.variant v
                    join catalog.product p on p.product_id = v.product_id
                    where v.sku = $2 and p.retailer_id = $1 and p.deleted_at is null
                    order by p.product_id
                    limit 1",
                    retailer.uuid(),
                    sku.as_str(),
                )
                .fetch_optional(&mut *db)
                .await?
            }
        };
        match id {
            Some(id) => read(&mut db, retailer, ProductId::new(id)).await,
            None => Ok(None),
        }
    }
}

/// Whole, deleted or not.
pub(super) async fn read(
    db: &mut PgConnection,
    retailer: RetailerId,
    id: ProductId,
) -> Result<Option<ProductView>, StoreError> {
    Ok(read_all(db, retailer, &[id.uuid()]).await?.pop())
}

/// Those of them that the retailer has, whole, deleted or not, by id.
pub(super) async fn read_all(
    db: &mut PgConnection,
    retailer: RetailerId,
    ids: &[Uuid],
) -> Result<Vec<ProductView>, StoreError> {
    let found = sqlx::query!(
        r#"select product_id, revision, name, description, brand, category, supplier, handle, tags,
            tax_millipercent, options, is_in_store, is_from_order, is_as_sold,
            changed_at as "changed_at: SqlTimestamp", deleted_at is not null as "is_deleted!"
        from catalog.product where product_id = any($1) and retailer_id = $2 order by product_id"#,
        ids,
        retailer.uuid(),
    )
    .fetch_all(&mut *db)
    .await?;
    let ids: Vec<Uuid> = found.iter().map(|found| found.product_id).collect();
    let mut variants = variants(db, &ids).await?;
    let mut images = images(db, &ids).await?;
    let mut online = online(db, &ids).await?;
    let shown = images.values().flatten();
    let hashes: Vec<ImageHash> = shown.map(|image| image.hash).collect();
    let pictures = image::find(db, retailer, &hashes).await?;
    let pictures: BTreeMap<_, _> = pictures.into_iter().map(|view| (view.hash, view)).collect();
    let boxed = |texts: Vec<String>| texts.into_iter().map(String::into_boxed_str).collect();
    let product = found.into_iter().map(|found| {
        let id = found.product_id;
        let images = images.remove(&id).unwrap_or_default();
        let picture = |image: &ProductImage| pictures.get(&image.hash).cloned();
        let shown = images.iter().filter_map(picture);
        Ok(ProductView {
            pictures: shown.map(|view| (view.hash, view)).collect(),
            product: Product {
                id: ProductId::new(id),
                name: found.name.into(),
                description: found.description.into(),
                brand: found.brand.into(),
                category: found.category.into(),
                supplier: found.supplier.into(),
                handle: found.handle.into(),
                tags: boxed(found.tags),
                tax: tax_from(found.tax_millipercent)?,
                options: boxed(found.options),
                variants: variants.remove(&id).unwrap_or_default(),
                images,
            },
            revision: found.revision,
            is_in_store: found.is_in_store,
            online: online.remove(&id).unwrap_or_default(),
            origin: Origin::of_row(found.is_from_order, found.is_as_sold),
            is_deleted: found.is_deleted,
            changed_at: found.changed_at.to_jiff(),
        })
    });
    product.collect()
}

fn tax_from(millipercent: i32) -> Result<TaxRate, StoreError> {
    let tax = u32::try_from(millipercent).ok();
    tax.and_then(|tax| TaxRate::new(tax).ok()).ok_or_else(|| {
        StoreError::corrupt("product", "tax_millipercent", &millipercent.to_string())
    })
}

/// What hangs on products, in its order.
type ByProduct<T> = BTreeMap<Uuid, Vec<T>>;

async fn variants(db: &mut PgConnection, ids: &[Uuid]) -> Result<ByProduct<Variant>, StoreError> {
    let found = sqlx::query!(
        "select product_id, item_id, value_1, value_2, value_3, sku, barcode, price_minor, currency, price_includes_tax,
            supplier_code, supplier_price_minor, supplier_currency, reorder_point_milli,
            reorder_amount_milli, weight_mg, length_um, width_um, height_um, image_hash, is_active
        from catalog.variant where product_id = any($1) order by product_id, position",
        ids,
    )
    .fetch_all(db)
    .await?;
    let variant = |found: Vec<Option<String>>| -> Vec<Box<str>> {
        found
            .into_iter()
            .flatten()
            .map(String::into_boxed_str)
            .collect()
    };
    let mut all = ByProduct::new();
    for found in found {
        let sku = found.sku.as_deref();
        let barcode = found.barcode.as_deref();
        let supplied = found.supplier_price_minor.zip(found.supplier_currency);
        let weight = found.weight_mg;
        let variants: &mut Vec<Variant> = all.entry(found.product_id).or_default();
        variants.push(Variant {
            item: ItemId::new(found.item_id),
            values: variant(vec![found.value_1, found.value_2, found.value_3]),
            sku: sku
                .map(|sku| Sku::new(sku).map_err(|_| corrupt("sku", sku)))
                .transpose()?,
            barcode: barcode
                .map(|code| Barcode::new(code).map_err(|_| corrupt("barcode", code)))
                .transpose()?,
            price: Price {
                amount: row::money_from(found.price_minor, &found.currency)?,
                includes_tax: found.price_includes_tax,
            },
            supply: Supply {
                code: found.supplier_code.into(),
                price: supplied
                    .map(|(minor, currency)| row::money_from(minor, &currency))
                    .transpose()?,
                reorder: Reorder {
                    point: found.reorder_point_milli.map(Quantity::from_milli),
                    amount: found.reorder_amount_milli.map(Quantity::from_milli),
                },
            },
            weight_mg: weight
                .map(|weight| row::unsigned("weight_mg", weight))
                .transpose()?,
            parcel: parcel(found.length_um, found.width_um, found.height_um)?,
            image: found
                .image_hash
                .map(|hash| row::hash_from(&hash))
                .transpose()?,
            is_active: found.is_active,
        });
    }
    Ok(all)
}

fn corrupt(column: &'static str, found: &str) -> StoreError {
    StoreError::corrupt("variant", column, found)
}

/// A constraint sees to it that all are there or none is.
fn parcel(
    length: Option<i64>,
    width: Option<i64>,
    height: Option<i64>,
) -> Result<Option<Parcel>, StoreError> {
    let (Some(length), Some(width), Some(height)) = (length, width, height) else {
        return Ok(None);
    };
    Ok(Some(Parcel {
        length_um: row::unsigned("length_um", length)?,
        width_um: row::unsigned("width_um", width)?,
        height_um: row::unsigned("height_um", height)?,
    }))
}

async fn images(
    db: &mut PgConnection,
    ids: &[Uuid],
) -> Result<ByProduct<ProductImage>, StoreError> {
    let found = sqlx::query!(
        "select product_id, hash, alt from catalog.product_image
        where product_id = any($1) order by product_id, position",
        ids,
    )
    .fetch_all(db)
    .await?;
    let mut all = ByProduct::new();
    for found in found {
        let images: &mut Vec<ProductImage> = all.entry(found.product_id).or_default();
        images.push(ProductImage {
            hash: row::hash_from(&found.hash)?,
            alt: found.alt.into(),
        });
    }
    Ok(all)
}

async fn online(db: &mut PgConnection, ids: &[Uuid]) -> Result<ByProduct<OnlineView>, StoreError> {
    let found = sqlx::query!(
        "select c.product_id, c.connection_id, k.is_linked, c.is_online, c.buffer_milli
        from catalog.product_channel c
        join catalog.connection k on k.connection_id = c.connection_id
        where c.product_id = any($1) order by c.product_id, c.connection_id",
        ids,
    )
    .fetch_all(db)
    .await?;
    let mut all = ByProduct::new();
    for found in found {
        let channels: &mut Vec<OnlineView> = all.entry(found.product_id).or_default();
        channels.push(OnlineView {
            connection: ConnectionId::new(found.connection_id),
            is_linked: found.is_linked,
            is_online: found.is_online,
            buffer: found.buffer_milli.map(Quantity::from_milli),
        });
    }
    Ok(all)
}

/// Until the transaction ends nobody else changes it, or makes one of that id. Whoever changes many at once holds their
/// rows and not this lock.
pub(super) async fn lock(db: &mut PgConnection, id: ProductId) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('product ' || $1::text, 0))",
        id.to_string(),
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "select from catalog.product where product_id = $1 for no key update",
        id.uuid(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A person says what they are, or where they are sold: from now on shops are told of them.
pub(super) async fn adopt(db: &mut PgConnection, ids: &[Uuid]) -> Result<(), StoreError> {
    sqlx::query!(
        "update catalog.product set is_as_sold = false where product_id = any($1) and is_as_sold",
        ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// It is at a new revision, which the outbox tells of.
pub(super) async fn touch(
    db: &mut PgConnection,
    ids: &[Uuid],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update catalog.product set revision = revision + 1, changed_at = $2 where product_id = any($1)",
        ids,
        row::at(now) as _,
    )
    .execute(&mut *db)
    .await?;
    // Where it is sold, or whether it is at all.
    super::outbox::mark(db, ids, Rank::Availability, now).await
}
