//! The store's products and their stock: what its API is told, what people do to it in the store's own screen, and what
//! orders take.

mod answer;
mod images;
mod inventory;
mod metafields;
mod options;
mod products;
mod rules;
mod shown;
mod variants;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use service::clock::Clock;
use shop::sim::{StockCause, StockLog};

use super::catalogue::{Catalogue, Kind};
use super::money::number;

pub use answer::Asked;

use inventory::Adjustment;

/// Ids of what is made begin here, well away from those of the first products and of orders.
const FIRST_ID: u64 = 100_000;
/// Units of each of the first products.
const FIRST_UNITS: i64 = 1_000;
/// Where the stock is.
const LOCATION: u64 = 1;

pub type Fields = Map<String, Value>;

#[derive(Debug)]
pub struct Shelf {
    products: BTreeMap<u64, Product>,
    /// Whose each SKU is, in small letters: no two products or variants have the same.
    skus: BTreeMap<String, u64>,
    names: BTreeMap<String, u64>,
    /// The product of each variant.
    owners: BTreeMap<u64, u64>,
    brands: BTreeMap<u64, String>,
    metafields: BTreeMap<u64, metafields::Metafield>,
    /// The metafields of each key.
    keys: BTreeMap<String, BTreeSet<u64>>,
    waiting: Vec<Adjustment>,
    /// How many readings of the inventory do not show what was just set.
    lag: usize,
    last_id: u64,
    /// Products that the plan takes.
    limit: usize,
    clock: Arc<dyn Clock>,
    pub log: StockLog,
}

#[derive(Clone, Debug)]
pub struct Product {
    id: u64,
    fields: Fields,
    options: Vec<Choice>,
    /// One without values, where there are no options.
    variants: Vec<Variant>,
    images: Vec<Image>,
    channels: BTreeSet<u64>,
    stock: Stock,
}

#[derive(Clone, Debug)]
struct Choice {
    id: u64,
    name: String,
    sort_order: i64,
    values: Vec<(u64, String)>,
}

#[derive(Clone, Debug)]
struct Variant {
    id: u64,
    fields: Fields,
    /// Of each option, the value.
    values: BTreeMap<u64, u64>,
    image_url: String,
    stock: Stock,
}

#[derive(Clone, Copy, Debug, Default)]
struct Stock {
    on_hand: i64,
    /// What is kept back.
    safety: i64,
}

impl Stock {
    const fn available(self) -> i64 {
        self.on_hand - self.safety
    }
}

#[derive(Clone, Debug)]
struct Image {
    id: u64,
    url: String,
    description: String,
    sort_order: i64,
}

/// Somebody else has it.
enum Taken {
    Sku(String),
    Name,
}

impl Shelf {
    pub fn of(catalogue: &Catalogue, lag: usize, limit: usize, clock: Arc<dyn Clock>) -> Self {
        let mut shelf = Self {
            products: BTreeMap::new(),
            skus: BTreeMap::new(),
            names: BTreeMap::new(),
            owners: BTreeMap::new(),
            brands: BTreeMap::new(),
            metafields: BTreeMap::new(),
            keys: BTreeMap::new(),
            waiting: Vec::new(),
            lag,
            last_id: FIRST_ID,
            limit,
            clock,
            log: StockLog::default(),
        };
        for product in catalogue.all().filter(|product| product.id > 0) {
            let is_counted = product.kind == Kind::Physical;
            let fields = json!({"name": product.name, "sku": product.sku, "upc": product.upc,
                "type": product.kind.as_str(), "price": number(product.price), "weight": 0.5,
                "is_visible": true, "inventory_tracking": if is_counted { "product" } else { "none" }});
            let stock = Stock {
                on_hand: FIRST_UNITS,
                safety: 0,
            };
            let product = Product {
                id: product.id,
                fields: fields.as_object().cloned().unwrap_or_default(),
                options: Vec::new(),
                variants: vec![Variant::bare(product.variant)],
                images: Vec::new(),
                channels: BTreeSet::from([1]),
                stock,
            };
            // What nobody else can have.
            drop(shelf.keep(product));
        }
        shelf
    }

    /// Puts a product in its place; what somebody else has leaves everything as it was.
    fn keep(&mut self, product: Product) -> Result<(), Taken> {
        let before = self.take_out(product.id);
        let taken = product
            .skus()
            .find(|sku| self.skus.contains_key(&sku.to_lowercase()))
            .map(|sku| Taken::Sku(sku.to_owned()))
            .or_else(|| product.twin())
            .or_else(|| {
                let is_known = self.names.contains_key(&product.name().to_lowercase());
                is_known.then_some(Taken::Name)
            });
        let kept = if taken.is_some() {
            before
        } else {
            Some(product)
        };
        if let Some(product) = kept {
            for sku in product.skus() {
                self.skus.insert(sku.to_lowercase(), product.id);
            }
            self.names.insert(product.name().to_lowercase(), product.id);
            let variants = product.variants.iter();
            self.owners
                .extend(variants.map(|variant| (variant.id, product.id)));
            self.products.insert(product.id, product);
        }
        taken.map_or(Ok(()), Err)
    }

    fn take_out(&mut self, id: u64) -> Option<Product> {
        let product = self.products.remove(&id)?;
        for sku in product.skus() {
            self.skus.remove(&sku.to_lowercase());
        }
        self.names.remove(&product.name().to_lowercase());
        for variant in &product.variants {
            self.owners.remove(&variant.id);
        }
        Some(product)
    }

    fn delete(&mut self, id: u64) -> bool {
        self.forget_metafields(id);
        self.take_out(id).is_some()
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn owner(&self, variant: u64) -> Option<&Product> {
        self.products.get(self.owners.get(&variant)?)
    }

    /// What a buyer gets who orders this variant: its product's id, name, SKU and price. `None`: it is not for sale, or
    /// there is not enough of it.
    pub fn offer(&self, variant: u64, units: i64) -> Option<(u64, String, String, String)> {
        let product = self.owner(variant)?;
        let found = product.variants.iter().find(|each| each.id == variant)?;
        let is_for_sale = product.fields.get("is_visible") == Some(&json!(true))
            && !found.is("purchasing_disabled");
        let has_enough = self.level(variant).is_none_or(|level| level >= units);
        let text = |name: &str| {
            let own = found.fields.get(name).filter(|value| !value.is_null());
            match own.or_else(|| product.fields.get(name)) {
                Some(Value::String(text)) => text.clone(),
                Some(value) => value.to_string(),
                None => String::new(),
            }
        };
        let offer = (
            product.id,
            product.name().to_owned(),
            text("sku"),
            text("price"),
        );
        (is_for_sale && has_enough).then_some(offer)
    }

    /// Units of a variant that are for sale; `None`: nobody counts them.
    pub fn level(&self, variant: u64) -> Option<i64> {
        let product = self.owner(variant)?;
        let stock = product.stock_of(variant)?;
        Some(stock.available())
    }

    /// Buyers' orders take them, or give them back.
    pub fn take(&mut self, variant: u64, units: i64) {
        let owner = self.owners.get(&variant).copied();
        let product = owner.and_then(|id| self.products.get_mut(&id));
        if let Some(stock) = product.and_then(|product| product.stock_of_mut(variant)) {
            let before = stock.available();
            stock.on_hand -= units;
            if units != 0 {
                self.note(variant, before, StockCause::Order);
            }
        }
    }

    /// What there is of every SKU that is counted.
    pub fn stock(&self) -> BTreeMap<String, i64> {
        let variants = self.owners.keys();
        variants
            .filter_map(|variant| Some((self.sku(*variant)?, self.level(*variant)?)))
            .collect()
    }

    /// What is counted by its product goes by its product's SKU.
    fn sku(&self, variant: u64) -> Option<String> {
        let product = self.owner(variant)?;
        let found = product.variants.iter().find(|each| each.id == variant)?;
        let fields = if product.tracking() == "product" {
            &product.fields
        } else {
            &found.fields
        };
        let sku = text(fields, "sku");
        (!sku.is_empty()).then(|| sku.to_owned())
    }

    fn note(&mut self, variant: u64, before: i64, cause: StockCause) {
        if let (Some(sku), Some(after)) = (self.sku(variant), self.level(variant)) {
            let now = self.clock.now();
            self.log.add(now, &sku, (before, after), cause);
        }
    }
}

impl Product {
    fn name(&self) -> &str {
        text(&self.fields, "name")
    }

    fn tracking(&self) -> &str {
        text(&self.fields, "inventory_tracking")
    }

    /// Its own and those of its variants.
    fn skus(&self) -> impl Iterator<Item = &str> {
        let variants = self.variants.iter().filter(|_| !self.options.is_empty());
        let variants = variants.map(|variant| text(&variant.fields, "sku"));
        let all = std::iter::once(text(&self.fields, "sku")).chain(variants);
        all.filter(|sku| !sku.is_empty())
    }

    /// A SKU that it has twice.
    fn twin(&self) -> Option<Taken> {
        let mut seen = BTreeSet::new();
        let mut skus = self.skus();
        let twin = skus.find(|sku| !seen.insert(sku.to_lowercase()))?;
        Some(Taken::Sku(twin.to_owned()))
    }

    fn stock_of(&self, variant: u64) -> Option<Stock> {
        match self.tracking() {
            "product" => Some(self.stock),
            "variant" => {
                let mut variants = self.variants.iter();
                Some(variants.find(|each| each.id == variant)?.stock)
            }
            _ => None,
        }
    }

    fn stock_of_mut(&mut self, variant: u64) -> Option<&mut Stock> {
        match self.tracking() {
            "product" => Some(&mut self.stock),
            "variant" => {
                let mut variants = self.variants.iter_mut();
                Some(&mut variants.find(|each| each.id == variant)?.stock)
            }
            _ => None,
        }
    }
}

impl Variant {
    fn bare(id: u64) -> Self {
        Self {
            id,
            fields: Fields::new(),
            values: BTreeMap::new(),
            image_url: String::new(),
            stock: Stock::default(),
        }
    }

    fn is(&self, name: &str) -> bool {
        self.fields.get(name) == Some(&json!(true))
    }
}

fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}
