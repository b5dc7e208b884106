//! A file of links comes back: all of it, or nothing.

use std::collections::BTreeMap;

use retail::listing::ShopProductId;
use retail::listing::link::file::{Column, Decision, RowError, read};
use retail::listing::link::{OurItem, Ours, Stored, TheirVariant, Theirs};
use retail::{ConnectionId, ItemId, ProductId, RetailerId, ShopVariantId, Sku};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::{Once, Standing, Store, StoreError, channels, push};
use super::{LinkError, LinkWord};

/// The cells of a file, the first row with what stands above the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRows {
    pub connection: ConnectionId,
    pub rows: Vec<Vec<String>>,
}

/// What becomes of it, or would.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinksImported {
    /// Products that are linked, or apart, and were not, or not so.
    pub changed: i64,
    /// Where there is one, nothing is done.
    pub errors: Vec<RowError>,
}

impl Store {
    /// What would be done.
    pub async fn preview_links(
        &self,
        retailer: RetailerId,
        asked: &LinkRows,
    ) -> Result<LinksImported, LinkError> {
        let mut db = self.pool.begin().await?;
        Ok(match decide(&mut db, retailer, asked).await? {
            Ok(words) => LinksImported {
                changed: count(&words),
                errors: Vec::new(),
            },
            Err(errors) => LinksImported { changed: 0, errors },
        })
    }
}

impl Once {
    /// Does it.
    pub async fn import_links(&mut self, asked: &LinkRows) -> Result<LinksImported, LinkError> {
        let retailer = self.retailer();
        let words = match decide(self.db(), retailer, asked).await? {
            Ok(words) => words,
            Err(errors) => return Ok(LinksImported { changed: 0, errors }),
        };
        self.set_links(asked.connection, &words).await?;
        Ok(LinksImported {
            changed: count(&words),
            errors: Vec::new(),
        })
    }
}

fn count(words: &[(ProductId, LinkWord)]) -> i64 {
    i64::try_from(words.len()).unwrap_or(i64::MAX)
}

/// What the file says that is not so already, or what is wrong with it.
async fn decide(
    db: &mut PgConnection,
    retailer: RetailerId,
    asked: &LinkRows,
) -> Result<Result<Vec<(ProductId, LinkWord)>, Vec<RowError>>, LinkError> {
    let connection = asked.connection;
    if let Some(unknown) = channels::unknown(db, retailer, &[connection]).await? {
        return Err(LinkError::UnknownConnection(unknown));
    }
    let products = column(asked, Column::ProductId);
    let products: Vec<Uuid> = products
        .filter_map(|cell| Uuid::try_parse(cell).ok())
        .collect();
    let listings: Vec<&str> = column(asked, Column::ShopProductId).collect();
    let ours = ours(db, (retailer, connection), &products, &listings).await?;
    let rows = asked.rows.iter();
    let rows = rows.map(|row| row.iter().map(String::as_str).collect());
    let decisions = match read(rows, &ours, &at_its_word(asked)) {
        Ok(decisions) => decisions,
        Err(errors) => return Ok(Err(errors)),
    };
    let before: BTreeMap<ProductId, &Ours> = ours.iter().map(|it| (it.product, it)).collect();
    let news = decisions.into_iter();
    let news = news.filter(|it| before.get(&it.product).is_none_or(|was| is_news(it, was)));
    Ok(Ok(news.map(word).collect()))
}

fn word(decision: Decision) -> (ProductId, LinkWord) {
    let Decision {
        product,
        stored,
        items,
    } = decision;
    let word = match stored {
        Stored::Linked(id) => LinkWord::To(id, items),
        Stored::Apart => LinkWord::Apart,
    };
    (product, word)
}

fn is_news(decision: &Decision, was: &Ours) -> bool {
    let is_same = |(item, variant): &(ItemId, ShopVariantId)| {
        let known = was.items.iter();
        known
            .filter(|known| known.item == *item)
            .any(|known| known.stored.as_ref() == Some(variant))
    };
    was.stored.as_ref() != Some(&decision.stored) || !decision.items.iter().all(is_same)
}

/// The cells of a column that are not empty, but for what stands above them.
fn column(asked: &LinkRows, column: Column) -> impl Iterator<Item = &str> {
    let names = asked.rows.first();
    let place = names.and_then(|names| names.iter().position(|it| it.trim() == column.as_str()));
    let rows = asked.rows.iter().skip(1);
    let cells = rows.filter_map(move |row| row.get(place?));
    cells
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
}

/// What the shop has, by what the file says of it: whether that is so, whoever tells the shop finds out.
fn at_its_word(asked: &LinkRows) -> Vec<Theirs> {
    let place = |column: Column| {
        let names = asked.rows.first()?;
        names.iter().position(|it| it.trim() == column.as_str())
    };
    let (Some(listings), Some(variants)) =
        (place(Column::ShopProductId), place(Column::ShopVariantId))
    else {
        return Vec::new();
    };
    let mut all: BTreeMap<ShopProductId, Vec<ShopVariantId>> = BTreeMap::new();
    for row in asked.rows.iter().skip(1) {
        let id = row.get(listings).map(|cell| ShopProductId::new(cell));
        let Some(Ok(id)) = id else { continue };
        let known = all.entry(id).or_default();
        let variant = row.get(variants).map(|cell| ShopVariantId::new(cell));
        if let Some(Ok(variant)) = variant
            && !known.contains(&variant)
        {
            known.push(variant);
        }
    }
    let variant = |id| TheirVariant {
        id,
        item: None,
        sku: None,
        values: Vec::new(),
    };
    let theirs = all.into_iter().map(|(id, variants)| Theirs {
        id,
        product: None,
        options: Vec::new(),
        variants: variants.into_iter().map(variant).collect(),
    });
    theirs.collect()
}

/// Living products that the file names, and those that are linked to listings that it names.
async fn ours(
    db: &mut PgConnection,
    (retailer, connection): (RetailerId, ConnectionId),
    products: &[Uuid],
    listings: &[&str],
) -> Result<Vec<Ours>, LinkError> {
    let found = sqlx::query!(
        r#"select p.product_id, v.item_id, v.sku, l.standing as "standing?", l.shop_product_id,
            i.shop_variant_id as "shop_variant_id?"
        from catalog.product p
        join catalog.variant v on v.product_id = p.product_id
        left join catalog.listing l on l.connection_id = $2 and l.product_id = p.product_id
        left join catalog.listing_item i on i.connection_id = $2 and i.item_id = v.item_id and i.product_id = p.product_id
        where p.retailer_id = $1 and p.deleted_at is null
            and (p.product_id = any($3) or l.shop_product_id = any($4))
        order by p.product_id, v.position"#,
        retailer.uuid(),
        connection.uuid(),
        products,
        listings as _,
    )
    .fetch_all(db)
    .await?;
    let mut all: BTreeMap<Uuid, Ours> = BTreeMap::new();
    for found in found {
        let standing = found.standing.as_deref().map(Standing::read).transpose()?;
        let shop_product = found.shop_product_id.as_deref();
        let linked = shop_product.map(push::shop_id).transpose()?;
        let apart = (standing == Some(Standing::Apart)).then_some(Stored::Apart);
        let stored = linked.map(Stored::Linked).or(apart);
        let variant = found.shop_variant_id.as_deref().map(|id| {
            ShopVariantId::new(id)
                .map_err(|_| StoreError::corrupt("listing_item", "shop_variant_id", id))
        });
        let item = OurItem {
            item: ItemId::new(found.item_id),
            stored: variant.transpose()?,
            sku: found.sku.and_then(|sku| Sku::new(&sku).ok()),
            values: Vec::new(),
        };
        let ours = all.entry(found.product_id).or_insert_with(|| Ours {
            product: ProductId::new(found.product_id),
            stored,
            options: Vec::new(),
            items: Vec::new(),
        });
        ours.items.push(item);
    }
    Ok(all.into_values().collect())
}
