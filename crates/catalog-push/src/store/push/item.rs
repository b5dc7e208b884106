//! The stock of items as shops are known to have it, and what is being told.

use jiff::Timestamp;
use retail::listing::ShopProductId;
use retail::{ConnectionId, ItemId, ProductId, Quantity, ShopVariantId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::row::{self, SqlTimestamp};
use super::super::{Store, StoreError};
use super::pusher::{self, Fence};
use super::told::{self, NewTold};
use super::work;
use crate::push::Rank;

/// An item that a shop shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedItem {
    pub item: ItemId,
    pub product: ProductId,
    pub shop_product: ShopProductId,
    pub variant: ShopVariantId,
    pub stock_id: Option<Box<str>>,
    pub is_active: bool,
    /// What is kept back of it from this shop (R-4).
    pub buffer: Quantity,
    /// `None`: it was never known.
    pub confirmed: Option<Confirmed>,
    /// When the shop was last told a figure whatever it had. `None`: never.
    pub outright_at: Option<Timestamp>,
    /// Since when what the shop has is less than what is known accounts for, or was guessed at. `None`: it is not.
    pub unsure_since: Option<Timestamp>,
    /// What is being told, of which nobody has heard.
    pub intent: Option<KeptIntent>,
}

/// What the shop has if there is no order that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    pub quantity: i64,
    /// The ledger's.
    pub mark: String,
}

/// What is told, as it was written before it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptIntent {
    pub key: Uuid,
    pub expected: Option<i64>,
    pub wanted: i64,
    /// What is confirmed when it is done.
    pub confirms: Confirmed,
    pub at: Timestamp,
}

/// What becomes of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settle {
    /// It was done: what it confirms is confirmed.
    Done,
    /// It was not, and what was known before is.
    Dropped,
    /// Nothing is known of the shop's figure any more.
    Forgotten,
}

/// What is known now of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledItem {
    pub item: ItemId,
    /// Of the intent.
    pub key: Uuid,
    pub settle: Settle,
    /// What the shop has speaks neither for it nor against it.
    pub is_guess: bool,
}

/// What an item has in a shop from now on, but for what orders took that are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchored {
    pub item: ItemId,
    pub confirmed: Confirmed,
    /// Nothing is missing there that such orders must have taken.
    pub is_sure: bool,
}

/// What an item was found to have in a shop, in place of what was known before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAnew {
    pub item: ItemId,
    pub was: Confirmed,
    pub is: Confirmed,
}

impl Store {
    /// Those of these items that a shop shows, of products that live.
    pub async fn listed_items(
        &self,
        connection: ConnectionId,
        items: &[Uuid],
    ) -> Result<Vec<ListedItem>, StoreError> {
        let found = sqlx::query!(
            r#"select i.item_id, i.product_id, l.shop_product_id as "shop_product_id!", i.shop_variant_id, i.stock_id,
                v.is_active, coalesce(c.buffer_milli, k.buffer_milli) as "buffer_milli!",
                i.confirmed, i.mark, i.outright_at as "outright_at: SqlTimestamp",
                i.unsure_since as "unsure_since: SqlTimestamp", i.intent_key, i.intent_expected, i.intent_wanted, i.intent_confirms,
                i.intent_mark, i.intent_at as "intent_at: SqlTimestamp"
            from catalog.listing_item i
            join catalog.listing l on l.connection_id = i.connection_id and l.product_id = i.product_id
                and l.standing = 'linked' and 'stock' <> all(l.left_to_shop)
            join catalog.connection k on k.connection_id = i.connection_id
            join catalog.product p on p.product_id = i.product_id and p.deleted_at is null
            join catalog.variant v on v.item_id = i.item_id and v.product_id = i.product_id
            left join catalog.product_channel c
                on c.product_id = i.product_id and c.connection_id = i.connection_id
            where i.connection_id = $1 and i.item_id = any($2)
            order by i.item_id"#,
            connection.uuid(),
            items,
        )
        .fetch_all(&self.pool)
        .await?;
        found
            .into_iter()
            .map(|found| {
                let intent = match (
                    found.intent_key,
                    found.intent_wanted,
                    found.intent_confirms,
                    found.intent_mark,
                    found.intent_at,
                ) {
                    (Some(key), Some(wanted), Some(quantity), Some(mark), Some(at)) => {
                        Some(KeptIntent {
                            key,
                            expected: found.intent_expected,
                            wanted,
                            confirms: Confirmed { quantity, mark },
                            at: at.to_jiff(),
                        })
                    }
                    // A constraint sees to it that all are there or none is.
                    _ => None,
                };
                let confirmed = found.confirmed.zip(found.mark);
                Ok(ListedItem {
                    item: ItemId::new(found.item_id),
                    product: ProductId::new(found.product_id),
                    shop_product: ShopProductId::new(&found.shop_product_id).map_err(|_| {
                        StoreError::corrupt("listing", "shop_product_id", &found.shop_product_id)
                    })?,
                    variant: variant(&found.shop_variant_id)?,
                    stock_id: found.stock_id.map(String::into_boxed_str),
                    is_active: found.is_active,
                    buffer: Quantity::from_milli(found.buffer_milli),
                    confirmed: confirmed.map(|(quantity, mark)| Confirmed { quantity, mark }),
                    outright_at: found.outright_at.map(SqlTimestamp::to_jiff),
                    unsure_since: found.unsure_since.map(SqlTimestamp::to_jiff),
                    intent,
                })
            })
            .collect()
    }

    /// Writes what is about to be told. `false`: another process tells this connection by now, and nothing is written.
    pub async fn begin_telling(
        &self,
        fence: Fence,
        intents: &[(ItemId, KeptIntent)],
    ) -> Result<bool, StoreError> {
        let mut db = self.pool.begin().await?;
        if !pusher::is_held(&mut db, fence).await? {
            return Ok(false);
        }
        let of = intents.iter();
        let items: Vec<Uuid> = of.clone().map(|(item, _)| item.uuid()).collect();
        let keys: Vec<Uuid> = of.clone().map(|(_, it)| it.key).collect();
        let expected: Vec<Option<i64>> = of.clone().map(|(_, it)| it.expected).collect();
        let wanted: Vec<i64> = of.clone().map(|(_, it)| it.wanted).collect();
        let confirms: Vec<i64> = of.clone().map(|(_, it)| it.confirms.quantity).collect();
        let marks: Vec<&str> = of
            .clone()
            .map(|(_, it)| it.confirms.mark.as_str())
            .collect();
        let at: Vec<SqlTimestamp> = of.map(|(_, it)| row::at(it.at)).collect();
        sqlx::query!(
            "update catalog.listing_item i
            set intent_key = n.key, intent_expected = n.expected, intent_wanted = n.wanted,
                intent_confirms = n.confirms, intent_mark = n.mark, intent_at = n.at
            from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
                $8::timestamptz[]) n (item_id, key, expected, wanted, confirms, mark, at)
            where i.connection_id = $1 and i.item_id = n.item_id",
            fence.connection.uuid(),
            &items,
            &keys,
            &expected as _,
            &wanted,
            &confirms,
            &marks as _,
            &at as _,
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(true)
    }

    /// Keeps what became of what was told, and the words about it. `false` as with [`Store::begin_telling`].
    pub async fn settle_items(
        &self,
        fence: Fence,
        settled: &[SettledItem],
        told: &[NewTold],
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut db = self.pool.begin().await?;
        if !pusher::is_held(&mut db, fence).await? {
            return Ok(false);
        }
        for settle in [Settle::Done, Settle::Dropped, Settle::Forgotten] {
            let of: Vec<&SettledItem> = (settled.iter()).filter(|it| it.settle == settle).collect();
            if !of.is_empty() {
                let unsure = write(&mut db, fence.connection, &settle, &of, now).await?;
                work::mark_drift(&mut db, fence.connection, &unsure, now).await?;
            }
        }
        told::write(&mut db, fence.connection, told, now).await?;
        let products: Vec<Uuid> = told.iter().map(|told| told.product.uuid()).collect();
        work::mark_drifting(&mut db, fence.connection, &products, now).await?;
        db.commit().await?;
        Ok(true)
    }

    /// From now on what these shops' items have is reckoned from here.
    pub async fn anchor_items(&self, fence: Fence, anchors: &[Anchored]) -> Result<(), StoreError> {
        if anchors.is_empty() {
            return Ok(());
        }
        let of = anchors.iter();
        let items: Vec<Uuid> = of.clone().map(|it| it.item.uuid()).collect();
        let confirmed: Vec<i64> = of.clone().map(|it| it.confirmed.quantity).collect();
        let sure: Vec<bool> = of.clone().map(|it| it.is_sure).collect();
        let marks: Vec<&str> = of.map(|it| it.confirmed.mark.as_str()).collect();
        let now = self.clock.now();
        let mut db = self.pool.begin().await?;
        if !pusher::is_held(&mut db, fence).await? {
            return Ok(());
        }
        let unsure = sqlx::query_scalar!(
            "with anchored as (
                update catalog.listing_item i set confirmed = n.confirmed, mark = n.mark, confirmed_at = $5,
                    unsure_since = case when n.is_sure then i.unsure_since else $5 end
                from unnest($2::uuid[], $3::bigint[], $4::text[], $6::boolean[]) n (item_id, confirmed, mark, is_sure)
                where i.connection_id = $1 and i.item_id = n.item_id
                returning i.product_id, i.unsure_since)
            select distinct product_id from anchored where unsure_since is not null order by product_id",
            fence.connection.uuid(),
            &items,
            &confirmed,
            &marks as _,
            row::at(now) as _,
            &sure,
        )
        .fetch_all(&mut *db)
        .await?;
        work::mark_drift(&mut db, fence.connection, &unsure, now).await?;
        db.commit().await?;
        Ok(())
    }
}

impl Store {
    /// Of those that are unsure what was found is from now on what is known, unless something was told meanwhile; and they
    /// are told from there.
    pub async fn find_anew(&self, fence: Fence, found: &[FoundAnew]) -> Result<(), StoreError> {
        if found.is_empty() {
            return Ok(());
        }
        let now = row::at(self.clock.now());
        let items: Vec<Uuid> = found.iter().map(|it| it.item.uuid()).collect();
        let had: Vec<i64> = found.iter().map(|it| it.was.quantity).collect();
        let had_marks: Vec<&str> = found.iter().map(|it| it.was.mark.as_str()).collect();
        let has: Vec<i64> = found.iter().map(|it| it.is.quantity).collect();
        let marks: Vec<&str> = found.iter().map(|it| it.is.mark.as_str()).collect();
        let mut db = self.pool.begin().await?;
        if !pusher::is_held(&mut db, fence).await? {
            return Ok(());
        }
        // As if it had been told that outright: an order that is heard of after all has it looked at.
        sqlx::query!(
            "with found as (
                update catalog.listing_item i
                set confirmed = n.has, mark = n.mark, confirmed_at = $7, outright_at = $7, unsure_since = null
                from unnest($2::uuid[], $3::bigint[], $4::text[], $5::bigint[], $6::text[])
                    n (item_id, had, had_mark, has, mark)
                where i.connection_id = $1 and i.item_id = n.item_id and i.intent_key is null
                    and i.unsure_since is not null and i.confirmed = n.had and i.mark = n.had_mark
                returning i.item_id
            )
            insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
            select $1, 'stock', item_id, $8, $7, $7, 0, 1 from found
            order by item_id
            on conflict on constraint work_pkey do update
                set mark = w.mark + 1, tries = 0, not_before = least(w.not_before, excluded.not_before)",
            fence.connection.uuid(),
            &items,
            &had,
            &had_marks as _,
            &has,
            &marks as _,
            now as _,
            Rank::Stock.number(),
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(())
    }
}

/// Gives the products of those that are unsure from now on.
async fn write(
    db: &mut PgConnection,
    connection: ConnectionId,
    settle: &Settle,
    settled: &[&SettledItem],
    now: Timestamp,
) -> Result<Vec<Uuid>, StoreError> {
    let (is_done, is_forgotten) = match settle {
        Settle::Done => (true, false),
        Settle::Dropped => (false, false),
        Settle::Forgotten => (false, true),
    };
    let items: Vec<Uuid> = settled.iter().map(|it| it.item.uuid()).collect();
    let keys: Vec<Uuid> = settled.iter().map(|it| it.key).collect();
    let guesses: Vec<bool> = settled.iter().map(|it| it.is_guess).collect();
    let unsure = sqlx::query_scalar!(
        "with settled as (
            update catalog.listing_item i
            set confirmed = case when $4 then i.intent_confirms when $5 then null else i.confirmed end,
                mark = case when $4 then i.intent_mark when $5 then null else i.mark end,
                confirmed_at = case when $4 then $6 when $5 then null else i.confirmed_at end,
                outright_at = case when $4 and i.intent_expected is null then $6 else i.outright_at end,
                unsure_since = case when n.is_guess or ($4 and i.intent_confirms <> i.intent_wanted) then $6
                    when $4 or $5 then null else i.unsure_since end,
                intent_key = null, intent_expected = null, intent_wanted = null, intent_confirms = null,
                intent_mark = null, intent_at = null
            from unnest($2::uuid[], $3::uuid[], $7::boolean[]) n (item_id, key, is_guess)
            where i.connection_id = $1 and i.item_id = n.item_id and i.intent_key = n.key
            returning i.product_id, i.unsure_since)
        select distinct product_id from settled where unsure_since is not null order by product_id",
        connection.uuid(),
        &items,
        &keys,
        is_done,
        is_forgotten,
        row::at(now) as _,
        &guesses,
    )
    .fetch_all(db)
    .await?;
    Ok(unsure)
}

fn variant(text: &str) -> Result<ShopVariantId, StoreError> {
    ShopVariantId::new(text)
        .map_err(|_| StoreError::corrupt("listing_item", "shop_variant_id", text))
}
