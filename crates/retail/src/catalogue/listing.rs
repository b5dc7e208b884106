//! From a product to what one shop is to show of it.

use std::collections::BTreeMap;

use crate::listing::{Dimensions, Image, ImageHash, Listing, Terms, Variant as Listed};
use crate::{Currency, MoneyError};

use super::{Product, Variant};

/// An image as shops fetch it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub url: Box<str>,
    pub width: u32,
    pub height: u32,
}

/// Why a product cannot stand in a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    #[error("the shop sells in {shop}, and the product costs {product}")]
    CurrencyDiffers { shop: Currency, product: Currency },
    #[error(transparent)]
    Price(#[from] MoneyError),
}

/// The product in the shop's own terms. What shops are never told (EC-2) has no place in it. An image without a
/// picture is left out.
pub fn listing(
    product: &Product,
    is_online: bool,
    pictures: &BTreeMap<ImageHash, Picture>,
    terms: &Terms,
) -> Result<Listing, ListingError> {
    let Product {
        id,
        name,
        description,
        brand,
        category: _,
        supplier: _,
        handle: _,
        tags: _,
        tax: _,
        options,
        variants,
        images,
    } = product;
    let variants = variants
        .iter()
        .map(|variant| listed(product, variant, terms));
    let images = images.iter().filter_map(|image| {
        let Picture { url, width, height } = pictures.get(&image.hash)?.clone();
        Some(Image {
            hash: image.hash,
            url,
            width,
            height,
            alt: image.alt.clone(),
        })
    });
    Ok(Listing {
        product: *id,
        title: name.clone(),
        description: description.clone(),
        brand: brand.clone(),
        is_on_sale: is_online,
        options: options.clone(),
        variants: variants.collect::<Result<_, _>>()?,
        images: images.collect(),
    })
}

fn listed(product: &Product, variant: &Variant, terms: &Terms) -> Result<Listed, ListingError> {
    let Variant {
        item,
        values,
        sku,
        barcode,
        price,
        supply: _,
        weight_mg,
        parcel,
        image,
        is_active,
    } = variant;
    let currency = price.amount.currency();
    if currency != terms.currency {
        return Err(ListingError::CurrencyDiffers {
            shop: terms.currency,
            product: currency,
        });
    }
    let length = |micrometres| terms.dimensions.of_micrometres(micrometres);
    Ok(Listed {
        item: *item,
        values: values.clone(),
        sku: sku.clone(),
        barcode: barcode.clone(),
        price: price.meant(terms.prices_include_tax, product.tax)?,
        weight: weight_mg.map(|weight| terms.weight.of_milligrams(weight)),
        dimensions: parcel.map(|parcel| Dimensions {
            length: length(parcel.length_um),
            width: length(parcel.width_um),
            height: length(parcel.height_um),
        }),
        is_on_sale: *is_active,
        image: *image,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Money;
    use crate::catalogue::Parcel;
    use crate::catalogue::product::tests::shirt;
    use crate::listing::{DimensionUnit, Measure, WeightUnit};

    fn terms(prices_include_tax: bool) -> Terms {
        Terms {
            currency: Currency::EUR,
            prices_include_tax,
            weight: WeightUnit::Kilogram,
            dimensions: DimensionUnit::Centimetre,
            location: "".into(),
        }
    }

    fn pictures() -> BTreeMap<ImageHash, Picture> {
        let picture = Picture {
            url: "https://pos.example/images/1.jpg".into(),
            width: 20,
            height: 10,
        };
        BTreeMap::from([(ImageHash([1; 32]), picture)])
    }

    #[test]
    fn ec_01_a_listing_is_in_the_shops_own_terms() {
        let mut product = shirt();
        product.variants[0].parcel = Some(Parcel {
            length_um: 300_000,
            width_um: 200_000,
            height_um: 15_000,
        });
        product.variants[1].is_active = false;
        let told = listing(&product, true, &pictures(), &terms(true)).unwrap();
        assert!(told.is_on_sale);
        assert_eq!((&*told.title, &*told.brand), ("Shirt", "Lin"));
        assert_eq!(&*told.images[0].alt, "a shirt");
        let [first, second] = told.variants.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!(first.price, Money::new(2_420, Currency::EUR));
        assert_eq!(first.weight, Some(Measure(200)));
        let dimensions = Dimensions {
            length: Measure(30_000),
            width: Measure(20_000),
            height: Measure(1_500),
        };
        assert_eq!(first.dimensions, Some(dimensions));
        assert!(first.is_on_sale && !second.is_on_sale);
        let without = listing(&product, false, &BTreeMap::new(), &terms(false)).unwrap();
        assert_eq!(without.variants[0].price.minor(), 2_000);
        assert!(!without.is_on_sale && without.images.is_empty());
    }

    #[test]
    fn ec_02_what_shops_are_not_told_changes_no_listing() {
        let before = shirt();
        let mut after = shirt();
        after.category = "x".into();
        after.supplier = "x".into();
        after.handle = "x".into();
        after.tags = Vec::new();
        after.variants[0].supply.code = "x".into();
        after.variants[0].supply.price = Some(Money::new(1, Currency::EUR));
        after.variants[0].supply.reorder.point = Some(crate::Quantity::ZERO);
        let of = |product| listing(product, true, &pictures(), &terms(true)).unwrap();
        assert_eq!(of(&before), of(&after));
    }

    #[test]
    fn a_shop_of_another_currency_is_told_no_price() {
        let told = listing(
            &shirt(),
            true,
            &pictures(),
            &Terms {
                currency: Currency::CAD,
                ..terms(true)
            },
        );
        assert_eq!(
            told,
            Err(ListingError::CurrencyDiffers {
                shop: Currency::CAD,
                product: Currency::EUR
            })
        );
    }
}
