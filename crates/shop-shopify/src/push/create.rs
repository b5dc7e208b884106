//! Making a listing.

use retail::listing::{
    Change, Field, Image, ImageChange, Listing, Ownership, ShopListing, Variant, VariantChange,
};
use serde_json::{Value, json};
use shop::push::ChangeRow;

use super::find::noted;
use super::listing::Product;
use super::operation::PRODUCT_SET;
use super::stop::Stop;
use super::teller::{Teller, not_as_documented};
use super::{NAMESPACE, NOTE, change, input, read};

/// Variants and images of a product that is made in one request: each costs, and all of it stays under 250 points.
const VARIANTS_AT_ONCE: usize = 75;
const IMAGES_AT_ONCE: usize = 10;

/// One that says that it is ours was made before, and its answer lost: it is told as it is, and not made again. Should
/// two make it at the same time, the shop makes it once: it is named by our id, which is unique there.
pub(super) async fn create(
    teller: Teller<'_>,
    wanted: &Listing,
    ownership: &Ownership,
) -> Result<ShopListing, Stop> {
    teller.ensure_notes().await?;
    if let Some(id) = noted(teller, wanted.product).await? {
        return read::one(teller, id.as_str()).await;
    }
    let images: &[Image] = if ownership.is_ours(Field::Images) {
        &wanted.images
    } else {
        &[]
    };
    let (variants, more_variants) = split(&wanted.variants, VARIANTS_AT_ONCE);
    let (images, more_images) = split(images, IMAGES_AT_ONCE);
    let mut made = set(teller, wanted, variants, images, ownership).await?;
    // They have no names yet; the shop answers them in the order that it was told them in.
    if made.images.len() == images.len() {
        for (made, image) in made.images.iter_mut().zip(images) {
            made.hash = Some(image.hash);
        }
    }
    if more_variants.is_empty() && more_images.is_empty() {
        return Ok(made);
    }
    let row = rest(made, wanted, more_variants, more_images);
    let changed = change::change(teller, &row).await?;
    let mut whole = read::one(teller, row.shop.id.as_str()).await?;
    let known = row
        .shop
        .images
        .iter()
        .filter_map(|image| Some((image.hash?, image.id.clone())));
    for (hash, id) in known.chain(changed.images) {
        if let Some(image) = whole.images.iter_mut().find(|image| image.id == id) {
            image.hash = Some(hash);
        }
    }
    Ok(whole)
}

async fn set(
    teller: Teller<'_>,
    wanted: &Listing,
    variants: &[Variant],
    images: &[Image],
    ownership: &Ownership,
) -> Result<ShopListing, Stop> {
    let product = wanted.product.to_string();
    let told = json!({
        "identifier": { "customId": { "namespace": NAMESPACE, "key": NOTE, "value": product } },
        "input": input::product_set(wanted, variants, images, ownership, teller.terms()?.weight),
        "publication": teller.online_store().await?,
        "location": teller.location()?,
    });
    let points = input::product_set_milli_points(variants, images).div_ceil(1_000);
    let points = PRODUCT_SET.points + u32::try_from(points).unwrap_or(u32::MAX / 2);
    let told = teller.tell_for(&PRODUCT_SET, points, told).await;
    let told = told.map_err(|error| read::replaced(teller, error))?;
    if let Some(error) = told.errors.first() {
        return Err(Stop::Refused(error.refusal()));
    }
    let mut answer = told.answer;
    let made = answer
        .get_mut("product")
        .map(Value::take)
        .unwrap_or_default();
    let made: Product = serde_json::from_value(made).map_err(|_| not_as_documented())?;
    read::whole(teller, made).await?.ok_or(Stop::Missing)
}

/// What did not fit into the first request.
fn rest(shop: ShopListing, wanted: &Listing, variants: &[Variant], images: &[Image]) -> ChangeRow {
    let images = (!images.is_empty()).then(|| ImageChange {
        remove: Vec::new(),
        add: images.to_vec(),
        order: wanted.images.iter().map(|image| image.hash).collect(),
    });
    ChangeRow {
        shop,
        wanted: wanted.clone(),
        change: Change {
            variants: variants.iter().cloned().map(VariantChange::Add).collect(),
            images,
            ..Change::default()
        },
    }
}

fn split<T>(all: &[T], at: usize) -> (&[T], &[T]) {
    all.split_at(at.min(all.len()))
}
