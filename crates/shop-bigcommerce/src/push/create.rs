use std::borrow::Cow;

use retail::ShopVariantId;
use retail::listing::{
    Field, Image, ImageChange, ImageHash, Listing, Measure, Ownership, ShopListing, ShopVariant,
};
use serde::Deserialize;
use shop::FetchError;
use shop::push::{Outcome, Refusal, Sought};

use super::body::{Exact, Goods, OptionValue, ProductBody, VariantBody};
use super::desk::{Desk, Said};
use super::note::{self, Kept, Note};
use super::{channels, find, images, read};
use crate::client::unreadable;
use crate::stand_in;

/// Makes a hidden product, says whose it is, puts it into the storefront and gives it its images. One that the store
/// does not take is not among them: the next change says why.
///
/// The store refuses a second product of the same name, SKU or stand-in, so that a lost answer makes no twin.
pub(super) async fn create(
    desk: &mut Desk<'_>,
    wanted: &Listing,
    ownership: &Ownership,
) -> Result<Outcome<ShopListing>, FetchError> {
    let body = body(wanted, ownership)?;
    let listing = match desk.post("/v3/catalog/products", &body).await? {
        // What is not done of it is seen by reading it.
        Said::Done(body) | Said::Partly(body) => made(desk, &body).await?,
        Said::Denied(denial) => match earlier(desk, wanted).await? {
            Some(listing) => listing,
            None => return Ok(Outcome::Refused(denial.refusal())),
        },
        Said::Missing => return Err(FetchError::later("the catalogue is not there")),
    };
    Ok(match furnish(desk, wanted, ownership, listing).await? {
        Ok(listing) => Outcome::Done(listing),
        Err(refusal) => Outcome::Refused(refusal),
    })
}

fn body<'a>(wanted: &'a Listing, ownership: &Ownership) -> Result<ProductBody<'a>, FetchError> {
    let first = wanted
        .variants
        .first()
        .ok_or_else(|| unreadable("a listing without a variant"))?;
    let has_options = !wanted.options.is_empty();
    let mut goods = if has_options {
        Goods::default()
    } else {
        Goods::of(first, ownership)?
    };
    let has_sku = wanted.variants.iter().any(|variant| variant.sku.is_some());
    if !(has_sku && ownership.is_ours(Field::Sku)) {
        goods.sku = Some(Cow::Owned(stand_in::of_product(wanted.product)));
    }
    // Both are required, whoever decides them later.
    goods.price = Some(Exact::money(first.price)?);
    let weight = first.weight.filter(|_| ownership.is_ours(Field::Weight));
    goods.weight = Some(Exact::measure(weight.unwrap_or(Measure(0)))?);
    let text = |field, text: &'a str| Some(text).filter(|_| ownership.is_ours(field));
    let tracking = if has_options { "variant" } else { "product" };
    let variants = wanted.variants.iter().filter(|_| has_options);
    Ok(ProductBody {
        name: Some(&wanted.title),
        kind: Some("physical"),
        description: text(Field::Description, &wanted.description).filter(|text| !text.is_empty()),
        brand_name: text(Field::Brand, &wanted.brand).filter(|text| !text.is_empty()),
        is_visible: Some(false),
        inventory_tracking: ownership.is_ours(Field::Stock).then_some(tracking),
        goods,
        variants: variants
            .map(|variant| {
                let values = wanted.options.iter().zip(&variant.values);
                let values = values.map(|(name, value)| OptionValue::Named {
                    option_display_name: name,
                    label: value,
                });
                VariantBody::new(variant, ownership, values.collect())
            })
            .collect::<Result<_, _>>()?,
        ..ProductBody::default()
    })
}

async fn made(desk: &mut Desk<'_>, body: &[u8]) -> Result<ShopListing, FetchError> {
    #[derive(Deserialize)]
    struct Made {
        data: Id,
    }
    #[derive(Deserialize)]
    struct Id {
        id: u64,
    }

    let Made { data: Id { id } } = serde_json::from_slice(body)
        .map_err(|_| unreadable("a product that was made has no id"))?;
    let listing = read::by_ids(desk, &[id]).await?.into_iter().next();
    listing.ok_or_else(|| FetchError::later("a product just made is not there"))
}

/// What an earlier try made whose answer was lost.
async fn earlier(desk: &mut Desk<'_>, wanted: &Listing) -> Result<Option<ShopListing>, FetchError> {
    let sought = Sought {
        products: vec![wanted.product],
        skus: Vec::new(),
    };
    let found = find::find(desk, &sought).await?.into_iter();
    let mut ours = found.filter(|listing| listing.product == Some(wanted.product));
    Ok(ours.next())
}

async fn furnish(
    desk: &mut Desk<'_>,
    wanted: &Listing,
    ownership: &Ownership,
    mut listing: ShopListing,
) -> Result<Result<ShopListing, Refusal>, FetchError> {
    let id = read::id_of(&listing.id).ok_or_else(|| unreadable("a product has no id"))?;
    let mut kept = note::read(desk, &[id]).await?.remove(&id);
    let note = kept.as_ref().map(|kept| kept.note.clone());
    let mut note = note.unwrap_or_else(|| Note::of(wanted.product));
    listing.product = Some(wanted.product);
    for variant in &wanted.variants {
        let mut found = listing.variants.iter_mut();
        if let Some(found) = found.find(|found| found.values == variant.values)
            && let Some(id) = variant_id(found)
        {
            found.item = Some(variant.item);
            note.variants.entry(id).or_insert((variant.item, None)).0 = variant.item;
        }
    }
    if let Err(refusal) = note::write(desk, id, &mut kept, &note).await? {
        return Ok(Err(refusal));
    }
    if let Err(refusal) = channels::assign(desk, id).await? {
        return Ok(Err(refusal));
    }
    if ownership.is_ours(Field::Images) && !wanted.images.is_empty() {
        picture(desk, id, wanted, &mut listing, &mut kept, &mut note).await?;
    }
    Ok(Ok(listing))
}

async fn picture(
    desk: &mut Desk<'_>,
    id: u64,
    wanted: &Listing,
    listing: &mut ShopListing,
    kept: &mut Option<Kept>,
    note: &mut Note,
) -> Result<(), FetchError> {
    let change = ImageChange {
        remove: Vec::new(),
        add: wanted.images.clone(),
        order: wanted.images.iter().map(|image| image.hash).collect(),
    };
    let Some(applied) = images::apply(desk, id, &change, kept, note).await? else {
        return Err(FetchError::later("a product just made is not there"));
    };
    listing.images = applied.images;
    for variant in &wanted.variants {
        let Some(hash) = variant.image else { continue };
        let mut found = listing.variants.iter_mut();
        let found = found.find(|found| found.item == Some(variant.item));
        if let (Some(found), Some(image), Some(shown)) =
            (found, named(&wanted.images, hash), shown_as(note, hash))
            && let Some(variant) = variant_id(found)
            && images::of_variant(desk, id, variant, image).await?.is_ok()
        {
            found.image = Some(shown.to_string().into());
            if let Some((_, image)) = note.variants.get_mut(&variant) {
                *image = Some(shown);
            }
        }
    }
    // Whether the store takes it is seen by the next change, which reads what is there.
    note::write(desk, id, kept, note).await?.map_err(|refusal| {
        FetchError::later(format!("a note is not taken: {}", refusal.why.as_str()))
    })
}

pub(super) fn variant_id(variant: &ShopVariant) -> Option<u64> {
    variant_of(&variant.id)
}

/// The store's own id of a variant; with orders it stands behind its product's.
pub(super) fn variant_of(id: &ShopVariantId) -> Option<u64> {
    let (_, id) = id.as_str().rsplit_once(':')?;
    id.parse().ok()
}

pub(super) fn named(images: &[Image], hash: ImageHash) -> Option<&Image> {
    images.iter().find(|image| image.hash == hash)
}

/// The id of the product's image with that hash.
pub(super) fn shown_as(note: &Note, hash: ImageHash) -> Option<u64> {
    let mut images = note.images.iter();
    images.find(|(_, known)| **known == hash).map(|(id, _)| *id)
}
