//! What a check finds, kept part by part; and the products as they are to be.

use retail::catalogue::Variant;
use retail::catalogue::sheet::{Fault, Finding, Listed};
use retail::{ConnectionId, ItemId, Money, ProductId, Quantity, RetailerId, SheetId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    CHANGES_LIMIT, ChangeView, FINDINGS_LIMIT, Identity, SheetCount, cell_into, faults_from,
    number_into,
};
use crate::store::{ProductView, Store, StoreError, product, row};

/// A row as it was kept.
#[derive(Clone, Debug)]
pub struct KeptRow {
    pub number: u32,
    pub cells: Vec<String>,
    pub faults: Vec<(usize, Fault)>,
}

/// A product as it is to be.
#[derive(Clone, Debug)]
pub struct Staged {
    pub after: Listed,
    /// 0: it is new.
    pub revision: i64,
    /// One for each variant.
    pub variants: Vec<StagedVariant>,
    /// In shops where it is otherwise; `None`: nobody decides.
    pub channels: Vec<(ConnectionId, Option<bool>)>,
}

/// What the ledger is to know an item by.
#[derive(Clone, Debug)]
pub struct StagedVariant {
    pub now: Identity,
    /// `None`: it does not know it.
    pub was: Option<Identity>,
}

/// A part of a check.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Rows that are done with it.
    pub rows: i64,
    pub staged: Vec<Staged>,
    pub findings: Vec<Finding>,
    /// Their places are given here.
    pub changes: Vec<ChangeView>,
    /// Rows that change something.
    pub changed_rows: i64,
}

impl Store {
    /// Forgets what was found before.
    pub async fn clear_sheet(&self, id: SheetId) -> Result<(), StoreError> {
        let mut db = self.pool.begin().await?;
        clear(&mut db, &[id.uuid()]).await?;
        sqlx::query!(
            "update catalog.sheet set done = 0, findings = 0, new_products = 0, changed_products = 0, changed_rows = 0
            where sheet_id = $1",
            id.uuid(),
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(())
    }

    /// Rows by their numbers.
    pub async fn sheet_cells(
        &self,
        id: SheetId,
        numbers: &[u32],
    ) -> Result<Vec<KeptRow>, StoreError> {
        let numbers: Vec<i32> = numbers.iter().copied().map(number_into).collect();
        let found = sqlx::query!(
            "select number, cells, fault_places, fault_kinds from catalog.sheet_row
            where sheet_id = $1 and number = any($2) order by number",
            id.uuid(),
            &numbers,
        )
        .fetch_all(&self.pool)
        .await?;
        let row = found.into_iter().map(|found| {
            let cells = serde_json::from_value(found.cells);
            Ok(KeptRow {
                number: u32::try_from(found.number).unwrap_or_default(),
                cells: cells.map_err(|_| StoreError::corrupt("sheet_row", "cells", "no texts"))?,
                faults: faults_from(found.fault_places, found.fault_kinds)?,
            })
        });
        row.collect()
    }

    /// Those of the products that the retailer has.
    pub async fn whole_products(
        &self,
        retailer: RetailerId,
        products: &[ProductId],
    ) -> Result<Vec<ProductView>, StoreError> {
        let ids: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
        let mut db = self.pool.begin().await?;
        product::read_all(&mut db, retailer, &ids).await
    }

    /// Keeps a part of what is found, behind what was found before.
    pub async fn stage_sheet(
        &self,
        id: SheetId,
        before: SheetCount,
        changes_before: i64,
        step: &Step,
    ) -> Result<(), StoreError> {
        let mut db = self.pool.begin().await?;
        products(&mut db, id, &step.staged).await?;
        variants(&mut db, id, &step.staged).await?;
        channels(&mut db, id, &step.staged).await?;
        findings(&mut db, id, before.findings, &step.findings).await?;
        changes(&mut db, id, changes_before, &step.changes).await?;
        db.commit().await?;
        Ok(())
    }

    /// How far the check is, and what it counted so far.
    pub async fn note_check(
        &self,
        id: SheetId,
        done: i64,
        count: SheetCount,
    ) -> Result<(), StoreError> {
        let SheetCount {
            findings,
            new_products,
            changed_products,
            changed_rows,
        } = count;
        sqlx::query!(
            "update catalog.sheet set done = $2, findings = $3, new_products = $4, changed_products = $5,
                changed_rows = $6, changed_at = $7
            where sheet_id = $1",
            id.uuid(),
            done,
            findings,
            new_products,
            changed_products,
            changed_rows,
            row::at(self.clock.now()) as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// All of it is known.
    pub async fn end_check(&self, id: SheetId) -> Result<(), StoreError> {
        sqlx::query!(
            "update catalog.sheet set state = 'checked', done = total, changed_at = $2 where sheet_id = $1",
            id.uuid(),
            row::at(self.clock.now()) as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// Takes away all but the rows.
pub(super) async fn clear(db: &mut PgConnection, sheets: &[Uuid]) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from catalog.sheet_finding where sheet_id = any($1)",
        sheets
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from catalog.sheet_change where sheet_id = any($1)",
        sheets
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from catalog.sheet_channel where sheet_id = any($1)",
        sheets
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from catalog.sheet_variant where sheet_id = any($1)",
        sheets
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from catalog.sheet_product where sheet_id = any($1)",
        sheets
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn products(db: &mut PgConnection, id: SheetId, staged: &[Staged]) -> Result<(), StoreError> {
    let texts = |of: fn(&Staged) -> &str| -> Vec<String> {
        staged.iter().map(|one| of(one).to_owned()).collect()
    };
    let tax = |one: &Staged| i32::try_from(one.after.product.tax.millipercent());
    let list = |texts: &[Box<str>]| -> Value { json!(texts) };
    let of = |column: fn(&Staged) -> &[Box<str>]| -> Vec<Value> {
        staged.iter().map(|one| list(column(one))).collect()
    };
    sqlx::query!(
        "insert into catalog.sheet_product (sheet_id, product_id, revision, name, description, brand, category,
            supplier, handle, tags, tax_millipercent, options, is_in_store)
        select $1, n.* from unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::jsonb[], $11::integer[], $12::jsonb[], $13::boolean[]) n",
        id.uuid(),
        &staged.iter().map(|one| one.after.product.id.uuid()).collect::<Vec<_>>(),
        &staged.iter().map(|one| one.revision).collect::<Vec<_>>(),
        &texts(|one| &one.after.product.name),
        &texts(|one| &one.after.product.description),
        &texts(|one| &one.after.product.brand),
        &texts(|one| &one.after.product.category),
        &texts(|one| &one.after.product.supplier),
        &texts(|one| &one.after.product.handle),
        &of(|one| &one.after.product.tags),
        &staged.iter().map(|one| tax(one).unwrap_or(i32::MAX)).collect::<Vec<_>>(),
        &of(|one| &one.after.product.options),
        &staged.iter().map(|one| one.after.in_store).collect::<Vec<_>>(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Of several products in one statement.
async fn variants(db: &mut PgConnection, id: SheetId, staged: &[Staged]) -> Result<(), StoreError> {
    let rows: Vec<StagedRow<'_>> = staged.iter().flat_map(StagedRow::of).collect();
    let rows = &rows;
    let of_variant = |at: usize| {
        column(rows, |row| {
            row.variant.values.get(at).map(ToString::to_string)
        })
    };
    let milli = |quantity: Option<Quantity>| quantity.map(Quantity::milli);
    let currency = |money: Money| money.currency().code().to_owned();
    let length = |read: fn(&retail::catalogue::Parcel) -> u64| {
        column(rows, |row| {
            row.variant
                .parcel
                .as_ref()
                .map(|parcel| row::signed(read(parcel)))
        })
    };
    let was = |read: fn(&Identity) -> Option<String>| {
        column(rows, |row| row.identity.was.as_ref().and_then(read))
    };
    sqlx::query!(
        "insert into catalog.sheet_variant (sheet_id, product_id, position, item_id, value_1, value_2, value_3, sku,
            barcode, price_minor, currency, price_includes_tax, supplier_code, supplier_price_minor,
            supplier_currency, reorder_point_milli, reorder_amount_milli, weight_mg, length_um, width_um, height_um,
            image_hash, is_active, is_told, name, was_sku, was_barcode, was_name)
        select $1, n.* from unnest($2::uuid[], $3::integer[], $4::uuid[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::bigint[], $11::text[], $12::boolean[], $13::text[], $14::bigint[],
            $15::text[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[],
            $22::bytea[], $23::boolean[], $24::boolean[], $25::text[], $26::text[], $27::text[], $28::text[]) n",
        id.uuid(),
        &column(rows, |row| row.product.uuid()),
        &column(rows, |row| row.position),
        &column(rows, |row| row.variant.item.uuid()),
        &of_variant(0) as _,
        &of_variant(1) as _,
        &of_variant(2) as _,
        &column(rows, |row| row.variant.sku.as_ref().map(ToString::to_string)) as _,
        &column(rows, |row| row.variant.barcode.as_ref().map(ToString::to_string)) as _,
        &column(rows, |row| row.variant.price.amount.minor()),
        &column(rows, |row| currency(row.variant.price.amount)),
        &column(rows, |row| row.variant.price.includes_tax),
        &column(rows, |row| row.variant.supply.code.to_string()),
        &column(rows, |row| row.variant.supply.price.map(Money::minor)) as _,
        &column(rows, |row| row.variant.supply.price.map(currency)) as _,
        &column(rows, |row| milli(row.variant.supply.reorder.point)) as _,
        &column(rows, |row| milli(row.variant.supply.reorder.amount)) as _,
        &column(rows, |row| row.variant.weight_mg.map(row::signed)) as _,
        &length(|parcel| parcel.length_um) as _,
        &length(|parcel| parcel.width_um) as _,
        &length(|parcel| parcel.height_um) as _,
        &column(rows, |row| row.variant.image.map(|hash| hash.0.to_vec())) as _,
        &column(rows, |row| row.variant.is_active),
        &column(rows, |row| row.identity.is_told()),
        &column(rows, |row| row.identity.now.name.clone()),
        &was(|was| was.sku.as_ref().map(ToString::to_string)) as _,
        &was(|was| was.barcode.as_ref().map(ToString::to_string)) as _,
        &was(|was| Some(was.name.clone())) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A variant of a staged product, in its place.
struct StagedRow<'a> {
    product: ProductId,
    position: i32,
    variant: &'a Variant,
    identity: &'a StagedVariant,
}

impl<'a> StagedRow<'a> {
    fn of(staged: &'a Staged) -> impl Iterator<Item = Self> {
        let product = &staged.after.product;
        let variants = product.variants.iter().zip(&staged.variants);
        (1..)
            .zip(variants)
            .map(|(position, (variant, identity))| Self {
                product: product.id,
                position,
                variant,
                identity,
            })
    }
}

impl StagedVariant {
    /// The ledger knows it otherwise, or not at all.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.was.as_ref() != Some(&self.now)
    }
}

fn column<T>(rows: &[StagedRow<'_>], read: impl Fn(&StagedRow<'_>) -> T) -> Vec<T> {
    rows.iter().map(read).collect()
}

async fn channels(db: &mut PgConnection, id: SheetId, staged: &[Staged]) -> Result<(), StoreError> {
    let (mut products, mut shops, mut online) = (Vec::new(), Vec::new(), Vec::new());
    for one in staged {
        for (shop, is_online) in &one.channels {
            products.push(one.after.product.id.uuid());
            shops.push(shop.uuid());
            online.push(*is_online);
        }
    }
    sqlx::query!(
        "insert into catalog.sheet_channel (sheet_id, product_id, connection_id, is_online)
        select $1, n.* from unnest($2::uuid[], $3::uuid[], $4::boolean[]) n",
        id.uuid(),
        &products,
        &shops,
        &online as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn findings(
    db: &mut PgConnection,
    id: SheetId,
    before: i64,
    findings: &[Finding],
) -> Result<(), StoreError> {
    let room = usize::try_from(FINDINGS_LIMIT - before).unwrap_or_default();
    let kept = &findings[..room.min(findings.len())];
    sqlx::query!(
        "insert into catalog.sheet_finding (sheet_id, number, cell, kind, message, place)
        select $1, n.number, n.cell, n.kind, n.message, $2 + n.place
        from unnest($3::integer[], $4::integer[], $5::text[], $6::text[])
            with ordinality n (number, cell, kind, message, place)",
        id.uuid(),
        before,
        &kept
            .iter()
            .map(|one| number_into(one.row))
            .collect::<Vec<_>>(),
        &kept
            .iter()
            .map(|one| cell_into(one.column))
            .collect::<Vec<_>>(),
        &kept
            .iter()
            .map(|one| one.problem.code().to_owned())
            .collect::<Vec<_>>(),
        &kept
            .iter()
            .map(|one| one.problem.to_string())
            .collect::<Vec<_>>(),
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn changes(
    db: &mut PgConnection,
    id: SheetId,
    before: i64,
    changes: &[ChangeView],
) -> Result<(), StoreError> {
    let room = usize::try_from(CHANGES_LIMIT - before).unwrap_or_default();
    let kept = &changes[..room.min(changes.len())];
    sqlx::query!(
        "insert into catalog.sheet_change (sheet_id, number, product_id, is_new, field, before, after, place)
        select $1, n.number, n.product_id, n.is_new, n.field, n.before, n.after, $2 + n.place
        from unnest($3::integer[], $4::uuid[], $5::boolean[], $6::text[], $7::text[], $8::text[])
            with ordinality n (number, product_id, is_new, field, before, after, place)",
        id.uuid(),
        before,
        &kept.iter().map(|one| one.row).collect::<Vec<_>>(),
        &kept.iter().map(|one| one.product.uuid()).collect::<Vec<_>>(),
        &kept.iter().map(|one| one.is_new).collect::<Vec<_>>(),
        &kept.iter().map(|one| one.column.clone()).collect::<Vec<_>>(),
        &kept.iter().map(|one| one.before.clone()).collect::<Vec<_>>(),
        &kept.iter().map(|one| one.after.clone()).collect::<Vec<_>>(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Of an item that the catalogue has.
impl Identity {
    #[must_use]
    pub fn of(view: &ProductView, item: ItemId) -> Option<Self> {
        let mut variants = view.product.variants.iter();
        let variant = variants.find(|variant| variant.item == item)?;
        Some(Self {
            sku: variant.sku.clone(),
            barcode: variant.barcode.clone(),
            name: view.product.item_name(variant),
        })
    }
}
