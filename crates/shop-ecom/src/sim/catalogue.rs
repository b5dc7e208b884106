//! What is on sale.

use std::borrow::Cow;

use shop::sim::ProductEdits;

use super::dice::Dice;
use super::tax::TaxClass;

/// Something that can be put into a basket: a simple product or one variation.
#[derive(Clone, Debug)]
pub struct Product {
    pub product_id: u64,
    /// `None` for a simple product.
    pub combination_id: Option<u64>,
    /// Empty: none was given.
    pub sku: String,
    /// A variation has its product's.
    pub name: String,
    /// What was chosen of a product with variations: name and value.
    pub option: Option<(&'static str, &'static str)>,
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

    /// With the names and SKUs that lines of this order give.
    pub(super) fn as_of(&self, order: u64, edits: &ProductEdits) -> Cow<'_, Self> {
        let mut all = Cow::Borrowed(self);
        for place in 0..self.0.len() {
            if let Some(edit) = edits.of_order(order, place) {
                let product = &mut all.to_mut().0[place];
                product.name.clone_from(&edit.name);
                product.sku.clone_from(&edit.sku);
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
const FIRST_PRODUCT_ID: u64 = 667_000_000;
const FIRST_COMBINATION_ID: u64 = 7_000_000;
const SIZES: [&str; 4] = ["S", "M", "L", "Très grand"];

fn product(place: usize) -> Product {
    let number = u64::try_from(place).unwrap_or(u64::MAX);
    let simple = |name: String, sku: String, class: TaxClass| Product {
        product_id: FIRST_PRODUCT_ID + number,
        combination_id: None,
        sku,
        name,
        option: None,
        price_cents: 500 + i64::try_from(number * 1373 % 9_500).unwrap_or(0),
        class,
    };
    let sku = format!("ECO-{number:05}");
    match number % 10 {
        0..=3 => simple(
            format!("Bol « Été » & café {number}"),
            sku,
            TaxClass::Standard,
        ),
        4 | 5 => simple(format!("Livre {number} 🎁"), sku, TaxClass::Reduced),
        6 => simple(format!("Carte-cadeau <{number}>"), sku, TaxClass::Exempt),
        // A thing that nobody gave a SKU: known by its id in the shop alone.
        7 => simple(
            format!("Affiche sans numéro {number}"),
            String::new(),
            TaxClass::Standard,
        ),
        _ => {
            let simple = simple(format!("T-shirt {}", number / 10), sku, TaxClass::Standard);
            Product {
                product_id: FIRST_PRODUCT_ID * 2 + number / 10,
                combination_id: Some(FIRST_COMBINATION_ID + number),
                option: Some(("Taille", SIZES[place % SIZES.len()])),
                ..simple
            }
        }
    }
}
