//! What a product is, and what none can be.

use std::collections::BTreeSet;

use crate::listing::ImageHash;
use crate::{Barcode, Currency, ItemId, Money, ProductId, Quantity, Sku};

use super::{Price, TaxRate};

/// What is described once and sold as one variant or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub id: ProductId,
    pub name: Box<str>,
    /// HTML; empty: none.
    pub description: Box<str>,
    pub brand: Box<str>,
    pub category: Box<str>,
    pub supplier: Box<str>,
    /// What people call it for short.
    pub handle: Box<str>,
    pub tags: Vec<Box<str>>,
    pub tax: TaxRate,
    /// What variants differ in.
    pub options: Vec<Box<str>>,
    /// In the order in which they are shown.
    pub variants: Vec<Variant>,
    /// In the order in which they are shown.
    pub images: Vec<ProductImage>,
}

/// What is sold: an item of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    pub item: ItemId,
    /// One for each option of the product.
    pub values: Vec<Box<str>>,
    pub sku: Option<Sku>,
    pub barcode: Option<Barcode>,
    pub price: Price,
    pub supply: Supply,
    pub weight_mg: Option<u64>,
    pub parcel: Option<Parcel>,
    /// One of the product's.
    pub image: Option<ImageHash>,
    pub is_active: bool,
}

/// Where a variant comes from. No shop is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supply {
    /// What the supplier calls it; empty: not known.
    pub code: Box<str>,
    pub price: Option<Money>,
    pub reorder: Reorder,
}

/// When a variant is ordered again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reorder {
    /// At this level.
    pub point: Option<Quantity>,
    /// So much.
    pub amount: Option<Quantity>,
}

/// In micrometres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub length_um: u64,
    pub width_um: u64,
    pub height_um: u64,
}

/// An image, and what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductImage {
    pub hash: ImageHash,
    /// Empty: not said.
    pub alt: Box<str>,
}

/// What no product can be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductError {
    #[error("a product has from 1 to {limit} variants, not {0}", limit = Product::VARIANTS_LIMIT)]
    VariantCount(usize),
    #[error("a product has at most {limit} options, not {0}", limit = Product::OPTIONS_LIMIT)]
    OptionCount(usize),
    #[error("option {0:?} is there twice")]
    OptionTwice(Box<str>),
    #[error("an option or a value of variant {variant} is empty")]
    EmptyValue { variant: usize },
    #[error("variant {variant} has {found} values for {options} options")]
    ValueCount {
        variant: usize,
        found: usize,
        options: usize,
    },
    #[error("variant {variant} has the values of another one")]
    ValuesTwice { variant: usize },
    #[error("variant {variant} is the item of another one")]
    ItemTwice { variant: usize },
    #[error("variant {variant} has the SKU of another one")]
    SkuTwice { variant: usize },
    #[error("variant {variant} costs less than nothing")]
    NegativePrice { variant: usize },
    #[error("variant {variant} is in {found}, and the first one in {first}")]
    CurrenciesDiffer {
        variant: usize,
        found: Currency,
        first: Currency,
    },
    #[error("variant {variant} shows an image that is not the product's")]
    ForeignImage { variant: usize },
    #[error("an image is there twice")]
    ImageTwice,
}

impl Variant {
    /// A thousand tonnes.
    pub const WEIGHT_LIMIT_MG: u64 = 1_000_000_000_000;
}

impl Parcel {
    /// A kilometre.
    pub const LENGTH_LIMIT_UM: u64 = 1_000_000_000;
}

impl Product {
    /// Shops have no more.
    pub const OPTIONS_LIMIT: usize = 3;
    /// As many items as the ledger registers at once.
    pub const VARIANTS_LIMIT: usize = 500;
    /// Longest name, brand, category and the like.
    pub const NAME_LIMIT_BYTES: usize = 255;
    /// Longest description.
    pub const DESCRIPTION_LIMIT_BYTES: usize = 60_000;
    /// Longest tag.
    pub const TAG_LIMIT_BYTES: usize = 100;
    pub const TAGS_LIMIT: usize = 50;

    /// Whether it can be one.
    pub fn check(&self) -> Result<(), ProductError> {
        let (variants, options) = (self.variants.len(), self.options.len());
        if !(1..=Self::VARIANTS_LIMIT).contains(&variants) {
            return Err(ProductError::VariantCount(variants));
        }
        if options > Self::OPTIONS_LIMIT {
            return Err(ProductError::OptionCount(options));
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = self.options.iter().find(|name| !names.insert(*name)) {
            return Err(ProductError::OptionTwice(twice.clone()));
        }
        let mut images = BTreeSet::new();
        if !self.images.iter().all(|image| images.insert(image.hash)) {
            return Err(ProductError::ImageTwice);
        }
        let (mut values, mut items, mut skus) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (place, variant) in self.variants.iter().enumerate() {
            self.check_values(place, variant)?;
            self.check_price(place, variant)?;
            if !values.insert(&variant.values) {
                return Err(ProductError::ValuesTwice { variant: place });
            }
            if !items.insert(variant.item) {
                return Err(ProductError::ItemTwice { variant: place });
            }
            if variant.sku.as_ref().is_some_and(|sku| !skus.insert(sku)) {
                return Err(ProductError::SkuTwice { variant: place });
            }
            if variant.image.is_some_and(|hash| !images.contains(&hash)) {
                return Err(ProductError::ForeignImage { variant: place });
            }
        }
        Ok(())
    }

    /// What an item is called in lists: the product's name, and what the variant differs in.
    #[must_use]
    pub fn item_name(&self, variant: &Variant) -> String {
        if variant.values.is_empty() {
            return self.name.to_string();
        }
        format!("{} ({})", self.name, variant.values.join(", "))
    }

    fn check_values(&self, place: usize, variant: &Variant) -> Result<(), ProductError> {
        let (found, options) = (variant.values.len(), self.options.len());
        if found != options {
            return Err(ProductError::ValueCount {
                variant: place,
                found,
                options,
            });
        }
        let mut texts = self.options.iter().chain(&variant.values);
        if texts.any(|text| text.trim().is_empty()) {
            return Err(ProductError::EmptyValue { variant: place });
        }
        Ok(())
    }

    fn check_price(&self, place: usize, variant: &Variant) -> Result<(), ProductError> {
        let amount = variant.price.amount;
        let supplied = variant.supply.price.map_or(0, Money::minor);
        if amount.minor() < 0 || supplied < 0 {
            return Err(ProductError::NegativePrice { variant: place });
        }
        let first = self.variants.first().map(|first| first.price.amount);
        let first = first.map_or(amount.currency(), Money::currency);
        if amount.currency() != first {
            return Err(ProductError::CurrenciesDiffer {
                variant: place,
                found: amount.currency(),
                first,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;

    pub(in crate::catalogue) fn shirt() -> Product {
        Product {
            id: ProductId::new(Uuid::from_u128(1)),
            name: "Shirt".into(),
            description: "<p>Linen</p>".into(),
            brand: "Lin".into(),
            category: "Clothes".into(),
            supplier: "Weaver".into(),
            handle: "shirt".into(),
            tags: vec!["summer".into()],
            tax: TaxRate::new(21_000).unwrap(),
            options: vec!["Size".into()],
            variants: vec![variant(1, "S"), variant(2, "M")],
            images: vec![ProductImage {
                hash: ImageHash([1; 32]),
                alt: "a shirt".into(),
            }],
        }
    }

    fn variant(number: u128, size: &str) -> Variant {
        Variant {
            item: ItemId::new(Uuid::from_u128(number)),
            values: vec![size.into()],
            sku: Sku::new(&format!("S-{size}")).ok(),
            barcode: None,
            price: Price {
                amount: Money::new(2_420, Currency::EUR),
                includes_tax: true,
            },
            supply: Supply::default(),
            weight_mg: Some(200_000),
            parcel: None,
            image: None,
            is_active: true,
        }
    }

    fn refused(change: impl FnOnce(&mut Product)) -> ProductError {
        let mut product = shirt();
        change(&mut product);
        product.check().unwrap_err()
    }

    #[test]
    fn what_no_product_can_be_is_refused() {
        assert_eq!(shirt().check(), Ok(()));
        assert_eq!(
            refused(|product| product.variants.clear()),
            ProductError::VariantCount(0)
        );
        assert_eq!(
            refused(|product| product.options = vec!["a".into(); 4]),
            ProductError::OptionCount(4)
        );
        assert_eq!(
            refused(|product| product.options = vec!["a".into(); 2]),
            ProductError::OptionTwice("a".into())
        );
        assert_eq!(
            refused(|product| product.variants[1].values.clear()),
            ProductError::ValueCount {
                variant: 1,
                found: 0,
                options: 1
            }
        );
        assert_eq!(
            refused(|product| product.variants[1].values[0] = " ".into()),
            ProductError::EmptyValue { variant: 1 }
        );
        assert_eq!(
            refused(|product| product.variants[1].values[0] = "S".into()),
            ProductError::ValuesTwice { variant: 1 }
        );
        assert_eq!(
            refused(|product| product.variants[1].item = product.variants[0].item),
            ProductError::ItemTwice { variant: 1 }
        );
        assert_eq!(
            refused(|product| product.variants[1].sku = product.variants[0].sku.clone()),
            ProductError::SkuTwice { variant: 1 }
        );
        assert_eq!(
            refused(|product| product.variants[1].price.amount = Money::new(-1, Currency::EUR)),
            ProductError::NegativePrice { variant: 1 }
        );
        assert_eq!(
            refused(|product| product.variants[1].price.amount = Money::new(1, Currency::CAD)),
            ProductError::CurrenciesDiffer {
                variant: 1,
                found: Currency::CAD,
                first: Currency::EUR
            }
        );
        assert_eq!(
            refused(|product| product.variants[1].image = Some(ImageHash([9; 32]))),
            ProductError::ForeignImage { variant: 1 }
        );
        assert_eq!(
            refused(|product| product.images.push(product.images[0].clone())),
            ProductError::ImageTwice
        );
    }

    #[test]
    fn an_item_is_called_by_what_it_differs_in() {
        let mut product = shirt();
        assert_eq!(product.item_name(&product.variants[1]), "Shirt (M)");
        product.variants[1].values.clear();
        assert_eq!(product.item_name(&product.variants[1]), "Shirt");
    }
}
