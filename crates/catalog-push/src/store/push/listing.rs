//! What shops are known to show of products.

use jiff::Timestamp;
use retail::listing::link::Doubt;
use retail::listing::{Field, ShopListing, ShopProductId};
use retail::{ConnectionId, ItemId, ProductId, RetailerId, ShopVariantId};
use shop::push::Refusal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::product;
use super::super::row;
use super::super::{ProductView, Store, StoreError};
use super::freed;
use super::known;
use super::pusher::{self, Fence};
use super::review;
use super::told::{self, NewTold};
use super::work;
use crate::push::Rank;

/// How a product stands in a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is to be there, and nobody has looked or it could not be made yet.
    Wanted,
    Linked,
    /// The shop has several that it may be: a person says which.
    Review,
    /// Somebody deleted it in the shop: it is not made again until a person says so (EC-7).
    Missing,
    /// The shop does not take it.
    Refused,
    /// It was deleted here, and there.
    Deleted,
    /// A person said that the shop has it not, and is not to.
    Apart,
}

/// What is known of a product in a shop, and what the product is.
#[derive(Clone, Debug)]
pub struct KeptListing {
    pub product: ProductId,
    pub standing: Standing,
    pub shop_product: Option<ShopProductId>,
    pub known: Option<ShopListing>,
    /// `None`: whatever the shop shows is made equal.
    pub pushed_revision: Option<i64>,
    /// What people said of it so far, counted.
    pub words: i64,
    /// The shop does not take it as it is.
    pub is_refused: bool,
    /// It was there and is not, and nobody has said since that it is to be made again (EC-7).
    pub is_missed: bool,
    /// Those of the shop that a person said it is not.
    pub not_these: Vec<ShopProductId>,
    /// What a person left to the shop, of this product alone.
    pub left_to_shop: Vec<Field>,
    /// As links are kept here: of whatever variants the shop does not tell whose they are.
    pub items: Vec<KeptLink>,
    /// `None`: there is none of that id.
    pub view: Option<ProductView>,
}

/// Which variant an item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLink {
    pub item: ItemId,
    pub variant: Box<str>,
}

/// What is known now.
#[derive(Clone, Debug)]
pub struct NewListing {
    pub product: ProductId,
    pub standing: Standing,
    /// What the shop shows. `None`: what was known stays.
    pub shop: Option<ShopListing>,
    /// `None`: it has still to be made equal.
    pub pushed_revision: Option<i64>,
    pub refusal: Option<Refusal>,
    /// Why a person says which one it is.
    pub review: Option<Review>,
    /// As it was looked at with: if people said more since, nothing is kept but what was told.
    pub words: i64,
    pub told: Vec<NewTold>,
}

/// What a person has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Of the product; `None`: only items are in doubt.
    pub why: Option<Doubt>,
    /// Listings that it may be.
    pub candidates: Vec<ShopProductId>,
    pub items: Vec<ItemDoubt>,
}

/// An item that may be several variants, or one that is another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemDoubt {
    pub item: ItemId,
    pub why: Doubt,
    pub candidates: Vec<ShopVariantId>,
}

impl Standing {
    pub const ALL: [Self; 7] = [
        Self::Wanted,
        Self::Linked,
        Self::Review,
        Self::Missing,
        Self::Refused,
        Self::Deleted,
        Self::Apart,
    ];

    /// As rows name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Linked => "linked",
            Self::Review => "review",
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::Deleted => "deleted",
            Self::Apart => "apart",
        }
    }

    pub(in crate::store) fn read(text: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or_else(|| StoreError::corrupt("listing", "standing", text))
    }
}

impl Store {
    /// What is known of these products in a shop, of those that belong there.
    pub async fn kept_listings(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        products: &[Uuid],
    ) -> Result<Vec<KeptListing>, StoreError> {
        let mut db = self.pool.begin().await?;
        let found = sqlx::query!(
            r#"select product_id, standing, shop_product_id, known, pushed_revision, words,
                refused_why is not null as "is_refused!", gone is not null as "is_missed!", not_these, left_to_shop
            from catalog.listing where connection_id = $1 and product_id = any($2) order by product_id"#,
            connection.uuid(),
            products,
        )
        .fetch_all(&mut *db)
        .await?;
        let links = sqlx::query!(
            "select product_id, item_id, shop_variant_id from catalog.listing_item
            where connection_id = $1 and product_id = any($2) order by item_id",
            connection.uuid(),
            products,
        )
        .fetch_all(&mut *db)
        .await?;
        let mut kept = Vec::with_capacity(found.len());
        for found in found {
            let of_it = links.iter().filter(|it| it.product_id == found.product_id);
            let link = of_it.map(|it| KeptLink {
                item: ItemId::new(it.item_id),
                variant: it.shop_variant_id.as_str().into(),
            });
            let id = ProductId::new(found.product_id);
            kept.push(KeptListing {
                product: id,
                standing: Standing::read(&found.standing)?,
                shop_product: found.shop_product_id.as_deref().map(shop_id).transpose()?,
                known: found.known.map(known::read).transpose()?,
                pushed_revision: found.pushed_revision,
                words: found.words,
                is_refused: found.is_refused,
                is_missed: found.is_missed,
                not_these: (found.not_these.iter())
                    .map(|id| shop_id(id))
                    .collect::<Result<_, _>>()?,
                left_to_shop: fields(&found.left_to_shop)?,
                items: link.collect(),
                view: product::read(&mut db, retailer, id).await?,
            });
        }
        Ok(kept)
    }

    /// What the shop shows of it is read and made equal.
    pub async fn doubt_listing(
        &self,
        connection: ConnectionId,
        product: ProductId,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut db = self.pool.begin().await?;
        sqlx::query!(
            "update catalog.listing set pushed_revision = null where connection_id = $1 and product_id = $2",
            connection.uuid(),
            product.uuid(),
        )
        .execute(&mut *db)
        .await?;
        work::mark_listings(&mut db, connection, &[product.uuid()], now).await?;
        db.commit().await?;
        Ok(())
    }

    /// Keeps what is known now. `false`: another process tells this connection by now, and nothing is kept.
    pub async fn keep_listing(&self, fence: Fence, new: &NewListing) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut db = self.pool.begin().await?;
        if !pusher::is_held(&mut db, fence).await? {
            return Ok(false);
        }
        if write(&mut db, fence.connection, new, now).await? {
            if let Some(shop) = &new.shop {
                write_items(&mut db, fence.connection, new.product, shop, now).await?;
            }
            look_again(&mut db, fence.connection, new, now).await?;
        }
        told::write(&mut db, fence.connection, &new.told, now).await?;
        db.commit().await?;
        Ok(true)
    }
}

/// Whether it is kept: nobody said anything since it was looked at.
async fn write(
    db: &mut PgConnection,
    connection: ConnectionId,
    new: &NewListing,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let NewListing {
        product,
        standing,
        shop,
        pushed_revision,
        refusal,
        review,
        words,
        told: _,
    } = new;
    let known = shop.as_ref().map(known::write).transpose()?;
    let review = review.clone().unwrap_or_default();
    let candidates: Vec<&str> = (review.candidates.iter())
        .map(ShopProductId::as_str)
        .collect();
    // A listing that is gone there, and here, is nobody's any more: made again it is another.
    let (is_gone, is_missing) = match standing {
        Standing::Deleted | Standing::Apart => (true, false),
        Standing::Missing => (true, true),
        Standing::Wanted | Standing::Linked | Standing::Review | Standing::Refused => {
            (false, false)
        }
    };
    if is_gone {
        freed::mark_those_in_doubt(db, connection, *product, now).await?;
    }
    let written = sqlx::query!(
        "update catalog.listing set standing = $3,
            shop_product_id = case when $4 then null else coalesce($5, shop_product_id) end,
            gone = case when $14 then coalesce(shop_product_id, gone) when $3 = 'review' then gone end,
            known = case when $4 and not $14 then null else coalesce($6, known) end,
            known_at = case when $4 and not $14 then null when $6::jsonb is null then known_at else $7 end,
            pushed_revision = $8, candidates = $9,
            refused_why = $10, refused_says = $11, refused_at = case when $10::text is null then null else $7 end,
            doubt = $12, item_doubts = $13
        where connection_id = $1 and product_id = $2 and words = $15",
        connection.uuid(),
        product.uuid(),
        standing.as_str(),
        is_gone,
        shop.as_ref().map(|shop| shop.id.as_str()),
        known,
        row::at(now) as _,
        *pushed_revision,
        &candidates as _,
        refusal.as_ref().map(|refusal| refusal.why.as_str()),
        refusal.as_ref().map(|refusal| &*refusal.says),
        review.why.map(Doubt::as_str),
        review::write(&review.items)?,
        is_missing,
        *words,
    )
    .execute(&mut *db)
    .await?;
    if written.rows_affected() == 0 {
        return Ok(false);
    }
    if is_gone {
        sqlx::query!(
            "delete from catalog.listing_item where connection_id = $1 and product_id = $2",
            connection.uuid(),
            product.uuid(),
        )
        .execute(db)
        .await?;
    }
    Ok(true)
}

/// What differed of it is compared again, and what stands out from now on is told of.
async fn look_again(
    db: &mut PgConnection,
    connection: ConnectionId,
    new: &NewListing,
    now: Timestamp,
) -> Result<(), StoreError> {
    let stands_out = match new.standing {
        Standing::Missing | Standing::Refused => true,
        Standing::Wanted
        | Standing::Linked
        | Standing::Review
        | Standing::Deleted
        | Standing::Apart => false,
    };
    let product = new.product.uuid();
    if stands_out {
        return work::mark_drift(db, connection, &[product], now).await;
    }
    work::mark_drifting(db, connection, &[product], now).await
}

/// The variants that are ours. Whose stock was never told is looked at next.
async fn write_items(
    db: &mut PgConnection,
    connection: ConnectionId,
    product: ProductId,
    shop: &ShopListing,
    now: Timestamp,
) -> Result<(), StoreError> {
    let ours = shop.variants.iter().filter_map(|it| Some((it.item?, it)));
    let items: Vec<Uuid> = ours.clone().map(|(item, _)| item.uuid()).collect();
    let variants: Vec<&str> = ours.clone().map(|(_, it)| it.id.as_str()).collect();
    let stock_ids: Vec<Option<&str>> = ours.map(|(_, it)| it.stock_id.as_deref()).collect();
    sqlx::query!(
        "delete from catalog.listing_item
        where connection_id = $1 and product_id = $2 and item_id <> all($3)",
        connection.uuid(),
        product.uuid(),
        &items,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into catalog.listing_item as i (connection_id, product_id, item_id, shop_variant_id, stock_id)
        select distinct on (n.item_id) $1::uuid, $2::uuid, n.* from unnest($3::uuid[], $4::text[], $5::text[]) n (item_id, variant, stock)
        order by n.item_id
        on conflict on constraint listing_item_pkey do update
            set product_id = excluded.product_id, shop_variant_id = excluded.shop_variant_id,
                stock_id = excluded.stock_id,
                confirmed = case when i.shop_variant_id = excluded.shop_variant_id then i.confirmed end,
                mark = case when i.shop_variant_id = excluded.shop_variant_id then i.mark end,
                confirmed_at = case when i.shop_variant_id = excluded.shop_variant_id then i.confirmed_at end
            where (i.product_id, i.shop_variant_id, i.stock_id)
                is distinct from (excluded.product_id, excluded.shop_variant_id, excluded.stock_id)",
        connection.uuid(),
        product.uuid(),
        &items,
        &variants as _,
        &stock_ids as _,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
        select $1, 'stock', i.item_id, $3, $4, $4, 0, 1
        from catalog.listing_item i
        where i.connection_id = $1 and i.product_id = $2 and i.confirmed is null
        order by i.item_id
        on conflict on constraint work_pkey do update
            set mark = w.mark + 1, not_before = least(w.not_before, excluded.not_before)",
        connection.uuid(),
        product.uuid(),
        Rank::Stock.number(),
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Fields by their names.
pub(in crate::store) fn fields(names: &[String]) -> Result<Vec<Field>, StoreError> {
    let field = |name: &String| {
        Field::read(name).ok_or_else(|| StoreError::corrupt("listing", "left_to_shop", name))
    };
    names.iter().map(field).collect()
}

pub(in crate::store) fn shop_id(text: &str) -> Result<ShopProductId, StoreError> {
    ShopProductId::new(text).map_err(|_| StoreError::corrupt("listing", "shop_product_id", text))
}
