//! What the shop had when it opened: everything that its orders will sell.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shop::sim::StockLog;

use super::{Attribute, FIRST_ID, Kind, Shelf, Thing};
use crate::sim::{Catalogue, Product, TaxClass};

/// Of each thing: more than any story sells.
const STOCK: i64 = 10_000;

impl Shelf {
    pub(in crate::sim::live) fn opened(catalogue: &Catalogue, now: Timestamp) -> Self {
        let mut shelf = Self {
            things: BTreeMap::new(),
            pictures: BTreeMap::new(),
            brands: BTreeMap::new(),
            next_id: FIRST_ID,
            next_meta_id: 0,
            log: StockLog::default(),
        };
        for product in catalogue.products() {
            if product.variation_id != 0 {
                shelf.open_parent(product, now);
            }
            let thing = thing(product, now);
            shelf.things.insert(thing.id, thing);
        }
        shelf
    }

    fn open_parent(&mut self, product: &Product, now: Timestamp) {
        let parent = self.things.entry(product.product_id).or_insert_with(|| {
            let name = product.parent_name.unwrap_or_default();
            Thing {
                name: name.to_owned(),
                slug: format!("{}-{}", slug(name), product.product_id),
                sku: product.parent_sku.clone().unwrap_or_default(),
                ..Thing::blank(product.product_id, Kind::Variable, now)
            }
        });
        for (_, label, value) in &product.attributes {
            let known = parent
                .attributes
                .iter()
                .position(|known| known.name == *label);
            let place = known.unwrap_or_else(|| {
                parent.attributes.push(Attribute {
                    name: (*label).to_owned(),
                    is_visible: true,
                    is_of_variations: true,
                    options: Vec::new(),
                });
                parent.attributes.len() - 1
            });
            let options = &mut parent.attributes[place].options;
            if !options.iter().any(|known| known == value) {
                options.push((*value).to_owned());
            }
        }
    }
}

/// The id that a thing on sale goes by.
pub(in crate::sim::live) const fn id(product: &Product) -> u64 {
    match product.variation_id {
        0 => product.product_id,
        variation => variation,
    }
}

fn thing(product: &Product, now: Timestamp) -> Thing {
    let Product {
        product_id,
        variation_id,
        sku,
        name,
        parent_name: _,
        parent_sku: _,
        attributes,
        price_cents,
        class,
    } = product;
    let is_variation = *variation_id != 0;
    let kind = if is_variation {
        Kind::Variation
    } else {
        Kind::Simple
    };
    let mut thing = Thing::blank(id(product), kind, now);
    thing.sku.clone_from(sku);
    thing.regular_price = format!("{}.{:02}", price_cents / 100, price_cents % 100);
    thing.is_counted = true;
    thing.quantity = Some(STOCK);
    if is_variation {
        thing.parent = *product_id;
        thing.values = attributes
            .iter()
            .map(|(_, label, value)| ((*label).to_owned(), (*value).to_owned()))
            .collect();
    } else {
        thing.name = html_escape::encode_text(name).into_owned();
        thing.slug = slug(name);
        thing.tax_class = match class {
            TaxClass::Standard | TaxClass::Exempt => "",
            TaxClass::Reduced => "reduced-rate",
        };
    }
    thing
}

/// Letters and digits, without accents, with hyphens between.
pub(super) fn slug(name: &str) -> String {
    let name = html_escape::decode_html_entities(name).to_lowercase();
    let mut slug = String::new();
    for c in name.chars() {
        match c {
            'é' | 'è' | 'ê' => slug.push('e'),
            'à' | 'â' => slug.push('a'),
            'ç' => slug.push('c'),
            c if c.is_ascii_alphanumeric() => slug.push(c),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}
