//! A product on the shelf.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::super::catalogue::Product;
use super::{LOCATION_ID, OPENING_STOCK};

#[derive(Clone, Debug)]
pub struct Ware {
    pub id: u64,
    pub title: String,
    pub description_html: String,
    pub vendor: String,
    /// `ACTIVE`, `DRAFT`, `ARCHIVED` or `UNLISTED`.
    pub status: String,
    /// In the Online Store.
    pub is_published: bool,
    /// The app's id of it.
    pub note: Option<String>,
    pub options: Vec<WareOption>,
    /// At least one.
    pub variants: Vec<WareVariant>,
    pub media: Vec<Media>,
    /// The index knows it a little later.
    pub changed_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct WareOption {
    pub id: u64,
    pub name: String,
}

#[derive(Clone, Debug)]
pub struct WareVariant {
    pub id: u64,
    pub item_id: u64,
    pub note: Option<String>,
    /// Empty: none.
    pub sku: String,
    /// Empty: none.
    pub barcode: String,
    /// A decimal text.
    pub price: String,
    pub is_published: bool,
    /// One for each option.
    pub values: Vec<String>,
    /// The id of one of the product's media.
    pub media: Option<u64>,
    pub is_tracked: bool,
    /// Made of others: its stock is theirs.
    pub is_bundle: bool,
    /// As the API has it: a unit and a number.
    pub weight: (String, Value),
    /// What is available, by location; none where it is not kept.
    pub levels: BTreeMap<u64, i64>,
}

#[derive(Clone, Debug)]
pub struct Media {
    pub id: u64,
    /// Of its file.
    pub name: String,
    pub alt: String,
    pub added_at: Timestamp,
}

/// What a product without options has all the same.
const NO_OPTION: &str = "Title";
const NO_VALUE: &str = "Default Title";

impl Ware {
    /// As the shop opens with it.
    pub(super) fn of(product: &Product, now: Timestamp) -> Self {
        let Product {
            product_id,
            variant_id,
            sku,
            name,
            price_cents,
            tax_percent: _,
            is_gift_card,
        } = product;
        let variant = WareVariant {
            sku: sku.clone(),
            price: price(*price_cents),
            values: vec![NO_VALUE.to_owned()],
            is_tracked: !is_gift_card,
            levels: BTreeMap::from([(LOCATION_ID, OPENING_STOCK)]),
            ..WareVariant::new(*variant_id, *variant_id)
        };
        Self {
            id: *product_id,
            title: name.clone(),
            status: "ACTIVE".to_owned(),
            is_published: true,
            options: vec![WareOption::none(*product_id)],
            variants: vec![variant],
            ..Self::new(*product_id, now)
        }
    }

    /// Without a variant yet.
    pub(super) fn new(id: u64, now: Timestamp) -> Self {
        Self {
            id,
            title: String::new(),
            description_html: String::new(),
            vendor: "Maison simulée".to_owned(),
            status: "ACTIVE".to_owned(),
            is_published: false,
            note: None,
            options: Vec::new(),
            variants: Vec::new(),
            media: Vec::new(),
            changed_at: now,
        }
    }

    /// Whether its one variant has no value of anything.
    #[must_use]
    pub fn has_only_default_variant(&self) -> bool {
        self.options.iter().all(|option| option.name == NO_OPTION)
            && self
                .variants
                .iter()
                .all(|variant| variant.values == [NO_VALUE])
    }

    /// As one that has no options.
    pub(super) fn set_default(&mut self, option_id: u64) {
        self.options = vec![WareOption::none(option_id)];
        for variant in &mut self.variants {
            variant.values = vec![NO_VALUE.to_owned()];
        }
    }
}

impl WareOption {
    fn none(id: u64) -> Self {
        Self {
            id,
            name: NO_OPTION.to_owned(),
        }
    }
}

impl WareVariant {
    /// Nothing but ids, kept at the one location.
    #[must_use]
    pub fn new(id: u64, item_id: u64) -> Self {
        Self {
            id,
            item_id,
            note: None,
            sku: String::new(),
            barcode: String::new(),
            price: "0.00".to_owned(),
            is_published: true,
            values: Vec::new(),
            media: None,
            is_tracked: false,
            is_bundle: false,
            weight: ("KILOGRAMS".to_owned(), Value::from(0)),
            levels: BTreeMap::from([(LOCATION_ID, 0)]),
        }
    }

    /// What is available where the shop sells from.
    #[must_use]
    pub fn available(&self) -> i64 {
        self.levels.get(&LOCATION_ID).copied().unwrap_or(0)
    }
}

pub(super) fn price(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
