use std::collections::BTreeMap;

use super::{Column, Standing};
use crate::listing::ShopProductId;
use crate::listing::link::{OurItem, Ours, Stored, Theirs};
use crate::{ItemId, ProductId, ShopVariantId};

/// Errors that are told of one file.
const ERRORS_LIMIT: usize = 200;

/// What a file says of one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub product: ProductId,
    pub stored: Stored,
    /// Of the items that the file links, in the order of their ids; others stay as they are.
    pub items: Vec<(ItemId, ShopVariantId)>,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {row}, {column}: {problem}", column = column.as_str())]
pub struct RowError {
    /// As spreadsheets count: what stands above the columns is row 1.
    pub row: usize,
    pub column: Column,
    pub problem: Problem,
}

/// Why a cell is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("the file has no such column, or has it twice")]
    NoColumn,
    #[error("the row ends before it")]
    NoCell,
    #[error("{0:?} is no id")]
    NotAnId(Box<str>),
    #[error("the POS has no product {0}")]
    UnknownProduct(ProductId),
    #[error("the product has no item {0}")]
    UnknownItem(ItemId),
    #[error("the item's SKU is {here:?}")]
    SkuDiffers { here: Box<str> },
    #[error("the shop has no product {0:?}")]
    UnknownListing(Box<str>),
    #[error("that product of the shop has no variant {0:?}")]
    UnknownVariant(Box<str>),
    #[error("{0:?} is no standing")]
    UnknownStanding(Box<str>),
    #[error("row {row} says something else of the same product")]
    Contradicts { row: usize },
    #[error("the item stands in row {row} already")]
    ItemTwice { row: usize },
    #[error("it is linked to product {0} already")]
    ListingTaken(ProductId),
    #[error("it is linked to item {0} already")]
    VariantTaken(ItemId),
}

/// What a file of links says, all of it or nothing: what is to be stored of each product that a row links, or says is
/// apart. Other rows order nothing. `rows` are the cells of each, the first one what stands above the columns.
///
/// # Errors
///
/// The first 200 cells that cannot be taken.
pub fn read<'a>(
    rows: impl IntoIterator<Item = Vec<&'a str>>,
    ours: &[Ours],
    theirs: &[Theirs],
) -> Result<Vec<Decision>, Vec<RowError>> {
    let mut rows = rows.into_iter();
    let places = places(&rows.next().unwrap_or_default())?;
    let mut desk = Desk::new(ours, theirs);
    let mut errors = Vec::new();
    for (place, cells) in rows.enumerate() {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let row = Cells {
            row: place + 2,
            all: &cells,
            places,
        };
        if let Err(error) = desk.take(row) {
            errors.push(error);
            if errors.len() == ERRORS_LIMIT {
                return Err(errors);
            }
        }
    }
    errors.extend(desk.taken_elsewhere());
    errors.truncate(ERRORS_LIMIT);
    if errors.is_empty() {
        Ok(desk.decisions())
    } else {
        Err(errors)
    }
}

/// Where each column stands.
type Places = [usize; Column::ALL.len()];

fn places(names: &[&str]) -> Result<Places, Vec<RowError>> {
    let mut places = Places::default();
    let mut errors = Vec::new();
    for (place, column) in places.iter_mut().zip(Column::ALL) {
        let is_it = |name: &&&str| name.trim() == column.as_str();
        let found = names.iter().position(|name| is_it(&name));
        match found {
            Some(found) if names.iter().filter(is_it).count() == 1 => *place = found,
            Some(_) | None => errors.push(RowError {
                row: 1,
                column,
                problem: Problem::NoColumn,
            }),
        }
    }
    if errors.is_empty() {
        Ok(places)
    } else {
        Err(errors)
    }
}

#[derive(Clone, Copy)]
struct Cells<'a> {
    row: usize,
    all: &'a [&'a str],
    places: Places,
}

impl<'a> Cells<'a> {
    fn cell(&self, column: Column) -> Result<&'a str, RowError> {
        let cell = self.all.get(self.places[column as usize]);
        cell.map(|cell| cell.trim())
            .ok_or_else(|| self.error(column, Problem::NoCell))
    }

    fn error(&self, column: Column, problem: Problem) -> RowError {
        RowError {
            row: self.row,
            column,
            problem,
        }
    }
}

/// A product as the rows so far have it.
struct Draft {
    /// The row that says so.
    row: usize,
    stored: Stored,
    /// With the rows that say so.
    items: BTreeMap<ItemId, (usize, ShopVariantId)>,
}

struct Desk<'a> {
    ours: BTreeMap<ProductId, &'a Ours>,
    theirs: BTreeMap<&'a str, &'a Theirs>,
    drafts: BTreeMap<ProductId, Draft>,
    /// Who is linked to each listing by the file.
    linked: BTreeMap<ShopProductId, ProductId>,
    seen: BTreeMap<ItemId, usize>,
}

impl<'a> Desk<'a> {
    fn new(ours: &'a [Ours], theirs: &'a [Theirs]) -> Self {
        Self {
            ours: ours.iter().map(|ours| (ours.product, ours)).collect(),
            theirs: (theirs.iter())
                .map(|theirs| (theirs.id.as_str(), theirs))
                .collect(),
            drafts: BTreeMap::new(),
            linked: BTreeMap::new(),
            seen: BTreeMap::new(),
        }
    }

    fn take(&mut self, row: Cells<'_>) -> Result<(), RowError> {
        let standing = row.cell(Column::Standing)?;
        let standing = Standing::read(standing).ok_or_else(|| {
            row.error(Column::Standing, Problem::UnknownStanding(standing.into()))
        })?;
        match standing {
            Standing::Linked => self.take_link(row),
            Standing::Apart => {
                let (ours, _) = self.item(row)?;
                self.draft(row, ours.product, &Stored::Apart).map(drop)
            }
            Standing::Review | Standing::Missing | Standing::OnlyInPos => self.item(row).map(drop),
            Standing::OnlyInShop => Ok(()),
        }
    }

    fn take_link(&mut self, row: Cells<'_>) -> Result<(), RowError> {
        let (ours, item) = self.item(row)?;
        let listing = row.cell(Column::ShopProductId)?;
        let theirs = *self.theirs.get(listing).ok_or_else(|| {
            row.error(
                Column::ShopProductId,
                Problem::UnknownListing(listing.into()),
            )
        })?;
        let variant = row.cell(Column::ShopVariantId)?;
        let mut variants = theirs.variants.iter();
        let variant = variants
            .find(|known| known.id.as_str() == variant)
            .ok_or_else(|| {
                row.error(
                    Column::ShopVariantId,
                    Problem::UnknownVariant(variant.into()),
                )
            })?;
        let owner = *self.linked.entry(theirs.id.clone()).or_insert(ours.product);
        if owner != ours.product {
            return Err(row.error(Column::ShopProductId, Problem::ListingTaken(owner)));
        }
        let draft = self.draft(row, ours.product, &Stored::Linked(theirs.id.clone()))?;
        let mut taken = draft.items.iter();
        if let Some((other, _)) = taken.find(|(_, (_, taken))| *taken == variant.id) {
            let other = *other;
            return Err(row.error(Column::ShopVariantId, Problem::VariantTaken(other)));
        }
        let link = (row.row, variant.id.clone());
        draft.items.insert(item.item, link);
        Ok(())
    }

    /// The product and the item that the row is about.
    fn item(&mut self, row: Cells<'_>) -> Result<(&'a Ours, &'a OurItem), RowError> {
        let product: ProductId = id(row, Column::ProductId)?;
        let ours = *self
            .ours
            .get(&product)
            .ok_or_else(|| row.error(Column::ProductId, Problem::UnknownProduct(product)))?;
        let item: ItemId = id(row, Column::ItemId)?;
        let item = ours
            .items
            .iter()
            .find(|known| known.item == item)
            .ok_or_else(|| row.error(Column::ItemId, Problem::UnknownItem(item)))?;
        let here = item.sku.as_ref().map_or("", |sku| sku.as_str());
        if row.cell(Column::Sku)? != here {
            let here = here.into();
            return Err(row.error(Column::Sku, Problem::SkuDiffers { here }));
        }
        match self.seen.insert(item.item, row.row) {
            Some(before) => Err(row.error(Column::ItemId, Problem::ItemTwice { row: before })),
            None => Ok((ours, item)),
        }
    }

    fn draft(
        &mut self,
        row: Cells<'_>,
        product: ProductId,
        stored: &Stored,
    ) -> Result<&mut Draft, RowError> {
        let draft = self.drafts.entry(product).or_insert_with(|| Draft {
            row: row.row,
            stored: stored.clone(),
            items: BTreeMap::new(),
        });
        if draft.stored == *stored {
            return Ok(draft);
        }
        let column = match (&draft.stored, stored) {
            (Stored::Linked(_), Stored::Linked(_)) => Column::ShopProductId,
            (Stored::Apart, _) | (_, Stored::Apart) => Column::Standing,
        };
        Err(row.error(column, Problem::Contradicts { row: draft.row }))
    }

    /// What the file links and what it does not speak of has.
    fn taken_elsewhere(&self) -> Vec<RowError> {
        let mut errors = Vec::new();
        let mut error = |row, column, problem| {
            errors.push(RowError {
                row,
                column,
                problem,
            });
        };
        for ours in self.ours.values() {
            let Some(draft) = self.drafts.get(&ours.product) else {
                if let Some(Stored::Linked(id)) = &ours.stored
                    && let Some(other) = self.linked.get(id)
                {
                    let row = self.drafts[other].row;
                    let problem = Problem::ListingTaken(ours.product);
                    error(row, Column::ShopProductId, problem);
                }
                continue;
            };
            let others = ours.items.iter();
            for other in others.filter(|item| !draft.items.contains_key(&item.item)) {
                let mut items = draft.items.values();
                let taken = items.find(|(_, variant)| other.stored.as_ref() == Some(variant));
                if let Some((row, _)) = taken {
                    let problem = Problem::VariantTaken(other.item);
                    error(*row, Column::ShopVariantId, problem);
                }
            }
        }
        errors
    }

    fn decisions(self) -> Vec<Decision> {
        let drafts = self.drafts.into_iter();
        drafts
            .map(|(product, draft)| Decision {
                product,
                stored: draft.stored,
                items: (draft.items.into_iter())
                    .map(|(item, (_, variant))| (item, variant))
                    .collect(),
            })
            .collect()
    }
}

fn id<T: std::str::FromStr>(row: Cells<'_>, column: Column) -> Result<T, RowError> {
    let text = row.cell(column)?;
    text.parse()
        .map_err(|_| row.error(column, Problem::NotAnId(text.into())))
}
