//! What rows do to one product.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::finding::{Fault, Finding, Problem};
use super::reading::{At, Reading, Terms};
use super::write::{of_product, of_variant};
use super::{Cell, Column, Header, Listed};
use crate::catalogue::{Product, ProductError, TaxRate, Variant};
use crate::{ItemId, ProductId};

/// A row, and the item that it is found to be.
#[derive(Clone, Copy, Debug)]
pub struct RowSaid<'a> {
    /// As the spreadsheet counts.
    pub number: u32,
    pub item: ItemId,
    pub cells: &'a [String],
    /// By the cell's place.
    pub faults: &'a [(usize, Fault)],
}

/// What a product becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub after: Listed,
    /// Empty: it stays as it is.
    pub changes: Vec<Change>,
}

/// One field that is otherwise than it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The first row that can have said it.
    pub row: u32,
    pub column: Column,
    /// As it would be written; empty: there was nothing.
    pub before: String,
    pub after: String,
}

/// What the rows of one product make of it, or all that is wrong with them. Each row is another item; those that the
/// product does not have are added behind the others, and none goes that is not in the sheet.
pub fn change(
    before: Option<&Listed>,
    id: ProductId,
    header: &Header,
    terms: Terms,
    rows: &[RowSaid<'_>],
) -> Result<Changed, Vec<Finding>> {
    let mut reading = Reading {
        header,
        terms,
        findings: Vec::new(),
    };
    let mut after = before.cloned().unwrap_or_else(|| blank(id));
    reading.product(&mut after, rows);
    reading.variants(&mut after, rows);
    if reading.findings.is_empty()
        && let Err(error) = after.product.check()
    {
        reading.no_product(&after.product, rows, error);
    }
    if !reading.findings.is_empty() {
        return Err(reading.findings);
    }
    let changes = changes(before, &after, header, rows);
    if let Some(before) = before
        && !changes.is_empty()
        && !terms.overwrite_newer
    {
        reading.check_revision(before, rows);
    }
    if !reading.findings.is_empty() {
        return Err(reading.findings);
    }
    Ok(Changed { after, changes })
}

fn blank(id: ProductId) -> Listed {
    let none = || "".into();
    Listed {
        product: Product {
            id,
            name: none(),
            description: none(),
            brand: none(),
            category: none(),
            supplier: none(),
            handle: none(),
            tags: Vec::new(),
            tax: TaxRate::default(),
            options: Vec::new(),
            variants: Vec::new(),
            images: Vec::new(),
        },
        revision: 0,
        in_store: true,
        online: BTreeMap::new(),
    }
}

impl<'a> Reading<'a> {
    fn variants(&mut self, after: &mut Listed, rows: &[RowSaid<'a>]) {
        let options = after.product.options.len();
        let places: BTreeMap<ItemId, usize> = after
            .product
            .variants
            .iter()
            .enumerate()
            .map(|(place, variant)| (variant.item, place))
            .collect();
        for row in rows {
            let place = places.get(&row.item);
            let variants = &mut after.product.variants;
            let like = variants.first().map(|first| first.price);
            let before = place.and_then(|place| variants.get(*place)).cloned();
            let Some(variant) = self.variant(row, before.as_ref(), like, options) else {
                continue;
            };
            match place.and_then(|place| variants.get_mut(*place)) {
                Some(kept) => *kept = variant,
                None => variants.push(variant),
            }
        }
    }

    /// Told at the row that it is about, else at the product's first.
    fn no_product(&mut self, product: &Product, rows: &[RowSaid<'a>], error: ProductError) {
        let (variant, column) = match &error {
            ProductError::VariantCount(_) | ProductError::ImageTwice => (0, Column::ItemId),
            ProductError::OptionCount(_) | ProductError::OptionTwice(_) => (0, Column::Option(0)),
            ProductError::EmptyValue { variant }
            | ProductError::ValueCount { variant, .. }
            | ProductError::ValuesTwice { variant } => (*variant, Column::Value(0)),
            ProductError::SkuTwice { variant } => (*variant, Column::Sku),
            ProductError::NegativePrice { variant } => (*variant, Column::Price),
            ProductError::CurrenciesDiffer { variant, .. } => (*variant, Column::Currency),
            ProductError::ItemTwice { variant } | ProductError::ForeignImage { variant } => {
                (*variant, Column::ItemId)
            }
        };
        let item = product.variants.get(variant).map(|variant| variant.item);
        let row = rows.iter().find(|row| Some(row.item) == item);
        if let Some(row) = row.or(rows.first()) {
            let at = At {
                row: row.number,
                column,
            };
            self.wrong(at, Problem::Product(error));
        }
    }

    /// Whether the sheet was written from what is there now.
    fn check_revision(&mut self, before: &Listed, rows: &[RowSaid<'a>]) {
        let Some(place) = self.header.place(Column::Revision) else {
            return;
        };
        for row in rows {
            let cell = row.cells.get(place).map(|cell| Cell::read(cell));
            let Some(Cell::Said(said)) = cell else {
                continue;
            };
            if said.parse() != Ok(before.revision) {
                let at = At {
                    row: row.number,
                    column: Column::Revision,
                };
                self.wrong(at, Problem::ChangedSince(before.revision));
            }
        }
    }
}

fn variant(listed: &Listed, item: ItemId) -> Option<&Variant> {
    let mut variants = listed.product.variants.iter();
    variants.find(|variant| variant.item == item)
}

/// Field by field, of the columns that the sheet has.
fn changes(
    before: Option<&Listed>,
    after: &Listed,
    header: &Header,
    rows: &[RowSaid<'_>],
) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut compare = |row: u32, column, before: Option<_>, after: Option<_>| {
        let text = |of: Option<Cow<'_, str>>| of.unwrap_or_default().into_owned();
        let (before, after) = (text(before), text(after));
        if before != after {
            changes.push(Change {
                row,
                column,
                before,
                after,
            });
        }
    };
    let is_told = |column: &Column| {
        !matches!(
            column,
            Column::ProductId | Column::ItemId | Column::Revision
        )
    };
    let columns: Vec<Column> = header.columns().filter(is_told).collect();
    for column in columns.iter().filter(|column| column.is_of_product()) {
        let place = header.place(*column).unwrap_or_default();
        let says = |row: &&RowSaid<'_>| {
            let cell = row.cells.get(place);
            cell.is_some_and(|cell| !cell.trim().is_empty())
        };
        if let Some(row) = rows.iter().find(says).or(rows.first()) {
            let before = before.and_then(|before| of_product(before, *column));
            compare(row.number, *column, before, of_product(after, *column));
        }
    }
    for row in rows {
        let before = before.and_then(|before| variant(before, row.item));
        let after = variant(after, row.item);
        for column in columns.iter().filter(|column| !column.is_of_product()) {
            compare(
                row.number,
                *column,
                before.and_then(|it| of_variant(it, *column)),
                after.and_then(|it| of_variant(it, *column)),
            );
        }
    }
    changes
}
