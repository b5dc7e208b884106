//! A sheet is applied: the ledger is told first, then one transaction changes the catalogue.

use jiff::Timestamp;
use retail::{Barcode, ItemId, ProductId, SheetId, Sku};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Identity;
use crate::push::Rank;
use crate::store::{Store, StoreError, outbox, push, row, sold};

/// Items that the ledger is told of at once; it takes no more.
const ITEMS_AT_ONCE: usize = 500;
/// So many rows hold all of the last product that is told of at once.
const ITEMS_READ: i64 = 1_000;

/// An item that the ledger is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldItem {
    pub product: ProductId,
    pub item: ItemId,
    pub now: Identity,
    /// `None`: it did not know it.
    pub was: Option<Identity>,
}

/// What became of writing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    Done,
    /// So many products are otherwise than they were when it was checked.
    ProductsChanged(i64),
    /// So many items are of another product by now.
    ItemsTaken(i64),
}

impl Store {
    /// The next items that the ledger is to know otherwise: products whole, by id.
    pub async fn items_to_tell(
        &self,
        id: SheetId,
        after: Option<ProductId>,
    ) -> Result<Vec<ToldItem>, StoreError> {
        let found = sqlx::query!(
            "select product_id, item_id, sku, barcode, name, was_sku, was_barcode, was_name
            from catalog.sheet_variant
            where sheet_id = $1 and is_told and ($2::uuid is null or product_id > $2)
            order by product_id, position limit $3",
            id.uuid(),
            after.map(ProductId::uuid),
            ITEMS_READ,
        )
        .fetch_all(&self.pool)
        .await?;
        let mut items = Vec::with_capacity(found.len());
        for found in found {
            let was = match found.was_name {
                None => None,
                Some(name) => Some(identity(found.was_sku, found.was_barcode, name)?),
            };
            items.push(ToldItem {
                product: ProductId::new(found.product_id),
                item: ItemId::new(found.item_id),
                now: identity(found.sku, found.barcode, found.name)?,
                was,
            });
        }
        items.truncate(whole_products(&items));
        Ok(items)
    }

    /// The ledger knows them.
    pub async fn note_told(
        &self,
        id: SheetId,
        up_to: ProductId,
        items: usize,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "update catalog.sheet set told_up_to = $2, done = done + $3, changed_at = $4 where sheet_id = $1",
            id.uuid(),
            up_to.uuid(),
            i64::try_from(items).unwrap_or(i64::MAX),
            row::at(self.clock.now()) as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The ledger knows so many of them as before again; `up_to` is the first product of those.
    pub async fn items_to_take_back(
        &self,
        id: SheetId,
        up_to: ProductId,
        after: Option<ProductId>,
    ) -> Result<Vec<ToldItem>, StoreError> {
        let mut items = self.items_to_tell(id, after).await?;
        items.retain(|item| item.product <= up_to);
        Ok(items)
    }

    /// All of it, or nothing: then it says why not.
    pub async fn write_sheet(&self, id: SheetId) -> Result<Write, StoreError> {
        let now = row::as_kept(self.clock.now());
        let mut db = self.pool.begin().await?;
        // Of a large sheet one statement takes longer than others may.
        sqlx::query!("select set_config('statement_timeout', '10min', true)")
            .fetch_one(&mut *db)
            .await?;
        let changed = hold(&mut db, id).await?;
        if changed > 0 {
            return Ok(Write::ProductsChanged(changed));
        }
        let taken = taken(&mut db, id).await?;
        if taken > 0 {
            return Ok(Write::ItemsTaken(taken));
        }
        let new = new_products(&mut db, id).await?;
        write_products(&mut db, id, now).await?;
        write_variants(&mut db, id).await?;
        write_channels(&mut db, id).await?;
        publish_early(&mut db, id, now).await?;
        let products = sqlx::query_scalar!(
            "select product_id from catalog.sheet_product where sheet_id = $1",
            id.uuid(),
        )
        .fetch_all(&mut *db)
        .await?;
        push::want_everywhere(&mut db, &new).await?;
        // Among what a sheet changes a price hurts most.
        outbox::mark(&mut db, &products, Rank::Price, now).await?;
        sqlx::query!(
            "update catalog.sheet set state = 'applied', done = total, changed_at = $2 where sheet_id = $1",
            id.uuid(),
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(Write::Done)
    }
}

/// How many of them are told of at once: the first product, and those that fit behind it.
fn whole_products(items: &[ToldItem]) -> usize {
    let ends = |place: &usize| {
        let next = items.get(*place).map(|item| item.product);
        let last = items.get(place.wrapping_sub(1)).map(|item| item.product);
        next != last
    };
    let most = items.len().min(ITEMS_AT_ONCE);
    let fits = (1..=most).rev().find(ends);
    fits.unwrap_or(most)
}

fn identity(
    sku: Option<String>,
    barcode: Option<String>,
    name: String,
) -> Result<Identity, StoreError> {
    let wrong = |_| StoreError::corrupt("sheet_variant", "sku", "is none");
    Ok(Identity {
        sku: sku.map(|sku| Sku::new(&sku)).transpose().map_err(wrong)?,
        barcode: barcode
            .map(|code| Barcode::new(&code))
            .transpose()
            .map_err(wrong)?,
        name,
    })
}

/// Holds its products until the transaction ends. Gives how many are otherwise than they were.
async fn hold(db: &mut PgConnection, id: SheetId) -> Result<i64, StoreError> {
    sqlx::query!(
        "select count(*) from (
            select from catalog.product p
            join catalog.sheet_product s on s.product_id = p.product_id
            where s.sheet_id = $1
            order by p.product_id
            for no key update of p) held",
        id.uuid(),
    )
    .fetch_one(&mut *db)
    .await?;
    let changed = sqlx::query_scalar!(
        r#"select count(*) as "changed!"
        from catalog.sheet_product s
        join catalog.sheet h on h.sheet_id = s.sheet_id
        left join catalog.product p on p.product_id = s.product_id
        where s.sheet_id = $1
            and (coalesce(p.revision, 0) <> s.revision or p.deleted_at is not null
                or p.retailer_id <> h.retailer_id)"#,
        id.uuid(),
    )
    .fetch_one(db)
    .await?;
    Ok(changed)
}

async fn taken(db: &mut PgConnection, id: SheetId) -> Result<i64, StoreError> {
    let taken = sqlx::query_scalar!(
        r#"select count(*) as "taken!"
        from catalog.sheet_variant s
        join catalog.variant v on v.item_id = s.item_id
        where s.sheet_id = $1 and v.product_id <> s.product_id"#,
        id.uuid(),
    )
    .fetch_one(db)
    .await?;
    Ok(taken)
}

/// Those that are the POS's from this sheet on: new ones, and what an order made.
async fn new_products(db: &mut PgConnection, id: SheetId) -> Result<Vec<Uuid>, StoreError> {
    let new = sqlx::query_scalar!(
        "select s.product_id from catalog.sheet_product s
        where s.sheet_id = $1 and not exists (
            select from catalog.product p where p.product_id = s.product_id and not p.is_as_sold)",
        id.uuid(),
    )
    .fetch_all(db)
    .await?;
    Ok(new)
}

async fn write_products(
    db: &mut PgConnection,
    id: SheetId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update catalog.product p set revision = p.revision + 1, name = s.name, description = s.description,
            brand = s.brand, category = s.category, supplier = s.supplier, handle = s.handle,
            tags = array(select t from jsonb_array_elements_text(s.tags) with ordinality e (t, o) order by o),
            tax_millipercent = s.tax_millipercent,
            options = array(select t from jsonb_array_elements_text(s.options) with ordinality e (t, o) order by o),
            is_in_store = s.is_in_store, is_as_sold = false, changed_at = $2
        from catalog.sheet_product s
        where s.sheet_id = $1 and s.revision > 0 and p.product_id = s.product_id",
        id.uuid(),
        row::at(now) as _,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into catalog.product (product_id, retailer_id, revision, name, description, brand, category,
            supplier, handle, tags, tax_millipercent, options, is_in_store, is_from_order, changed_at)
        select s.product_id, h.retailer_id, 1, s.name, s.description, s.brand, s.category, s.supplier, s.handle,
            array(select t from jsonb_array_elements_text(s.tags) with ordinality e (t, o) order by o),
            s.tax_millipercent,
            array(select t from jsonb_array_elements_text(s.options) with ordinality e (t, o) order by o),
            s.is_in_store, false, $2
        from catalog.sheet_product s
        join catalog.sheet h on h.sheet_id = s.sheet_id
        where s.sheet_id = $1 and s.revision = 0
        order by s.product_id",
        id.uuid(),
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn write_variants(db: &mut PgConnection, id: SheetId) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from catalog.variant v using catalog.sheet_product s
        where s.sheet_id = $1 and v.product_id = s.product_id",
        id.uuid(),
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into catalog.variant (item_id, product_id, position, value_1, value_2, value_3, sku, barcode,
            price_minor, currency, price_includes_tax, supplier_code, supplier_price_minor, supplier_currency,
            reorder_point_milli, reorder_amount_milli, weight_mg, length_um, width_um, height_um, image_hash,
            is_active)
        select item_id, product_id, position, value_1, value_2, value_3, sku, barcode,
            price_minor, currency, price_includes_tax, supplier_code, supplier_price_minor, supplier_currency,
            reorder_point_milli, reorder_amount_milli, weight_mg, length_um, width_um, height_um, image_hash,
            is_active
        from catalog.sheet_variant where sheet_id = $1
        order by product_id, position",
        id.uuid(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What is kept back from a shop stays as it is.
async fn write_channels(db: &mut PgConnection, id: SheetId) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into catalog.product_channel (product_id, connection_id, is_online)
        select product_id, connection_id, is_online from catalog.sheet_channel where sheet_id = $1
        order by product_id, connection_id
        on conflict on constraint product_channel_pkey do update set is_online = excluded.is_online",
        id.uuid(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What was sold before it was known here is on sale there.
async fn publish_early(
    db: &mut PgConnection,
    id: SheetId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let items: Vec<Uuid> = sqlx::query_scalar!(
        r#"select s.item_id as "item_id!" from catalog.sheet_variant s
        join catalog.early_sale e on e.item_id = s.item_id
        where s.sheet_id = $1"#,
        id.uuid(),
    )
    .fetch_all(&mut *db)
    .await?;
    sold::take_early_items(db, &items, now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(products: &[(u128, usize)]) -> Vec<ToldItem> {
        let item = |product| ToldItem {
            product: ProductId::new(Uuid::from_u128(product)),
            item: ItemId::new(Uuid::nil()),
            now: Identity {
                sku: None,
                barcode: None,
                name: "x".to_owned(),
            },
            was: None,
        };
        let of = |(product, count): &(u128, usize)| vec![item(*product); *count];
        products.iter().flat_map(of).collect()
    }

    #[test]
    fn products_are_told_of_whole_and_no_more_than_the_ledger_takes() {
        for (products, expected) in [
            (vec![], 0),
            (vec![(1, 3)], 3),
            (vec![(1, 500)], 500),
            (vec![(1, 499), (2, 2)], 499),
            (vec![(1, 1), (2, 500), (3, 499)], 1),
            (vec![(1, 250), (2, 250), (3, 500)], 500),
        ] {
            assert_eq!(whole_products(&items(&products)), expected, "{products:?}");
        }
    }
}
