//! What a side shows in a field.

use crate::Money;
use crate::listing::{
    Dimensions, Field, ImageHash, Listing, Measure, ShopListing, ShopVariant, Variant,
};

/// A value, in the shop's own terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Nothing,
    Text(Box<str>),
    /// Options, or values of them.
    Texts(Vec<Box<str>>),
    OnSale(bool),
    Price(Money),
    Weight(Measure),
    Dimensions(Dimensions),
    /// Those that are ours, in their order.
    Images(Vec<ImageHash>),
    Units(i64),
}

impl Shown {
    fn text(text: &str) -> Self {
        if text.is_empty() {
            Self::Nothing
        } else {
            Self::Text(text.into())
        }
    }

    fn or_nothing<T>(value: Option<T>, shown: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Nothing, shown)
    }

    /// What the POS wants of a product's own field; `None`: products have no such field.
    pub(super) fn wanted(listing: &Listing, field: Field) -> Option<Self> {
        match field {
            Field::Title => Some(Self::text(&listing.title)),
            Field::Description => Some(Self::text(&listing.description)),
            Field::Brand => Some(Self::text(&listing.brand)),
            Field::Availability => Some(Self::OnSale(listing.is_on_sale)),
            Field::Options => Some(Self::Texts(listing.options.clone())),
            Field::Images => {
                let images = listing.images.iter().map(|image| image.hash);
                Some(Self::Images(images.collect()))
            }
            Field::Sku
            | Field::Barcode
            | Field::Price
            | Field::Weight
            | Field::Dimensions
            | Field::Stock => None,
        }
    }

    /// What the shop shows in a product's own field.
    pub(super) fn found(listing: &ShopListing, field: Field) -> Option<Self> {
        match field {
            Field::Title => Some(Self::text(&listing.title)),
            Field::Description => Some(Self::text(&listing.description)),
            Field::Brand => Some(Self::text(&listing.brand)),
            Field::Availability => Some(Self::OnSale(listing.is_on_sale)),
            Field::Options => Some(Self::Texts(listing.options.clone())),
            Field::Images => {
                let images = listing.images.iter().filter_map(|image| image.hash);
                Some(Self::Images(images.collect()))
            }
            Field::Sku
            | Field::Barcode
            | Field::Price
            | Field::Weight
            | Field::Dimensions
            | Field::Stock => None,
        }
    }

    /// What the POS wants of a variant's field; `None`: variants have no such field.
    pub(super) fn wanted_of(variant: &Variant, field: Field) -> Option<Self> {
        match field {
            Field::Options => Some(Self::Texts(variant.values.clone())),
            Field::Sku => Some(Self::or_nothing(variant.sku.as_ref(), |sku| {
                Self::text(sku.as_str())
            })),
            Field::Barcode => Some(Self::or_nothing(variant.barcode.as_ref(), |barcode| {
                Self::text(barcode.as_str())
            })),
            Field::Price => Some(Self::Price(variant.price)),
            Field::Weight => Some(Self::or_nothing(variant.weight, Self::Weight)),
            Field::Dimensions => Some(Self::or_nothing(variant.dimensions, Self::Dimensions)),
            Field::Availability => Some(Self::OnSale(variant.is_on_sale)),
            Field::Images => Some(Self::or_nothing(variant.image, |hash| {
                Self::Images(vec![hash])
            })),
            Field::Title | Field::Description | Field::Brand | Field::Stock => None,
        }
    }

    /// What the shop shows in a field of one of the listing's variants.
    pub(super) fn found_of(
        listing: &ShopListing,
        variant: &ShopVariant,
        field: Field,
    ) -> Option<Self> {
        match field {
            Field::Options => Some(Self::Texts(variant.values.clone())),
            Field::Sku => Some(Self::or_nothing(variant.sku.as_ref(), |sku| {
                Self::text(sku.as_str())
            })),
            Field::Barcode => Some(Self::or_nothing(variant.barcode.as_ref(), |barcode| {
                Self::text(barcode.as_str())
            })),
            Field::Price => Some(Self::or_nothing(variant.price, Self::Price)),
            Field::Weight => Some(Self::or_nothing(variant.weight, Self::Weight)),
            Field::Dimensions => Some(Self::or_nothing(variant.dimensions, Self::Dimensions)),
            Field::Availability => Some(Self::OnSale(variant.is_on_sale)),
            Field::Images => {
                let image = variant.image.as_ref();
                let mut images = listing.images.iter();
                let image = image.and_then(|id| images.find(|image| image.id == *id)?.hash);
                Some(Self::or_nothing(image, |hash| Self::Images(vec![hash])))
            }
            Field::Title | Field::Description | Field::Brand | Field::Stock => None,
        }
    }
}
