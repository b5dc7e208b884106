//! What is on sale.

use std::borrow::Cow;

use shop::sim::ProductEdits;

use super::dice::Dice;
use super::tax::TaxClass;

/// Something that can be put into a basket: a simple product or one variation.
#[derive(Clone, Debug)]
pub struct Product {
    /// The parent's id for a variation.
    pub product_id: u64,
    /// 0 for a simple product.
    pub variation_id: u64,
    /// Empty: none was given.
    pub sku: String,
    /// Unique in the shop; a variation's with its attributes.
    pub name: String,
    pub parent_name: Option<&'static str>,
    /// Of a variation's parent, which nobody buys.
    pub parent_sku: Option<String>,
    /// (key, label, value) of a variation.
    pub attributes: Vec<(&'static str, &'static str, &'static str)>,
    pub price_cents: i64,
    pub class: TaxClass,
}

/// Everything on sale; at least one product.
#[derive(Clone, Debug)]
pub struct Catalogue(Vec<Product>);

impl Catalogue {
    #[must_use]
    pub fn new(products: usize) -> Self {
        Self((0..products.max(1)).map(product).collect())
    }

    #[must_use]
    pub fn products(&self) -> &[Product] {
        &self.0
    }

    /// By the place it stands in; the first product when nothing stands there.
    #[must_use]
    pub fn product(&self, place: usize) -> &Product {
        self.0.get(place).unwrap_or(&self.0[0])
    }

    /// With the names that lines of this order keep, and the SKUs that the shop looks up in the products as they are now.
    pub(super) fn as_of(&self, order: u64, edits: &ProductEdits) -> Cow<'_, Self> {
        let mut all = Cow::Borrowed(self);
        for place in 0..self.0.len() {
            if let Some(edit) = edits.newest(place) {
                all.to_mut().0[place].sku.clone_from(&edit.sku);
            }
            if let Some(edit) = edits.of_order(order, place) {
                all.to_mut().0[place].name.clone_from(&edit.name);
            }
        }
        all
    }

    pub(super) fn pick(&self, dice: &mut Dice, hot_percent: u64) -> usize {
        if dice.percent(hot_percent) {
            0
        } else {
            dice.index(self.0.len())
        }
    }
}

/// The shop's ids of products begin here, well away from those of its orders.
const FIRST_PRODUCT_ID: u64 = 500_000_000;
const SIZES: [&str; 4] = ["P", "M", "G", "TG"];
const COLOURS: [&str; 3] = ["Rouge", "Bleu nuit", "Écru"];

fn product(place: usize) -> Product {
    let number = u64::try_from(place).unwrap_or(u64::MAX);
    let id = FIRST_PRODUCT_ID + number;
    let price_cents = 500 + i64::try_from(number * 1373 % 9_500).unwrap_or(0);
    let sku = format!("SIM-{number:05}");
    let simple = |name: String, sku: String, class: TaxClass| Product {
        product_id: id,
        variation_id: 0,
        sku,
        name,
        parent_name: None,
        parent_sku: None,
        attributes: Vec::new(),
        price_cents,
        class,
    };
    match number % 10 {
        0..=3 => simple(
            format!("T-shirt « Été » & café {number}"),
            sku,
            TaxClass::Standard,
        ),
        4 | 5 => simple(format!("Livre {number}"), sku, TaxClass::Reduced),
        6 => simple(format!("Carte-cadeau <{number}>"), sku, TaxClass::Exempt),
        // A thing that nobody gave a SKU: known by its ids in the shop alone.
        7 => simple(
            format!("Affiche sans numéro {number}"),
            String::new(),
            TaxClass::Standard,
        ),
        _ => {
            let size = SIZES[place % SIZES.len()];
            let colour = COLOURS[place % COLOURS.len()];
            Product {
                product_id: FIRST_PRODUCT_ID * 2 + number / 10,
                variation_id: id,
                sku,
                name: format!("Chandail {number} - {size}, {colour}"),
                parent_name: Some("Chandail"),
                parent_sku: Some(format!("CHANDAIL-{}", number / 10)),
                attributes: vec![("taille", "Taille", size), ("couleur", "Couleur", colour)],
                price_cents,
                class: TaxClass::Standard,
            }
        }
    }
}
