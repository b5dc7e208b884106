//! What the shop has: products and their variations, what is left of each, and the library of pictures.

mod codes;
mod pictures;
mod seed;
mod show;
mod write;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use shop::sim::{ProductEdit, StockCause, StockLog};

use self::pictures::Picture;
pub(super) use self::seed::id;
pub(super) use self::show::{shown, shown_brand};
pub(super) use self::write::{Fields, Rules};

/// Ids that the shop gives from now on begin here, well away from those of its first products and its orders.
const FIRST_ID: u64 = 2_000_000_000;

#[derive(Debug)]
pub(super) struct Shelf {
    /// By id: products and variations, those in the trash too.
    things: BTreeMap<u64, Thing>,
    pictures: BTreeMap<u64, Picture>,
    brands: BTreeMap<u64, String>,
    next_id: u64,
    next_meta_id: u64,
    pub(super) log: StockLog,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Simple,
    Variable,
    Variation,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Variable => "variable",
            Self::Variation => "variation",
        }
    }
}

/// A product, or a variation of one.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) id: u64,
    /// 0 for a product.
    pub(super) parent: u64,
    pub(super) kind: Kind,
    pub(super) status: String,
    /// As HTML.
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) description: String,
    pub(super) short_description: String,
    pub(super) sku: String,
    pub(super) barcode: String,
    pub(super) regular_price: String,
    pub(super) sale_price: String,
    pub(super) tax_class: &'static str,
    pub(super) is_counted: bool,
    pub(super) quantity: Option<i64>,
    pub(super) weight: String,
    /// Length, width, height.
    pub(super) dimensions: [String; 3],
    /// Of a variation at most one.
    pub(super) pictures: Vec<u64>,
    pub(super) attributes: Vec<Attribute>,
    /// A variation's own values, by the names of its product's attributes.
    pub(super) values: Vec<(String, String)>,
    pub(super) brands: Vec<u64>,
    pub(super) meta: Vec<Meta>,
    pub(super) sold: i64,
    pub(super) created_at: Timestamp,
    pub(super) modified_at: Timestamp,
}

/// What a product is described by, or what its variations differ in.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) is_visible: bool,
    pub(super) is_of_variations: bool,
    pub(super) options: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Meta {
    pub(super) id: u64,
    pub(super) key: String,
    pub(super) value: Value,
}

impl Thing {
    fn blank(id: u64, kind: Kind, now: Timestamp) -> Self {
        Self {
            id,
            parent: 0,
            kind,
            status: "publish".to_owned(),
            name: String::new(),
            slug: String::new(),
            description: String::new(),
            short_description: String::new(),
            sku: String::new(),
            barcode: String::new(),
            regular_price: String::new(),
            sale_price: String::new(),
            tax_class: match kind {
                Kind::Variation => "parent",
                Kind::Simple | Kind::Variable => "",
            },
            is_counted: false,
            quantity: None,
            weight: String::new(),
            dimensions: Default::default(),
            pictures: Vec::new(),
            attributes: Vec::new(),
            values: Vec::new(),
            brands: Vec::new(),
            meta: Vec::new(),
            sold: 0,
            created_at: now,
            modified_at: now,
        }
    }

    pub(super) fn is_trashed(&self) -> bool {
        self.status == "trash"
    }
}

impl Shelf {
    /// A product or a variation.
    pub(super) fn thing(&self, id: u64) -> Option<&Thing> {
        self.things.get(&id)
    }

    pub(super) fn product(&self, id: u64) -> Option<&Thing> {
        self.things.get(&id).filter(|thing| thing.parent == 0)
    }

    /// `None` too where it is another product's.
    pub(super) fn variation(&self, product: u64, id: u64) -> Option<&Thing> {
        let thing = self.things.get(&id)?;
        (thing.parent == product && product != 0).then_some(thing)
    }

    /// Products and variations, by id.
    pub(super) fn things(&self) -> impl Iterator<Item = &Thing> {
        self.things.values()
    }

    pub(super) fn variations(&self, product: u64) -> impl Iterator<Item = &Thing> {
        self.things().filter(move |thing| thing.parent == product)
    }

    pub(super) fn brands(&self) -> impl Iterator<Item = (u64, &str)> {
        self.brands.iter().map(|(id, name)| (*id, name.as_str()))
    }

    pub(super) fn add_brand(&mut self, name: String) -> u64 {
        let id = self.id();
        self.brands.insert(id, name);
        id
    }

    /// A sale takes what is counted, or gives it back.
    pub(super) fn sell(&mut self, id: u64, units: i64, now: Timestamp) {
        let Some(thing) = self.things.get(&id) else {
            return;
        };
        let counted_by = if thing.is_counted { id } else { thing.parent };
        if let Some(thing) = self.things.get_mut(&counted_by)
            && let Some(quantity) = &mut thing.quantity
        {
            let figures = (*quantity, *quantity - units);
            *quantity -= units;
            thing.modified_at = now;
            self.log.add(now, &thing.sku, figures, StockCause::Order);
        }
        if let Some(thing) = self.things.get_mut(&id) {
            thing.sold += units;
        }
    }

    /// What is left of a thing that is counted, by itself or by its product.
    pub(super) fn left(&self, id: u64) -> Option<i64> {
        let thing = self.things.get(&id)?;
        let counted_by = if thing.is_counted { id } else { thing.parent };
        self.things.get(&counted_by)?.quantity
    }

    /// What there is of every SKU that is counted by itself.
    pub(super) fn stock(&self) -> BTreeMap<String, i64> {
        let named = self.things().filter(|thing| !thing.sku.is_empty());
        named
            .filter_map(|thing| Some((thing.sku.clone(), thing.quantity?)))
            .collect()
    }

    /// Somebody who asks the API is shown these.
    pub(super) fn note_shown(&mut self, ids: &[u64], now: Timestamp) {
        for thing in ids.iter().filter_map(|id| self.things.get(id)) {
            if let Some(quantity) = thing.quantity {
                let figures = (quantity, quantity);
                self.log.add(now, &thing.sku, figures, StockCause::Shown);
            }
        }
    }

    /// Somebody who asks the API has said how many there are of it.
    pub(super) fn note_told(&mut self, id: u64, before: Option<i64>, now: Timestamp) {
        if let Some(thing) = self.things.get(&id)
            && let Some(quantity) = thing.quantity
        {
            let figures = (before.unwrap_or(0), quantity);
            self.log.add(now, &thing.sku, figures, StockCause::Told);
        }
    }

    /// Somebody edits it in the shop's own screen. A variation has no name of its own, and no code is given to two.
    pub(super) fn edit(&mut self, id: u64, edit: &ProductEdit, now: Timestamp) {
        let Some(known) = self.things.get(&id) else {
            return;
        };
        let ProductEdit {
            product: _,
            name,
            sku,
            barcode,
            price_cents,
            stock,
        } = edit;
        let mut thing = known.clone();
        if thing.kind != Kind::Variation {
            thing.name = html_escape::encode_text(name).into_owned();
        }
        thing.regular_price = format!("{}.{:02}", price_cents / 100, price_cents % 100);
        thing.is_counted = true;
        thing.quantity = Some(*stock);
        thing.modified_at = now;
        let mut recoded = thing.clone();
        recoded.sku.clone_from(sku);
        recoded.barcode.clone_from(barcode);
        let thing = match self.check_codes(&recoded) {
            Ok(()) => recoded,
            Err(_) => thing,
        };
        self.things.insert(id, thing);
    }

    /// To the trash, a product with its variations. It keeps its codes.
    pub(super) fn trash(&mut self, id: u64, now: Timestamp) {
        for thing in self.things.values_mut() {
            if thing.id == id || thing.parent == id {
                "trash".clone_into(&mut thing.status);
                thing.slug.push_str("__trashed");
                thing.modified_at = now;
            }
        }
    }

    /// For good.
    pub(super) fn remove(&mut self, id: u64) {
        self.things
            .retain(|_, thing| thing.id != id && thing.parent != id);
    }

    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn meta_id(&mut self) -> u64 {
        self.next_meta_id += 1;
        self.next_meta_id
    }
}
