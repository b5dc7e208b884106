//! People say what products are in a shop.

use std::collections::BTreeMap;

use jiff::Timestamp;
use retail::{ConnectionId, ItemId, ProductId, RetailerId, ShopVariantId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::{Once, StoreError, channels, push};
use super::{LinkError, LinkWord};

/// Links that the audit log tells of one act.
const TOLD_LIMIT: usize = 500;

impl LinkWord {
    /// As statements read it.
    const fn as_str(&self) -> &'static str {
        match self {
            Self::To(..) => "to",
            Self::Apart => "apart",
            Self::Anew => "anew",
            Self::Again => "again",
        }
    }

    fn target(&self) -> Option<&str> {
        match self {
            Self::To(id, _) => Some(id.as_str()),
            Self::Apart | Self::Anew | Self::Again => None,
        }
    }
}

impl Once {
    /// Keeps what is said, all of it or nothing; the shop is looked at for it after.
    pub async fn set_links(
        &mut self,
        connection: ConnectionId,
        words: &[(ProductId, LinkWord)],
    ) -> Result<(), LinkError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        if let Some(unknown) = channels::unknown(db, retailer, &[connection]).await? {
            return Err(LinkError::UnknownConnection(unknown));
        }
        check_known(db, retailer, words).await?;
        check_taken(db, connection, words).await?;
        say(db, connection, words, now).await?;
        self.note_change(None, told(connection, words));
        Ok(())
    }
}

/// As the audit log tells it: of a long file the beginning, which is in the file besides.
fn told(connection: ConnectionId, words: &[(ProductId, LinkWord)]) -> Value {
    let link = |(product, word): &(ProductId, LinkWord)| {
        json!({
            "product_id": product.to_string(),
            "link": word.as_str(),
            "shop_product_id": word.target(),
        })
    };
    json!({
        "connection_id": connection.to_string(),
        "products": words.len(),
        "links": words.iter().take(TOLD_LIMIT).map(link).collect::<Vec<_>>(),
    })
}

fn ids(words: &[(ProductId, LinkWord)]) -> Vec<Uuid> {
    words.iter().map(|(product, _)| product.uuid()).collect()
}

async fn check_known(
    db: &mut PgConnection,
    retailer: RetailerId,
    words: &[(ProductId, LinkWord)],
) -> Result<(), LinkError> {
    let living = sqlx::query!(
        r#"select p.product_id, array(select v.item_id from catalog.variant v where v.product_id = p.product_id) as "items!"
        from catalog.product p
        where p.product_id = any($1) and p.retailer_id = $2 and p.deleted_at is null"#,
        &ids(words),
        retailer.uuid(),
    )
    .fetch_all(db)
    .await?;
    let living: BTreeMap<Uuid, Vec<Uuid>> = (living.into_iter())
        .map(|row| (row.product_id, row.items))
        .collect();
    for (product, word) in words {
        let items = living.get(&product.uuid());
        let items = items.ok_or(LinkError::UnknownProduct(*product))?;
        if let LinkWord::To(_, named) = word
            && let Some((unknown, _)) = named.iter().find(|(item, _)| !items.contains(&item.uuid()))
        {
            return Err(LinkError::UnknownItem(*unknown));
        }
    }
    Ok(())
}

/// A listing is one product's: of those that are named once, and of the others' none.
async fn check_taken(
    db: &mut PgConnection,
    connection: ConnectionId,
    words: &[(ProductId, LinkWord)],
) -> Result<(), LinkError> {
    let taken = |shop_product: &str, product| LinkError::ListingTaken {
        shop_product: shop_product.into(),
        product,
    };
    let mut targets: BTreeMap<&str, ProductId> = BTreeMap::new();
    for (product, word) in words {
        if let Some(target) = word.target()
            && let Some(other) = targets.insert(target, *product)
        {
            return Err(taken(target, other));
        }
    }
    let listings: Vec<&str> = targets.into_keys().collect();
    let found = sqlx::query!(
        r#"select shop_product_id as "shop_product_id!", product_id from catalog.listing
        where connection_id = $1 and shop_product_id = any($2) and product_id <> all($3)
        order by product_id limit 1"#,
        connection.uuid(),
        &listings as _,
        &ids(words),
    )
    .fetch_optional(db)
    .await?;
    found.map_or(Ok(()), |found| {
        Err(taken(
            &found.shop_product_id,
            ProductId::new(found.product_id),
        ))
    })
}

/// Keeps what is said of products that are the retailer's, and has the shop looked at for it. What the shop has under
/// its old link keeps its figures where the link stays the same.
pub(in crate::store) async fn say(
    db: &mut PgConnection,
    connection: ConnectionId,
    words: &[(ProductId, LinkWord)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let products = ids(words);
    let targets: Vec<Option<&str>> = words.iter().map(|(_, word)| word.target()).collect();
    sqlx::query!(
        "insert into catalog.listing (connection_id, product_id, standing)
        select $1, n.id, 'wanted' from unnest($2::uuid[]) n (id) order by n.id
        on conflict on constraint listing_pkey do nothing",
        connection.uuid(),
        &products,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from catalog.listing_item i
        using unnest($2::uuid[], $3::text[]) n (product_id, target)
        join catalog.listing l on l.connection_id = $1 and l.product_id = n.product_id
        where i.connection_id = $1 and i.product_id = n.product_id
            and l.shop_product_id is distinct from n.target",
        connection.uuid(),
        &products,
        &targets as _,
    )
    .execute(&mut *db)
    .await?;
    say_listings(db, connection, words).await?;
    say_items(db, connection, words).await?;
    push::mark_listings(db, connection, &products, now).await?;
    push::mark_drifting(db, connection, &products, now).await
}

async fn say_listings(
    db: &mut PgConnection,
    connection: ConnectionId,
    words: &[(ProductId, LinkWord)],
) -> Result<(), StoreError> {
    let products = ids(words);
    let kinds: Vec<&str> = words.iter().map(|(_, word)| word.as_str()).collect();
    let targets: Vec<Option<&str>> = words.iter().map(|(_, word)| word.target()).collect();
    // First what was, then what is: two may swap.
    sqlx::query!(
        "update catalog.listing l
        set standing = case when n.kind = 'apart' then 'apart' else 'wanted' end, shop_product_id = null,
            known = case when l.shop_product_id = n.target then l.known end,
            known_at = case when l.shop_product_id = n.target then l.known_at end,
            pushed_revision = null, candidates = '{}', doubt = null, item_doubts = '[]', gone = null,
            refused_why = null, refused_says = null, refused_at = null, words = l.words + 1,
            not_these = case n.kind
                when 'anew' then array_remove(l.not_these || l.candidates || l.shop_product_id, null)
                when 'again' then '{}'
                else array_remove(l.not_these, n.target) end,
            left_to_shop = case when n.kind = 'again' then '{}' else l.left_to_shop end
        from unnest($2::uuid[], $3::text[], $4::text[]) n (product_id, kind, target)
        where l.connection_id = $1 and l.product_id = n.product_id",
        connection.uuid(),
        &products,
        &kinds as _,
        &targets as _,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update catalog.listing l set shop_product_id = n.target
        from unnest($2::uuid[], $3::text[]) n (product_id, target)
        where l.connection_id = $1 and l.product_id = n.product_id and n.target is not null",
        connection.uuid(),
        &products,
        &targets as _,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

async fn say_items(
    db: &mut PgConnection,
    connection: ConnectionId,
    words: &[(ProductId, LinkWord)],
) -> Result<(), StoreError> {
    let (mut products, mut items, mut variants) = (Vec::new(), Vec::new(), Vec::new());
    for (product, word) in words {
        let named: &[(ItemId, ShopVariantId)] = match word {
            LinkWord::To(_, named) => named,
            LinkWord::Apart | LinkWord::Anew | LinkWord::Again => &[],
        };
        for (item, variant) in named {
            products.push(product.uuid());
            items.push(item.uuid());
            variants.push(variant.as_str());
        }
    }
    // Another item that was taken to be one of these variants is not.
    sqlx::query!(
        "delete from catalog.listing_item i
        using unnest($2::uuid[], $3::uuid[], $4::text[]) n (product_id, item_id, variant)
        where i.connection_id = $1 and i.product_id = n.product_id and i.shop_variant_id = n.variant
            and i.item_id <> n.item_id",
        connection.uuid(),
        &products,
        &items,
        &variants as _,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into catalog.listing_item as i (connection_id, product_id, item_id, shop_variant_id)
        select $1, n.* from unnest($2::uuid[], $3::uuid[], $4::text[]) n (product_id, item_id, variant)
        order by n.item_id
        on conflict on constraint listing_item_pkey do update
            set product_id = excluded.product_id, shop_variant_id = excluded.shop_variant_id,
                stock_id = case when i.shop_variant_id = excluded.shop_variant_id then i.stock_id end,
                confirmed = case when i.shop_variant_id = excluded.shop_variant_id then i.confirmed end,
                mark = case when i.shop_variant_id = excluded.shop_variant_id then i.mark end,
                confirmed_at = case when i.shop_variant_id = excluded.shop_variant_id then i.confirmed_at end",
        connection.uuid(),
        &products,
        &items,
        &variants as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
