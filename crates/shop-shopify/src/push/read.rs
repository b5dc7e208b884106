//! Listings as they are now.

use retail::listing::{ShopListing, ShopProductId};
use serde::Deserialize;
use serde_json::{Value, json};
use shop::FetchError;

use crate::answer::unreadable;
use crate::id::Id;
use crate::payload::Paged;

use super::gid;
use super::listing::{Product, Variant, more};
use super::operation::{LISTING_VARIANTS_PAGE, LISTINGS_BY_ID};
use super::stop::Stop;
use super::teller::{Nodes, Teller, not_as_documented};

/// Pages of variants after the first: what a product holds at most, and as many again.
const VARIANT_PAGES_LIMIT: usize = 16;

pub(super) async fn read(
    teller: Teller<'_>,
    products: &[ShopProductId],
) -> Result<Vec<ShopListing>, FetchError> {
    let ids = products
        .iter()
        .filter_map(|product| Id::new(product.as_str()));
    let gids: Vec<String> = ids.map(|id| gid("Product", id.as_str())).collect();
    if gids.is_empty() {
        return Ok(Vec::new());
    }
    let asked = json!({
        "ids": gids,
        "publication": teller.online_store().await?,
        "location": teller.location()?,
    });
    let answered: Result<Nodes<Value>, FetchError> = teller.ask(&LISTINGS_BY_ID, asked).await;
    let Nodes { nodes } = answered.map_err(|error| replaced(teller, error))?;
    let mut listings = Vec::with_capacity(nodes.len());
    for node in nodes.into_iter().flatten() {
        let product = Product::deserialize(node).map_err(|_| not_as_documented())?;
        listings.extend(whole(teller, product).await?);
    }
    Ok(listings)
}

/// The one listing.
pub(super) async fn one(teller: Teller<'_>, id: &str) -> Result<ShopListing, Stop> {
    let id = ShopProductId::new(id).map_err(|_| Stop::Missing)?;
    let mut read = read(teller, &[id]).await?;
    read.pop().ok_or(Stop::Missing)
}

/// With all its variants. `None` where it went away meanwhile.
pub(super) async fn whole(
    teller: Teller<'_>,
    product: Product,
) -> Result<Option<ShopListing>, FetchError> {
    let id = gid("Product", product.id().as_str());
    let mut after = product.more_variants().map(str::to_owned);
    let mut listing = product
        .listing(teller.terms()?)
        .ok_or_else(not_as_documented)?;
    for _ in 0..VARIANT_PAGES_LIMIT {
        let Some(cursor) = after else {
            return Ok(Some(listing));
        };
        let asked = json!({
            "id": id,
            "after": cursor,
            "publication": teller.online_store().await?,
            "location": teller.location()?,
        });
        let Page { product } = teller.ask(&LISTING_VARIANTS_PAGE, asked).await?;
        let Some(Paged { nodes, page_info }) = product.map(|product| product.variants) else {
            return Ok(None);
        };
        after = more(&page_info).map(str::to_owned);
        for variant in nodes {
            let variant = variant.listed(&listing.options, teller.terms()?);
            listing
                .variants
                .push(variant.ok_or_else(not_as_documented)?);
        }
    }
    Err(unreadable(
        "a product's list of variants has no end".to_owned(),
    ))
}

/// The Online Store, or the location, is not what it was.
pub(super) fn replaced(teller: Teller<'_>, error: FetchError) -> FetchError {
    match error {
        FetchError::Gone => {
            teller.forget_online_store();
            FetchError::later("its Online Store or its location is not what it was")
        }
        other => other,
    }
}

#[derive(Deserialize)]
struct Page {
    product: Option<Variants>,
}

#[derive(Deserialize)]
struct Variants {
    variants: Paged<Variant>,
}
