//! What a shop is to show of a product, within what its platform has.

use std::collections::BTreeMap;

use retail::ConnectionId;
use retail::catalogue::{self, ListingError, Picture};
use retail::listing::{ImageHash, Listing, ShopListing, Terms};
use shop::push::{Bounds, Push, PushReason, Refusal};

use crate::store::{KeptListing, ProductView};

/// The product in the shop's own terms, or why the shop cannot have it. Of images, as many as fit.
pub fn desired(
    view: &ProductView,
    connection: ConnectionId,
    terms: &Terms,
    platform: &dyn Push,
    public_url: &str,
) -> Result<Listing, Refusal> {
    let bounds = platform.bounds();
    let mut channels = view.online.iter();
    let channel = channels.find(|channel| channel.connection == connection);
    let is_online = channel.is_some_and(|channel| channel.is_online == Some(true));
    let pictures: BTreeMap<ImageHash, Picture> = view
        .pictures
        .iter()
        .filter(|(_, image)| {
            u64::try_from(image.size_bytes).is_ok_and(|it| it <= bounds.image_bytes)
        })
        .map(|(hash, image)| (*hash, image.picture(public_url)))
        .collect();
    let listing = catalogue::listing(&view.product, is_online, &pictures, terms);
    let mut listing = listing.map_err(no_listing)?;
    check(&listing, bounds)?;
    listing.images.truncate(bounds.images);
    let shown: Vec<ImageHash> = listing.images.iter().map(|image| image.hash).collect();
    for variant in &mut listing.variants {
        let is_shown = |hash: &ImageHash| platform.shows_variant_images() && shown.contains(hash);
        variant.image = variant.image.filter(is_shown);
    }
    Ok(listing)
}

fn no_listing(error: ListingError) -> Refusal {
    Refusal {
        why: PushReason::Invalid,
        says: error.to_string().into(),
    }
}

fn check(listing: &Listing, bounds: &Bounds) -> Result<(), Refusal> {
    let refused = |why, says: String| {
        Err(Refusal {
            why,
            says: says.into(),
        })
    };
    for (what, count, most) in [
        ("variants", listing.variants.len(), bounds.variants),
        ("options", listing.options.len(), bounds.options),
    ] {
        if count > most {
            let says = format!("{count} {what} are more than the {most} that fit");
            return refused(PushReason::TooMany, says);
        }
    }
    let length = listing.title.chars().count();
    if length > bounds.title {
        let most = bounds.title;
        let says = format!("a name of {length} characters is longer than the {most} that fit");
        return refused(PushReason::Invalid, says);
    }
    let mut skus = listing.variants.iter().filter_map(|it| it.sku.as_ref());
    if let Some(long) = skus.find(|sku| sku.as_str().chars().count() > bounds.sku) {
        let most = bounds.sku;
        let says = format!("SKU {long} is longer than the {most} characters that fit");
        return refused(PushReason::Invalid, says);
    }
    Ok(())
}

/// What the shop shows, with what only we know of it: whose its variants are, and what its images were made from.
#[must_use]
pub fn recognised(mut shown: ShopListing, kept: &KeptListing) -> ShopListing {
    shown.product = Some(kept.product);
    let is_ours = |item| {
        let view = kept.view.iter().flat_map(|view| &view.product.variants);
        view.map(|variant| variant.item).any(|ours| ours == item)
    };
    for variant in &mut shown.variants {
        let mut links = kept.items.iter();
        if let Some(link) = links.find(|link| *link.variant == *variant.id.as_str()) {
            variant.item = Some(link.item);
        }
    }
    // Of ours that left the product the link is what tells that they were.
    let linked: Vec<_> = kept.items.iter().map(|link| link.item).collect();
    for variant in &mut shown.variants {
        variant.item = variant
            .item
            .filter(|item| is_ours(*item) || linked.contains(item));
    }
    let known = kept.known.iter().flat_map(|known| &known.images);
    let known: BTreeMap<&str, ImageHash> = known
        .filter_map(|image| Some((&*image.id, image.hash?)))
        .collect();
    for image in &mut shown.images {
        image.hash = image.hash.or_else(|| known.get(&*image.id).copied());
    }
    shown
}
