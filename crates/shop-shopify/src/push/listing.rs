//! A product as the API answers it, and what it is in our terms. Pure.

use retail::listing::{
    ImageHash, Measure, ShopImage, ShopListing, ShopProductId, ShopVariant, Terms,
};
use retail::{Barcode, Money, ShopVariantId, Sku};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Deserialize;
use serde_json::Number;
use shop::amount::{decimal, rounded};

use crate::id::Id;
use crate::payload::{PageInfo, Paged};

use super::terms::unit;

/// Hexadecimal digits of a SHA-256.
const HASH_DIGITS: usize = 64;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Product {
    id: Id,
    title: Option<String>,
    description_html: Option<String>,
    vendor: Option<String>,
    status: Option<String>,
    /// Its one option is a stand-in and no option.
    has_only_default_variant: Option<bool>,
    is_published: Option<bool>,
    note: Option<Note>,
    options: Vec<Named>,
    media: Paged<Media>,
    variants: Paged<Variant>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Variant {
    id: Id,
    sku: Option<String>,
    barcode: Option<String>,
    price: Option<String>,
    is_published: Option<bool>,
    note: Option<Note>,
    selected_options: Vec<Selected>,
    media: Option<VariantMedia>,
    inventory_item: InventoryItem,
}

#[derive(Debug, Deserialize)]
pub(super) struct Media {
    #[serde(rename = "__typename")]
    kind: String,
    id: Id,
    status: Option<String>,
    /// None until the shop has fetched it.
    image: Option<Image>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Note {
    pub(super) value: String,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Selected {
    name: String,
    value: String,
}

#[derive(Debug, Deserialize)]
struct Image {
    url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct VariantMedia {
    nodes: Vec<MediaId>,
}

#[derive(Debug, Deserialize)]
struct MediaId {
    #[serde(rename = "__typename")]
    kind: String,
    id: Id,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InventoryItem {
    id: Id,
    tracked: Option<bool>,
    measurement: Option<Measurement>,
    inventory_level: Option<Level>,
}

#[derive(Debug, Deserialize)]
struct Measurement {
    weight: Option<Weight>,
}

#[derive(Debug, Deserialize)]
struct Weight {
    unit: String,
    value: Number,
}

#[derive(Debug, Deserialize)]
pub(super) struct Level {
    quantities: Vec<Quantity>,
}

#[derive(Debug, Deserialize)]
struct Quantity {
    quantity: i64,
}

impl Level {
    /// What is available, which alone is asked for.
    pub(super) fn available(&self) -> i64 {
        self.quantities.first().map_or(0, |first| first.quantity)
    }
}

impl Product {
    pub(super) const fn id(&self) -> &Id {
        &self.id
    }

    /// Where its next page of variants begins.
    pub(super) fn more_variants(&self) -> Option<&str> {
        more(&self.variants.page_info)
    }

    /// `None` where it has an id that nothing can have.
    pub(super) fn listing(self, terms: &Terms) -> Option<ShopListing> {
        let Self {
            id,
            title,
            description_html,
            vendor,
            status,
            has_only_default_variant,
            is_published,
            note,
            options,
            media,
            variants,
        } = self;
        let options: Vec<Box<str>> = match has_only_default_variant {
            Some(true) => Vec::new(),
            Some(false) | None => (options.into_iter())
                .map(|option| option.name.into())
                .collect(),
        };
        let text = |text: Option<String>| text.unwrap_or_default().into_boxed_str();
        // One that is unlisted is sold to whoever has its address.
        let is_active = matches!(status.as_deref(), Some("ACTIVE" | "UNLISTED"));
        let variants = variants.nodes.into_iter();
        Some(ShopListing {
            id: ShopProductId::new(id.as_str()).ok()?,
            product: note.and_then(|note| note.value.parse().ok()),
            title: text(title),
            description: text(description_html),
            brand: text(vendor),
            is_on_sale: is_active && is_published == Some(true),
            variants: variants
                .map(|variant| variant.listed(&options, terms))
                .collect::<Option<_>>()?,
            options,
            images: media.nodes.iter().filter_map(Media::listed).collect(),
        })
    }
}

impl Variant {
    pub(super) fn listed(self, options: &[Box<str>], terms: &Terms) -> Option<ShopVariant> {
        let Self {
            id,
            sku,
            barcode,
            price,
            is_published,
            note,
            selected_options,
            media,
            inventory_item,
        } = self;
        let InventoryItem {
            id: stock_id,
            tracked,
            measurement,
            inventory_level,
        } = inventory_item;
        let value_of = |option: &str| {
            let selected = selected_options
                .iter()
                .find(|selected| selected.name == option);
            selected
                .map_or("", |selected| selected.value.as_str())
                .into()
        };
        let images = media.into_iter().flat_map(|media| media.nodes);
        let mut images = images.filter(|media| media.kind == "MediaImage");
        Some(ShopVariant {
            id: ShopVariantId::new(id.as_str()).ok()?,
            stock_id: Some(stock_id.as_str().into()),
            item: note.and_then(|note| note.value.parse().ok()),
            values: options.iter().map(|option| value_of(option)).collect(),
            sku: sku.and_then(|sku| Sku::new(&sku).ok()),
            barcode: barcode.and_then(|barcode| Barcode::new(&barcode).ok()),
            price: price.and_then(|price| Money::parse(&price, terms.currency).ok()),
            weight: (measurement.and_then(|of| of.weight)).and_then(|weight| weight.measure(terms)),
            dimensions: None,
            is_on_sale: is_published.unwrap_or(true),
            image: images.next().map(|media| media.id.as_str().into()),
            // What it counts and has nowhere here, it has none of.
            quantity: (tracked == Some(true))
                .then(|| inventory_level.map_or(0, |level| level.available())),
        })
    }
}

impl Media {
    pub(super) const fn id(&self) -> &Id {
        &self.id
    }

    /// As the name of its file says, once it has one.
    pub(super) fn hash(&self) -> Option<ImageHash> {
        hash_of(self.image.as_ref()?.url.as_deref()?)
    }

    /// Whether the shop is still at it: it may be one of ours, and nobody can tell.
    pub(super) fn is_underway(&self) -> bool {
        matches!(self.status.as_deref(), Some("PROCESSING" | "UPLOADED"))
    }

    /// `None` for films and models, and for what the shop could not make an image of.
    fn listed(&self) -> Option<ShopImage> {
        let is_image = self.kind == "MediaImage" && self.status.as_deref() != Some("FAILED");
        is_image.then(|| ShopImage {
            id: self.id.as_str().into(),
            hash: self.hash(),
        })
    }
}

impl Weight {
    /// In the shop's unit, whatever unit somebody chose for it.
    fn measure(&self, terms: &Terms) -> Option<Measure> {
        let value = decimal(&self.value.to_string())?;
        let thousandths = rounded(value.checked_mul(Decimal::ONE_THOUSAND)?)?;
        let measure = Measure(thousandths.to_u64()?);
        let unit = unit(&self.unit)?;
        Some(if unit == terms.weight {
            measure
        } else {
            terms.weight.of_milligrams(unit.milligrams(measure))
        })
    }
}

pub(super) fn more(page: &PageInfo) -> Option<&str> {
    page.end_cursor.as_deref().filter(|_| page.has_next_page)
}

/// A file's name begins with the hash; what the shop puts after it makes it unique.
fn hash_of(url: &str) -> Option<ImageHash> {
    let path = url.split(['?', '#']).next()?;
    let name = path.rsplit('/').next()?;
    let digits = name.get(..HASH_DIGITS)?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0; HASH_DIGITS / 2];
    for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(ImageHash(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_the_name_of_its_file() {
        let hash = ImageHash([0xab; 32]);
        let name = "ab".repeat(32);
        for url in [
            format!("https://cdn.example/s/files/1/{name}.jpg?v=1"),
            format!("https://cdn.example/s/{name}_0f3c-11.png"),
            format!("https://cdn.example/{}.webp", name.to_uppercase()),
        ] {
            assert_eq!(hash_of(&url), Some(hash), "{url}");
        }
        let signed = format!("https://cdn.example/+{}.jpg", &name[1..]);
        for url in ["https://cdn.example/shirt.jpg", "", "é", &signed] {
            assert_eq!(hash_of(url), None, "{url}");
        }
    }
}
