//! What we write to a product for ourselves. Meta data whose key begins with an underscore is not shown to anybody.

use std::fmt::Write as _;

use retail::ProductId;
use retail::listing::ImageHash;
use serde_json::{Value, json};

/// The product of ours.
pub(super) const PRODUCT: &str = "_comptoir_product";
/// The item of ours; of a product with options its variations have one each.
pub(super) const ITEM: &str = "_comptoir_item";
/// Which image was made from which: [`images`].
pub(super) const IMAGES: &str = "_comptoir_images";
/// The key of the last telling of stock: whoever finds it here has been heard.
pub(super) const STOCK: &str = "_comptoir_stock";

/// One entry of `meta_data`. WooCommerce replaces what it has under that key.
pub(super) fn entry(key: &str, value: impl Into<String>) -> Value {
    json!({"key": key, "value": value.into()})
}

/// What a product goes by in the shop's addresses until it is on sale.
pub(super) fn slug(product: ProductId) -> String {
    format!("comptoir-{}", product.uuid().simple())
}

/// Which of a product's images an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    Id(Box<str>),
    /// It had no id yet when this was written: it was in this place, of so many.
    Place {
        place: usize,
        of: usize,
    },
}

/// `17=HASH,#1/3=HASH`.
pub(super) fn images(noted: &[(Spot, ImageHash)]) -> String {
    let mut text = String::new();
    for (spot, ImageHash(hash)) in noted {
        let comma = if text.is_empty() { "" } else { "," };
        let _infallible = match spot {
            Spot::Id(id) => write!(text, "{comma}{id}="),
            Spot::Place { place, of } => write!(text, "{comma}#{place}/{of}="),
        };
        for byte in hash {
            let _infallible = write!(text, "{byte:02x}");
        }
    }
    text
}

/// What [`images`] wrote. What is no entry of ours is left out.
pub(super) fn read_images(text: &str) -> Vec<(Spot, ImageHash)> {
    let entry = |entry: &str| {
        let (spot, hash) = entry.split_once('=')?;
        let spot = match spot.strip_prefix('#') {
            None => Spot::Id(spot.into()),
            Some(place) => {
                let (place, of) = place.split_once('/')?;
                Spot::Place {
                    place: place.parse().ok()?,
                    of: of.parse().ok()?,
                }
            }
        };
        Some((spot, read_hash(hash)?))
    };
    text.split(',').filter_map(entry).collect()
}

fn read_hash(text: &str) -> Option<ImageHash> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (place, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(ImageHash(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_of_images_is_read_again() {
        let noted = vec![
            (Spot::Id("17".into()), ImageHash([0xa0; 32])),
            (Spot::Place { place: 1, of: 3 }, ImageHash([7; 32])),
        ];
        let text = images(&noted);
        assert!(text.starts_with("17=a0a0") && text.contains(",#1/3=0707"));
        assert_eq!(read_images(&text), noted);
        assert_eq!(images(&[]), "");
        for odd in ["", "17", "17=ab", "#1=00", "a=b,c", "17=é"] {
            assert_eq!(read_images(odd), [], "{odd}");
        }
    }
}
