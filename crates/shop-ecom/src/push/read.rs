//! Reading listings by their ids.

use bytes::Bytes;
use retail::listing::{ShopListing, ShopProductId, Terms};
use serde::Deserialize;
use serde_json::value::RawValue;
use shop::FetchError;

use super::api::{Api, query};
use super::product::Product;
use crate::client::unreadable;

/// Most products of one page.
pub(super) const PAGE_ROWS: usize = 100;

/// These products as they are now; what is no id of eCom's, or is there no more, is not among them.
pub(super) async fn read(
    api: &Api<'_>,
    terms: &Terms,
    products: &[ShopProductId],
) -> Result<Vec<ShopListing>, FetchError> {
    let ids: Vec<&str> = products.iter().filter_map(number).collect();
    let mut listings = Vec::with_capacity(ids.len());
    for page in fetch(api, &ids).await? {
        listings.extend(page.listings(terms)?);
    }
    Ok(listings)
}

/// The id as it stands in addresses. `None`: eCom has no such id.
pub(super) fn number(id: &ShopProductId) -> Option<&str> {
    is_id(id.as_str()).then(|| id.as_str())
}

/// A whole number, and short enough for one.
pub(super) fn is_id(text: &str) -> bool {
    /// Digits of the largest unsigned 64-bit number.
    const ID_LIMIT_DIGITS: usize = 20;

    !text.is_empty()
        && text.len() <= ID_LIMIT_DIGITS
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Products as they were answered.
pub(super) struct Page(Bytes);

/// The products of these ids, a page for each hundred of them.
pub(super) async fn fetch(api: &Api<'_>, ids: &[&str]) -> Result<Vec<Page>, FetchError> {
    let mut pages = Vec::new();
    for ids in ids.chunks(PAGE_ROWS) {
        let limit = PAGE_ROWS.to_string();
        let asked = [("productId", ids.join(",")), ("limit", limit)];
        let asked: Vec<(&str, &str)> = asked.iter().map(|(n, v)| (*n, v.as_str())).collect();
        pages.push(search(api, &asked).await?);
    }
    Ok(pages)
}

/// One answer of the search.
pub(super) async fn search(api: &Api<'_>, asked: &[(&str, &str)]) -> Result<Page, FetchError> {
    let path = query("/products", asked).ok_or(FetchError::NoAccess)?;
    let body = api.ask(path).await?;
    body.map(Page)
        .ok_or_else(|| unreadable("the store has no products to search"))
}

impl Page {
    pub(super) const fn of(body: Bytes) -> Self {
        Self(body)
    }

    pub(super) fn products(&self) -> Result<Vec<Product<'_>>, FetchError> {
        let Answer { items } =
            serde_json::from_slice(&self.0).map_err(|_| unreadable("a page of products"))?;
        let items = items.ok_or_else(|| unreadable("a page without products"))?;
        let products = items
            .into_iter()
            .map(|item| serde_json::from_str(item.get()).map_err(|_| unreadable("a product")));
        products.collect()
    }

    pub(super) fn listings(&self, terms: &Terms) -> Result<Vec<ShopListing>, FetchError> {
        let products = self.products()?;
        let listings = products.iter().map(|product| {
            let listing = product.listing(terms);
            listing.ok_or_else(|| unreadable("a product without an id"))
        });
        listings.collect()
    }
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Answer<'a> {
    #[serde(borrow)]
    items: Option<Vec<&'a RawValue>>,
}
