//! What of a listing is whose, kept in the store: of two metafields of the product, one is found by our id, the other,
//! which says everything, by the store's.
//!
//! Metafields and not custom fields, which buyers see; and not one for each variant, since a product's note is read and
//! written in one request for many products. The key holds the id, since lists of metafields are filtered by key and by
//! no owner. A copy that somebody makes of a product in the store carries its notes along; they name another product
//! than the one they are on, and count for nothing.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use retail::listing::ImageHash;
use retail::{ItemId, ProductId};
use serde::{Deserialize, Serialize};
use shop::FetchError;
use shop::push::Refusal;
use uuid::Uuid;

use super::desk::{Desk, Said};
use super::{find, refusal};
use crate::client::unreadable;

const NAMESPACE: &str = "comptoir";
const OF_PRODUCT: &str = "product.";
const OF_LISTING: &str = "listing.";
const PATH: &str = "/v3/catalog/products/metafields";
/// No part of it is shown to buyers, and whoever links the store again may read it.
const PERMISSIONS: &str = "write";

/// Whose a listing is, by the store's ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) product: ProductId,
    /// The item, and the image that the variant shows.
    pub(super) variants: BTreeMap<u64, (ItemId, Option<u64>)>,
    pub(super) images: BTreeMap<u64, ImageHash>,
    /// Images that are being added: written before the first of them is.
    pub(super) adding: Option<Adding>,
}

/// Images that come after one with this id, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Adding {
    pub(super) after: u64,
    pub(super) images: Vec<ImageHash>,
}

/// A note, and the id that it is written over by.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    id: u64,
    pub(super) note: Note,
}

impl Note {
    pub(super) const fn of(product: ProductId) -> Self {
        Self {
            product,
            variants: BTreeMap::new(),
            images: BTreeMap::new(),
            adding: None,
        }
    }

    /// Which of these images are ours. Of an adding that broke off, those that have come since.
    pub(super) fn hashes(&self, ids: &[u64]) -> BTreeMap<u64, ImageHash> {
        let mut hashes: BTreeMap<u64, ImageHash> = ids
            .iter()
            .filter_map(|id| Some((*id, *self.images.get(id)?)))
            .collect();
        if let Some(Adding { after, images }) = &self.adding {
            let mut added: Vec<u64> = ids.iter().copied().filter(|id| id > after).collect();
            added.sort_unstable();
            hashes.extend(added.into_iter().zip(images.iter().copied()));
        }
        hashes
    }
}

/// As it is written: short, since a metafield has 65,535 characters and a product 600 variants.
#[derive(Deserialize, Serialize)]
struct Written {
    product: String,
    #[serde(default)]
    variants: BTreeMap<u64, (String, Option<u64>)>,
    #[serde(default)]
    images: BTreeMap<u64, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    adding: Option<(u64, Vec<String>)>,
}

impl Note {
    fn written(&self) -> Result<String, FetchError> {
        let Self {
            product,
            variants,
            images,
            adding,
        } = self;
        let hash = |ImageHash(bytes): &ImageHash| URL_SAFE_NO_PAD.encode(bytes);
        let written = Written {
            product: product.uuid().simple().to_string(),
            variants: (variants.iter())
                .map(|(id, (item, image))| (*id, (item.uuid().simple().to_string(), *image)))
                .collect(),
            images: images.iter().map(|(id, each)| (*id, hash(each))).collect(),
            adding: adding
                .as_ref()
                .map(|Adding { after, images }| (*after, images.iter().map(hash).collect())),
        };
        serde_json::to_string(&written).map_err(|_| unreadable("a note cannot be written"))
    }

    /// `None`: it is none of ours, or somebody changed it.
    fn read(text: &str) -> Option<Self> {
        let hash = |text: &String| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            bytes.try_into().ok().map(ImageHash)
        };
        let Written {
            product,
            variants,
            images,
            adding,
        } = serde_json::from_str(text).ok()?;
        let variants = variants.into_iter().map(|(id, (item, image))| {
            let item = Uuid::try_parse(&item).ok()?;
            Some((id, (ItemId::new(item), image)))
        });
        let images = images.iter().map(|(id, text)| Some((*id, hash(text)?)));
        Some(Self {
            product: ProductId::new(Uuid::try_parse(&product).ok()?),
            variants: variants.collect::<Option<_>>()?,
            images: images.collect::<Option<_>>()?,
            adding: match adding {
                Some((after, images)) => Some(Adding {
                    after,
                    images: images.iter().map(hash).collect::<Option<_>>()?,
                }),
                None => None,
            },
        })
    }
}

#[derive(Deserialize)]
struct Metafields {
    #[serde(default)]
    data: Vec<Metafield>,
}

#[derive(Deserialize)]
struct Metafield {
    id: u64,
    key: String,
    value: String,
    resource_id: u64,
}

/// The notes on these products, by the store's ids.
pub(super) async fn read(
    desk: &mut Desk<'_>,
    products: &[u64],
) -> Result<BTreeMap<u64, Kept>, FetchError> {
    let keys: Vec<String> = products.iter().map(|id| of_listing(*id)).collect();
    let mut notes = BTreeMap::new();
    for Metafield {
        id,
        key,
        value,
        resource_id,
    } in by_keys(desk, &keys).await?
    {
        if key == of_listing(resource_id)
            && let Some(note) = Note::read(&value)
        {
            notes.insert(resource_id, Kept { id, note });
        }
    }
    Ok(notes)
}

/// The products that say they are one of ours.
pub(super) async fn find(
    desk: &mut Desk<'_>,
    products: &[ProductId],
) -> Result<Vec<u64>, FetchError> {
    let keys: Vec<String> = products
        .iter()
        .map(|product| of_product(*product))
        .collect();
    let found = by_keys(desk, &keys).await?.into_iter();
    let found = found.filter(|field| field.value == field.resource_id.to_string());
    Ok(found.map(|field| field.resource_id).collect())
}

/// Keeps a note on a product, over the one that is there. What is there already is not written.
pub(super) async fn write(
    desk: &mut Desk<'_>,
    product: u64,
    kept: &mut Option<Kept>,
    note: &Note,
) -> Result<Result<(), Refusal>, FetchError> {
    let is_new = kept
        .as_ref()
        .is_none_or(|kept| kept.note.product != note.product);
    if kept.as_ref().is_some_and(|kept| kept.note == *note) {
        return Ok(Ok(()));
    }
    if is_new {
        let found_by = Made::of(product, of_product(note.product), product.to_string());
        if let Err(refusal) = make(desk, &found_by).await? {
            return Ok(Err(refusal));
        }
    }
    let value = note.written()?;
    let id = match kept {
        Some(Kept { id, note: _ }) => over(desk, *id, value).await?.map(|()| *id),
        None => make(desk, &Made::of(product, of_listing(product), value)).await?,
    };
    Ok(id.map(|id| {
        let note = note.clone();
        *kept = Some(Kept { id, note });
    }))
}

async fn over(
    desk: &mut Desk<'_>,
    id: u64,
    value: String,
) -> Result<Result<(), Refusal>, FetchError> {
    #[derive(Serialize)]
    struct Over {
        id: u64,
        value: String,
    }

    Ok(match desk.put(PATH, &[Over { id, value }]).await? {
        Said::Done(_) => Ok(()),
        Said::Partly(body) => Err(refusal::of_part(&body)),
        Said::Denied(denial) => Err(denial.refusal()),
        Said::Missing => return Err(FetchError::later("a note that was there is not")),
    })
}

#[derive(Serialize)]
struct Made {
    namespace: &'static str,
    permission_set: &'static str,
    key: String,
    value: String,
    resource_id: u64,
}

impl Made {
    const fn of(product: u64, key: String, value: String) -> Self {
        Self {
            namespace: NAMESPACE,
            permission_set: PERMISSIONS,
            key,
            value,
            resource_id: product,
        }
    }
}

/// Gives its id. One that an earlier try made is not made twice.
async fn make(desk: &mut Desk<'_>, made: &Made) -> Result<Result<u64, Refusal>, FetchError> {
    let denial = match desk.post(PATH, &[made]).await? {
        Said::Done(body) => {
            let Metafields { data } = serde_json::from_slice(&body)
                .map_err(|_| unreadable("a note that was made is not what is documented"))?;
            let id = data.first().map(|field| field.id);
            return id
                .map(Ok)
                .ok_or_else(|| unreadable("a note that was made has no id"));
        }
        Said::Partly(body) => return Ok(Err(refusal::of_part(&body))),
        Said::Missing => return Err(FetchError::later("a product just made is not there")),
        Said::Denied(denial) => denial,
    };
    let there = by_keys(desk, std::slice::from_ref(&made.key)).await?;
    let is_same =
        |field: &&Metafield| field.resource_id == made.resource_id && field.value == made.value;
    let same = there.iter().find(is_same).map(|field| field.id);
    Ok(same.ok_or_else(|| denial.refusal()))
}

async fn by_keys(desk: &mut Desk<'_>, keys: &[String]) -> Result<Vec<Metafield>, FetchError> {
    let mut found = Vec::new();
    for keys in find::chunks(keys) {
        let keys = keys.join(",");
        let query = [
            ("namespace", NAMESPACE),
            ("key:in", keys.as_str()),
            ("limit", crate::client::PAGE_ROWS_TEXT),
        ];
        let Metafields { data } = desk.list(PATH, &query).await?;
        found.extend(data);
    }
    Ok(found)
}

fn of_product(product: ProductId) -> String {
    format!("{OF_PRODUCT}{}", product.uuid().simple())
}

fn of_listing(product: u64) -> String {
    format!("{OF_LISTING}{product}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> Note {
        Note {
            variants: BTreeMap::from([
                (509, (ItemId::new(Uuid::from_u128(1)), None)),
                (510, (ItemId::new(Uuid::from_u128(2)), Some(12))),
            ]),
            images: BTreeMap::from([(12, ImageHash([7; 32]))]),
            adding: Some(Adding {
                after: 12,
                images: vec![ImageHash([8; 32]), ImageHash([9; 32])],
            }),
            ..Note::of(ProductId::new(Uuid::from_u128(3)))
        }
    }

    #[test]
    fn a_note_reads_as_it_was_written() {
        let note = note();
        assert_eq!(Note::read(&note.written().unwrap()), Some(note));
        for text in ["", "{}", r#"{"product":"x"}"#, "7", r#"{"product":null}"#] {
            assert_eq!(Note::read(text), None, "{text}");
        }
    }

    #[test]
    fn the_largest_note_fits_into_a_metafield() {
        let item = (ItemId::new(Uuid::max()), Some(9_999_999));
        let mut largest = note();
        largest.variants = (9_000_000..9_000_600).map(|id| (id, item)).collect();
        largest.images = (9_000_000..9_000_250)
            .map(|id| (id, ImageHash([255; 32])))
            .collect();
        largest.adding = None;
        let length = largest.written().unwrap().len();
        assert!(length <= 65_535, "{length}");
    }

    #[test]
    fn ec_03_images_of_an_adding_that_broke_off_are_known_again() {
        let hashes = note().hashes(&[10, 12, 15]);
        assert_eq!(
            hashes,
            BTreeMap::from([(12, ImageHash([7; 32])), (15, ImageHash([8; 32]))]),
            "10 is the shop's own, and the second had not come"
        );
    }
}
