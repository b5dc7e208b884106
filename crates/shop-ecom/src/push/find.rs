//! Looking for listings by our ids and by SKU.

use std::collections::BTreeMap;

use retail::listing::{ShopListing, Terms};
use shop::FetchError;
use shop::push::Sought;

use super::api::{Api, Request, query};
use super::batch;
use super::read::Page;
use super::said::{Word, word};
use crate::client::unreadable;

/// Every listing that says it is one of these products or has one of these SKUs, on itself or on a variation. A search
/// finds what was made a moment ago or not; [`super::create`] does not rest on it.
pub(super) async fn find(
    api: &Api<'_>,
    terms: &Terms,
    sought: &Sought,
) -> Result<Vec<ShopListing>, FetchError> {
    let Sought { products, skus } = sought;
    let products = products
        .iter()
        .map(|id| ("externalReferenceId", id.to_string()));
    let skus = skus.iter().map(|sku| ("sku", sku.as_str().to_owned()));
    let requests: Option<Vec<Request>> = products
        .chain(skus)
        .map(|(name, value)| query("/products", &[(name, &value)]).map(Request::get))
        .collect();
    let requests = requests.ok_or(FetchError::NoAccess)?;
    let mut found = BTreeMap::new();
    for said in batch::run(api, &requests).await? {
        match word(&said) {
            Word::Done => {}
            Word::Later => return Err(FetchError::later("a search was not done")),
            Word::Missing | Word::Refused(_) => return Err(unreadable("a search was refused")),
        }
        for listing in Page::of(said.body).listings(terms)? {
            found.entry(listing.id.clone()).or_insert(listing);
        }
    }
    Ok(found.into_values().collect())
}
