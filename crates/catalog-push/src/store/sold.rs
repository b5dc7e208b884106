//! What orders make and sell is on sale where it was sold (SH-9, SH-10, BC-1).

use jiff::Timestamp;
use retail::catalogue::{Price, Reorder, Supply, TaxRate, Variant};
use retail::{
    Barcode, ConnectionId, ItemId, Money, ProductId, Quantity, RetailerId, ShopVariantId, Sku,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Store, StoreError, outbox, product, row, save};
use crate::push::Rank;

/// An item that an order made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldFirst {
    pub item: ItemId,
    pub retailer: RetailerId,
    pub name: String,
    pub sku: Option<Sku>,
    pub barcode: Option<Barcode>,
    pub price: FirstSold,
    /// Through which it was sold.
    pub connection: ConnectionId,
    /// What the shop calls it, where it says.
    pub variant: Option<ShopVariantId>,
}

/// What one of it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstSold {
    pub net: Money,
    /// In the currency of `net`.
    pub gross: Money,
    pub rate: TaxRate,
}

/// What was sold in a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldItems {
    pub retailer: RetailerId,
    pub connection: ConnectionId,
    /// When the ledger recorded it.
    pub told_at: Timestamp,
    /// Each once.
    pub items: Vec<SoldItem>,
}

/// An item, and what the shop calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldItem {
    pub item: ItemId,
    pub variants: Vec<ShopVariantId>,
}

impl FirstSold {
    /// Of a line that sold `quantity` for `net` and `tax`. What `gross` is without tax is `net`, to a cent: the rate is
    /// the one that the line's own amounts make. `None` when there is no price in it.
    #[must_use]
    pub fn of_line(quantity: Quantity, net: Money, tax: Money) -> Option<Self> {
        let one = Quantity::from_milli(Quantity::SCALE);
        let gross = net.checked_add(tax).ok()?;
        if quantity.milli() <= 0 || net.minor() < 0 || gross.minor() < 0 {
            return None;
        }
        let rate = i128::from(tax.minor()) * i128::from(TaxRate::LIMIT);
        let rate = rate.checked_div(net.minor().into()).unwrap_or_default();
        let rate = u32::try_from(rate)
            .ok()
            .and_then(|rate| TaxRate::new(rate).ok());
        Some(Self {
            net: net.share(one, quantity).ok()?,
            gross: gross.share(one, quantity).ok()?,
            rate: rate.unwrap_or_default(),
        })
    }
}

/// The one product that an item made by an order becomes, however often it is told.
#[must_use]
pub(crate) fn product_of(item: ItemId) -> ProductId {
    ProductId::new(Uuid::new_v5(&item.uuid(), b"created from order"))
}

impl Store {
    /// Makes the product and publishes it on the connection. Told again, it is there.
    pub async fn make_from_order(&self, told: &SoldFirst) -> Result<(), StoreError> {
        let SoldFirst {
            item,
            retailer,
            name,
            sku,
            barcode,
            price,
            connection,
            variant,
        } = told;
        let now = row::as_kept(self.clock.now());
        let id = product_of(*item);
        let mut db = self.pool.begin().await?;
        product::lock(&mut db, id).await?;
        let is_known = sqlx::query_scalar!(
            r#"select exists (select from catalog.variant where item_id = $1)
                or exists (select from catalog.product where product_id = $2) as "is_known!""#,
            item.uuid(),
            id.uuid(),
        )
        .fetch_one(&mut *db)
        .await?;
        if !is_known {
            sqlx::query!(
                "insert into catalog.product (product_id, retailer_id, revision, name, description, brand, category,
                    supplier, handle, tags, tax_millipercent, options, is_in_store, is_from_order, is_as_sold,
                    changed_at)
                values ($1, $2, 1, $3, '', '', '', '', '', '{}', $4, '{}', true, true, true, $5)",
                id.uuid(),
                retailer.uuid(),
                name,
                i32::try_from(price.rate.millipercent()).unwrap_or(i32::MAX),
                row::at(now) as _,
            )
            .execute(&mut *db)
            .await?;
            let variant = Variant {
                item: *item,
                values: Vec::new(),
                sku: sku.clone(),
                barcode: barcode.clone(),
                price: Price {
                    amount: price.gross,
                    includes_tax: true,
                },
                supply: Supply {
                    code: "".into(),
                    price: None,
                    reorder: Reorder::default(),
                },
                weight_mg: None,
                parcel: None,
                image: None,
                is_active: true,
            };
            save::write_variants(&mut db, id, &[variant]).await?;
            outbox::mark(&mut db, &[id.uuid()], Rank::Content, now).await?;
        }
        let sold = SoldItem {
            item: *item,
            variants: variant.iter().cloned().collect(),
        };
        note(&mut db, *retailer, *connection, &[sold], now).await?;
        take(&mut db, &[item.uuid()], None, now).await?;
        db.commit().await?;
        Ok(())
    }

    /// Publishes what was sold where nobody decided otherwise, and keeps which variants it is. Told again, or late, it
    /// does nothing more.
    pub async fn publish_sold(&self, told: &SoldItems) -> Result<(), StoreError> {
        let SoldItems {
            retailer,
            connection,
            told_at,
            items,
        } = told;
        let mut db = self.pool.begin().await?;
        note(&mut db, *retailer, *connection, items, *told_at).await?;
        let items: Vec<Uuid> = items.iter().map(|sold| sold.item.uuid()).collect();
        take(&mut db, &items, Some(*connection), self.clock.now()).await?;
        db.commit().await?;
        Ok(())
    }
}

/// That these items were sold there, whether or not they are known yet.
async fn note(
    db: &mut PgConnection,
    retailer: RetailerId,
    connection: ConnectionId,
    items: &[SoldItem],
    told_at: Timestamp,
) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = items.iter().map(|sold| sold.item.uuid()).collect();
    sqlx::query!(
        "insert into catalog.early_sale (connection_id, item_id, retailer_id)
        select $1, n.item_id, $3 from unnest($2::uuid[]) n (item_id)
        where not exists (
            select from catalog.variant v
            join catalog.product_channel c on c.product_id = v.product_id
            where v.item_id = n.item_id and c.connection_id = $1 and c.is_online is not null)
        on conflict on constraint early_sale_pkey do nothing",
        connection.uuid(),
        &ids,
        retailer.uuid(),
    )
    .execute(&mut *db)
    .await?;
    for SoldItem { item, variants } in items {
        link(db, retailer, connection, *item, variants, told_at).await?;
    }
    Ok(())
}

/// An older word about a variant never replaces a newer one.
async fn link(
    db: &mut PgConnection,
    retailer: RetailerId,
    connection: ConnectionId,
    item: ItemId,
    variants: &[ShopVariantId],
    told_at: Timestamp,
) -> Result<(), StoreError> {
    let variants: Vec<&str> = variants.iter().map(ShopVariantId::as_str).collect();
    sqlx::query!(
        "insert into catalog.shop_variant as v (connection_id, shop_variant_id, retailer_id, item_id, told_at)
        select $1, n.shop_variant_id, $4, $3, $5 from unnest($2::text[]) n (shop_variant_id)
        on conflict on constraint shop_variant_pkey do update
            set item_id = excluded.item_id, told_at = excluded.told_at
            where v.told_at < excluded.told_at and v.item_id <> excluded.item_id
                and v.retailer_id = excluded.retailer_id",
        connection.uuid(),
        &variants as _,
        item.uuid(),
        retailer.uuid(),
        row::at(told_at) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Publishes items where they were sold before they were known.
pub(super) async fn take_early_items(
    db: &mut PgConnection,
    items: &[Uuid],
    now: Timestamp,
) -> Result<(), StoreError> {
    take(db, items, None, now).await
}

/// Publishes in a shop that was not known before what it sold.
pub(super) async fn take_early_connection(
    db: &mut PgConnection,
    connection: ConnectionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sold = sqlx::query_scalar!(
        "select item_id from catalog.early_sale where connection_id = $1",
        connection.uuid(),
    )
    .fetch_all(&mut *db)
    .await?;
    take(db, &sold, Some(connection), now).await
}

/// Of what was noted, that whose product and connection are known. A deleted product is published nowhere.
async fn take(
    db: &mut PgConnection,
    items: &[Uuid],
    connection: Option<ConnectionId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let published = sqlx::query_scalar!(
        r#"with known as (
            select e.connection_id, e.item_id, v.product_id, p.deleted_at is null as is_alive
            from catalog.early_sale e
            join catalog.connection k on k.connection_id = e.connection_id and k.retailer_id = e.retailer_id
            join catalog.variant v on v.item_id = e.item_id
            join catalog.product p on p.product_id = v.product_id and p.retailer_id = e.retailer_id
            where e.item_id = any($1) and ($2::uuid is null or e.connection_id = $2)
        ), gone as (
            delete from catalog.early_sale e using known
            where e.connection_id = known.connection_id and e.item_id = known.item_id
        )
        insert into catalog.product_channel as c (product_id, connection_id, is_online)
        select distinct product_id, connection_id, true from known where is_alive
        order by product_id, connection_id
        on conflict on constraint product_channel_pkey do update
            set is_online = true where c.is_online is null
        returning product_id"#,
        items,
        connection.map(ConnectionId::uuid),
    )
    .fetch_all(&mut *db)
    .await?;
    if published.is_empty() {
        return Ok(());
    }
    let now = row::as_kept(now);
    product::touch(db, &published, now).await
}

#[cfg(test)]
mod tests {
    use retail::Currency;

    use super::*;

    fn sold(milli: i64, net: i64, tax: i64) -> Option<(i64, i64, u32)> {
        let euros = |minor| Money::new(minor, Currency::EUR);
        let sold = FirstSold::of_line(Quantity::from_milli(milli), euros(net), euros(tax))?;
        let FirstSold { net, gross, rate } = sold;
        Some((net.minor(), gross.minor(), rate.millipercent()))
    }

    #[test]
    fn sh_09_a_price_is_what_one_of_a_line_cost() {
        for (milli, net, tax, price) in [
            (1_000, 1_000, 210, Some((1_000, 1_210, 21_000))),
            (3_000, 1_197, 252, Some((399, 483, 21_052))),
            (1_500, 1_500, 0, Some((1_000, 1_000, 0))),
            // Given away.
            (1_000, 0, 0, Some((0, 0, 0))),
            // No rate makes that.
            (1_000, 0, 50, Some((0, 50, 0))),
            (1_000, 10, 50, Some((10, 60, 0))),
            // No price is in what came back.
            (-1_000, -1_000, -210, None),
            (0, 0, 0, None),
            (1_000, -5, 0, None),
        ] {
            assert_eq!(sold(milli, net, tax), price, "{milli} for {net}");
        }
    }
}
