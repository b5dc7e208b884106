//! What is on sale.

use super::dice::Dice;
use super::money::Fine;

/// How a thing leaves the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Physical,
    /// Nothing leaves a shelf.
    Digital,
    /// Money to be spent later.
    Certificate,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Physical => "physical",
            Self::Digital => "digital",
            Self::Certificate => "giftcertificate",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Product {
    /// 0 for a certificate, which is no product of the catalogue.
    pub id: u64,
    pub variant: u64,
    pub name: String,
    /// Unique, or empty.
    pub sku: String,
    pub upc: &'static str,
    pub kind: Kind,
    /// Tax included, in whole units: the same number in every currency.
    pub price: Fine,
}

/// Everything that was ever sold; at least one product. What an order's line is of stays as it was then.
#[derive(Clone, Debug)]
pub struct Catalogue {
    products: Vec<Product>,
    /// The first so many are what the store trades in by itself.
    own: usize,
}

impl Catalogue {
    pub fn new(products: usize) -> Self {
        let products: Vec<Product> = (0..products.max(1)).map(product).collect();
        let own = products.len();
        Self { products, own }
    }

    /// By the place it stands in; the first product when nothing stands there.
    pub fn product(&self, place: usize) -> &Product {
        self.products.get(place).unwrap_or(&self.products[0])
    }

    /// What the store trades in by itself.
    pub fn all(&self) -> impl Iterator<Item = &Product> {
        self.products.iter().take(self.own)
    }

    /// Something that a buyer chose, as it is now. Gives its place.
    pub fn add(&mut self, product: Product) -> usize {
        self.products.push(product);
        self.products.len() - 1
    }

    /// The first product sells best.
    pub fn pick(&self, dice: &mut Dice) -> usize {
        if dice.percent(10) {
            0
        } else {
            dice.index(self.own)
        }
    }
}

/// The store's ids of products and variants begin here, well away from those of its orders.
const FIRST_PRODUCT_ID: u64 = 70_000;
const FIRST_VARIANT_ID: u64 = 90_000;

fn product(place: usize) -> Product {
    let number = u64::try_from(place).unwrap_or(u64::MAX);
    let units = 5 + i64::try_from(number * 37 % 90).unwrap_or(0);
    let goods = |name: String, sku: String, kind| Product {
        id: FIRST_PRODUCT_ID + number,
        variant: FIRST_VARIANT_ID + number,
        name,
        sku,
        upc: "",
        kind,
        price: units * 10_000,
    };
    match number % 12 {
        6 => goods(
            format!("Patron à imprimer {number}"),
            format!("PDF-{number}"),
            Kind::Digital,
        ),
        7 => Product {
            id: 0,
            variant: 0,
            ..goods(
                format!("Chèque-cadeau {number}"),
                String::new(),
                Kind::Certificate,
            )
        },
        // A thing that nobody gave a SKU: known by its ids in the store alone.
        8 => goods(
            format!("Affiche sans numéro {number}"),
            String::new(),
            Kind::Physical,
        ),
        // A thing made up for one order: known by its name alone.
        9 => Product {
            id: 0,
            variant: 0,
            ..goods(
                format!("Sur mesure « n° {number} »"),
                String::new(),
                Kind::Physical,
            )
        },
        10 => Product {
            upc: "3770001234567",
            ..goods(
                format!("Théière {number} 緑茶"),
                format!("SIM-{number}"),
                Kind::Physical,
            )
        },
        _ => goods(
            format!("T-shirt {number}"),
            format!("SIM-{number}"),
            Kind::Physical,
        ),
    }
}
