//! What the shop has on its shelf, as its own people and its API see it: products that its orders sell, and those that
//! an app made.
//!
//! Where it differs from the real one: it fetches no image, and takes one whose address ends in `broken.jpg` for one
//! that cannot be fetched; publications are two, of which the Online Store counts.

mod answer;
mod index;
mod media;
mod notes;
mod options;
mod product;
mod publish;
mod question;
mod search;
mod stock;
mod variants;
mod ware;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};
use shop::sim::{ProductEdit, StockCause, StockLog};

pub(super) use question::ShelfQuestion;
pub use ware::{Media, Ware, WareOption, WareVariant};

use super::catalogue::Catalogue;
use super::order::Order;
use super::trade::Change;
use index::{Index, Key};
use stock::Keys;

/// The place that the shop sells from.
pub(super) const LOCATION_ID: u64 = 70_000_000_001;
const ONLINE_STORE_ID: u64 = 90_000_000_002;
const FIRST_ID: u64 = 8_801_000_000_001;
/// Units of each thing that the shop opens with.
const OPENING_STOCK: i64 = 1_000;

/// Everything there is to sell, and what is known of it. People in the shop may do with it as they like.
#[derive(Debug)]
pub struct Shelf {
    /// By their ids.
    pub wares: BTreeMap<u64, Ware>,
    /// Whether refusals of stock say which entry is meant.
    pub names_entries: bool,
    /// Kinds of things that carry ids of the app.
    definitions: BTreeSet<String>,
    keys: Keys,
    pub(super) log: StockLog,
    /// None once somebody had a hand in it.
    index: Option<Index>,
    next_id: u64,
}

impl Shelf {
    pub(super) fn new(catalogue: &Catalogue, now: Timestamp) -> Self {
        let wares = catalogue
            .products()
            .iter()
            .map(|product| Ware::of(product, now));
        Self {
            wares: wares.map(|ware| (ware.id, ware)).collect(),
            names_entries: true,
            definitions: BTreeSet::new(),
            keys: Keys::default(),
            log: StockLog::default(),
            index: None,
            next_id: FIRST_ID,
        }
    }

    /// The variant that holds this SKU.
    #[must_use]
    pub fn by_sku(&self, sku: &str) -> Option<&WareVariant> {
        self.variants().find(|variant| variant.sku == sku)
    }

    /// A sale of it, whatever becomes of the order.
    pub fn sell(&mut self, sku: &str, units: i64) {
        let mut all = self.wares.values_mut().flat_map(|ware| &mut ware.variants);
        if let Some(variant) = all.find(|variant| variant.sku == sku) {
            *variant.levels.entry(LOCATION_ID).or_insert(0) -= units;
        }
    }

    /// A number that nothing has yet.
    pub fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// People in the shop do something to it that nobody follows.
    pub(super) fn in_hand(&mut self) -> &mut Self {
        self.index = None;
        self
    }

    fn variants(&self) -> impl Iterator<Item = &WareVariant> {
        self.wares.values().flat_map(|ware| &ware.variants)
    }

    fn by_index(&mut self) -> &mut Index {
        (self.index).get_or_insert_with(|| Index::of(self.wares.values()))
    }

    /// The product that has this, where the index is there.
    fn holder(&self, key: &Key) -> Option<&Ware> {
        self.wares.get(&self.index.as_ref()?.find(key)?)
    }

    fn item(&self, id: u64) -> Option<&WareVariant> {
        let mut all = self.holder(&Key::Item(id))?.variants.iter();
        all.find(|variant| variant.item_id == id)
    }

    fn item_mut(&mut self, id: u64) -> Option<&mut WareVariant> {
        let ware = self.by_index().find(&Key::Item(id))?;
        let mut all = self.wares.get_mut(&ware)?.variants.iter_mut();
        all.find(|variant| variant.item_id == id)
    }

    fn variant_mut(&mut self, id: u64) -> Option<&mut WareVariant> {
        let ware = self.by_index().find(&Key::Variant(id))?;
        let mut all = self.wares.get_mut(&ware)?.variants.iter_mut();
        all.find(|variant| variant.id == id)
    }

    /// The index follows what became of a product.
    fn follow(&mut self, id: u64) {
        self.by_index();
        if let Some(index) = &mut self.index {
            match self.wares.get(&id) {
                Some(ware) => index.put(ware),
                None => index.forget(id),
            }
        }
    }

    /// What a change of an order takes, or puts back.
    pub(super) fn take(&mut self, catalogue: &Catalogue, change: &Change, now: Timestamp) {
        let Change { before, after } = change;
        let held = |order: &Order, place: usize| {
            let line = order.lines.get(place)?;
            Some(line.quantity - line.removed - order.restocked(place))
        };
        for (place, line) in after.lines.iter().enumerate() {
            let had = before
                .as_ref()
                .and_then(|before| held(before, place))
                .unwrap_or(0);
            let taken = held(after, place).unwrap_or(0) - had;
            let variant = line.product(catalogue).map(|product| product.variant_id);
            let Some(variant) = variant.and_then(|id| self.variant_mut(id)) else {
                continue;
            };
            let level = variant.levels.entry(LOCATION_ID).or_insert(0);
            let figures = (*level, *level - taken);
            *level -= taken;
            if taken != 0 {
                let sku = variant.sku.clone();
                self.log.add(now, &sku, figures, StockCause::Order);
            }
        }
    }

    /// Whether there is enough for a new order.
    pub(super) fn serves(&mut self, catalogue: &Catalogue, order: &Order) -> bool {
        let mut wanted: BTreeMap<u64, i64> = BTreeMap::new();
        for line in &order.lines {
            if let Some(product) = line.product(catalogue) {
                *wanted.entry(product.variant_id).or_default() += line.quantity;
            }
        }
        wanted.into_iter().all(|(id, units)| {
            let variant = self.variant_mut(id);
            variant.is_none_or(|variant| !variant.is_tracked || variant.available() >= units)
        })
    }

    /// What there is of every SKU that is counted.
    pub(super) fn stock(&self) -> BTreeMap<String, i64> {
        let counted = self
            .variants()
            .filter(|variant| variant.is_tracked && !variant.sku.is_empty());
        counted
            .map(|variant| (variant.sku.clone(), variant.available()))
            .collect()
    }

    /// Somebody edits a product in the shop.
    pub(super) fn edit(&mut self, catalogue: &Catalogue, edit: &ProductEdit, now: Timestamp) {
        let ProductEdit {
            product,
            name,
            sku,
            barcode,
            price_cents,
            stock,
        } = edit;
        let product = catalogue.product(*product);
        let Some(ware) = self.wares.get_mut(&product.product_id) else {
            return;
        };
        ware.title.clone_from(name);
        ware.changed_at = now;
        if let Some(variant) = ware.variants.first_mut() {
            variant.sku.clone_from(sku);
            variant.barcode.clone_from(barcode);
            variant.price = ware::price(*price_cents);
            variant.levels.insert(LOCATION_ID, *stock);
        }
    }

    /// How a product that orders sell is called, where one was told of it.
    pub(super) fn called(&self, catalogue: &Catalogue, told: &Value) -> Option<ProductEdit> {
        let id = [&told["product"]["id"], &told["productId"]];
        let id = id.into_iter().find_map(|id| number(id, "Product"))?;
        let first = catalogue.products().first()?.product_id;
        let place = usize::try_from(id.checked_sub(first)?).ok()?;
        let ware = self.wares.get(&id)?;
        let variant = ware.variants.first()?;
        catalogue.products().get(place).map(|product| ProductEdit {
            product: place,
            name: ware.title.clone(),
            sku: variant.sku.clone(),
            barcode: variant.barcode.clone(),
            price_cents: product.price_cents,
            stock: variant.available(),
        })
    }

    /// The answer to an operation, or the error that stands in its place.
    pub(super) fn answer(
        &mut self,
        question: ShelfQuestion,
        query: &str,
        variables: &Value,
        now: Timestamp,
    ) -> Result<Value, Value> {
        use ShelfQuestion as Q;

        self.by_index();
        match question {
            Q::ShopTerms => Ok(answer::terms()),
            Q::Publications => Ok(answer::publications()),
            Q::MetafieldDefinitionCreate => Ok(self.define(variables)),
            Q::MetafieldsSet => Ok(self.note(variables)),
            Q::ListingsById => self.listings(variables, now),
            Q::ListingVariantsPage => self.variants_page(variables),
            Q::ProductIdsPage => Ok(self.ids_page(variables)),
            Q::ProductByNote => Ok(self.by_note(variables)),
            Q::VariantsBySku => Ok(self.search(variables, now)),
            Q::Existing => Ok(self.existing(variables)),
            Q::ProductSet => self.set(variables, now),
            Q::ProductUpdate => Ok(self.update(variables, now)),
            Q::ProductAddMedia => Ok(self.add_media(variables, now)),
            Q::ProductMedia => Ok(self.media(variables, now)),
            Q::ProductReorderMedia => Ok(self.reorder_media(variables)),
            Q::FileUpdate => Ok(self.update_files(variables)),
            Q::ProductOptions => Ok(self.options(variables)),
            Q::ProductOptionUpdate => Ok(self.rename_option(variables)),
            Q::ProductOptionsCreate => Ok(self.create_options(variables)),
            Q::ProductOptionsReorder => Ok(self.reorder_options(variables)),
            Q::ProductOptionsDelete => Ok(self.delete_options(variables)),
            Q::ProductVariantsBulkCreate => too_many(variables, "variants")
                .map_or_else(|| Ok(self.create_variants(variables, now)), Err),
            Q::ProductVariantsBulkUpdate => too_many(variables, "variants")
                .map_or_else(|| Ok(self.update_variants(variables, now)), Err),
            Q::ProductVariantsBulkDelete => Ok(self.delete_variants(variables)),
            Q::PublishablePublish => self.publish(variables, true),
            Q::PublishableUnpublish => self.publish(variables, false),
            Q::ProductDelete => Ok(self.delete(variables)),
            Q::InventoryItems => Ok(self.items(variables)),
            Q::InventoryLevels => Ok(self.levels(variables)),
            Q::InventorySetQuantities => self.set_quantities(query, variables, now),
            Q::InventoryActivate => self.activate(query, variables),
            Q::InventoryItemUpdate => Ok(self.update_item(variables)),
        }
    }
}

/// The number in a gid of this kind.
fn number(gid: &Value, kind: &str) -> Option<u64> {
    let rest = gid.as_str()?.strip_prefix("gid://shopify/")?;
    let (named, number) = rest.split_once('/')?;
    (named == kind).then(|| number.parse().ok())?
}

/// What is wrong, where the answer has codes.
fn wrong(code: &str, field: &[&str], message: &str) -> Value {
    json!({ "code": code, "field": field, "message": message })
}

/// What is wrong, where it has none.
fn uncoded(field: &[&str], message: &str) -> Value {
    json!({ "field": field, "message": message })
}

/// The error that stands in place of data.
fn top(code: &str, message: &str) -> Value {
    json!({ "message": message, "extensions": { "code": code } })
}

fn too_many(variables: &Value, list: &str) -> Option<Value> {
    /// Of any list that is told.
    const LIMIT: usize = 250;

    let length = variables[list].as_array().map_or(0, Vec::len);
    (length > LIMIT).then(|| {
        let message = format!(
            "The input array size of {length} is greater than the maximum allowed of {LIMIT}."
        );
        top("MAX_INPUT_SIZE_EXCEEDED", &message)
    })
}
