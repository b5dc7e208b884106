//! What is on sale.

use std::borrow::Cow;

use shop::sim::ProductEdits;

use super::dice::Dice;

/// One variant.
#[derive(Clone, Debug)]
pub struct Product {
    pub product_id: u64,
    pub variant_id: u64,
    /// Empty: none was given.
    pub sku: String,
    /// Unique in the shop.
    pub name: String,
    pub price_cents: i64,
    /// 21, 6 or 0.
    pub tax_percent: i64,
    /// Owed, not sold: no stock.
    pub is_gift_card: bool,
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

/// Above 2^53: no floating-point number holds what follows it.
const FIRST_VARIANT_ID: u64 = 9_007_199_254_740_993;

fn product(place: usize) -> Product {
    let number = u64::try_from(place).unwrap_or(u64::MAX);
    let sku = format!("SIM-{number:05}");
    let (name, sku, tax_percent, is_gift_card) = match number % 10 {
        0..=5 => (format!("T-shirt « Été » & café {number}"), sku, 21, false),
        6 | 7 => (format!("Livre {number}"), sku, 6, false),
        8 => (format!("Carte cadeau {number}"), sku, 0, true),
        // A thing that nobody gave a SKU: known by its variant alone.
        _ => (format!("Affiche {number}"), String::new(), 21, false),
    };
    Product {
        product_id: 6_601_000_000_001 + number,
        variant_id: FIRST_VARIANT_ID + number,
        sku,
        name,
        price_cents: 500 + i64::try_from(number * 1373 % 9_500).unwrap_or(0),
        tax_percent,
        is_gift_card,
    }
}
