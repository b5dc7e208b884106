use std::collections::{BTreeMap, BTreeSet};

use retail::listing::{ShopListing, ShopProductId};
use serde::Deserialize;
use serde_json::value::RawValue;
use shop::FetchError;

use super::desk::Desk;
use super::note::{self, Kept};
use super::shown::{self, Product};
use super::{PAGE_ROWS, find, stock};
use crate::client::unreadable;

const PRODUCTS: &str = "/v3/catalog/products";
pub(super) const INCLUDED: &str = "variants,images";

/// These listings as they are now.
pub(super) async fn read(
    desk: &mut Desk<'_>,
    products: &[ShopProductId],
) -> Result<Vec<ShopListing>, FetchError> {
    let ids: Vec<u64> = products.iter().filter_map(id_of).collect();
    let mut listings = by_ids(desk, &ids).await?;
    stock::look_below_none(desk, &mut listings).await?;
    Ok(listings)
}

/// What no number is names no product of the store's.
pub(super) fn id_of(product: &ShopProductId) -> Option<u64> {
    product.as_str().parse().ok().filter(|id| *id > 0)
}

pub(super) async fn by_ids(
    desk: &mut Desk<'_>,
    ids: &[u64],
) -> Result<Vec<ShopListing>, FetchError> {
    let mut listings = Vec::with_capacity(ids.len());
    for ids in ids.chunks(PAGE_ROWS) {
        let ids = find::joined(ids);
        let limit = PAGE_ROWS.to_string();
        let query = [
            ("id:in", ids.as_str()),
            ("include", INCLUDED),
            ("limit", limit.as_str()),
        ];
        listings.extend(listings_of(desk, &query).await?);
    }
    Ok(listings)
}

/// A page of products, with what their notes and brands say.
pub(super) async fn listings_of(
    desk: &mut Desk<'_>,
    query: &[(&str, &str)],
) -> Result<Vec<ShopListing>, FetchError> {
    #[derive(Deserialize)]
    struct Page {
        data: Vec<Box<RawValue>>,
    }

    let currency = desk.currency()?;
    let Page { data } = desk.list(PRODUCTS, query).await?;
    let products: Vec<Product<'_>> = data
        .iter()
        .map(|row| serde_json::from_str(row.get()))
        .collect::<Result<_, _>>()
        .map_err(|_| unreadable("a product is not what is documented"))?;
    let ids: Vec<u64> = products
        .iter()
        .filter_map(|row| shown::number(&row.id))
        .collect();
    let notes = note::read(desk, &ids).await?;
    let brands = brands(desk, &products).await?;
    let listing = |product: &Product<'_>| {
        let kept: Option<&Kept> = shown::number(&product.id).and_then(|id| notes.get(&id));
        shown::listing(product, kept.map(|kept| &kept.note), &brands, currency)
    };
    products
        .iter()
        .map(|product| listing(product).ok_or_else(|| unreadable("a product has no id")))
        .collect()
}

async fn brands(
    desk: &mut Desk<'_>,
    products: &[Product<'_>],
) -> Result<BTreeMap<u64, String>, FetchError> {
    #[derive(Deserialize)]
    struct Brands {
        data: Vec<Brand>,
    }
    #[derive(Deserialize)]
    struct Brand {
        id: u64,
        name: String,
    }

    let ids: BTreeSet<u64> = products
        .iter()
        .filter_map(|product| shown::number(&product.brand_id))
        .collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids = find::joined(&ids.into_iter().collect::<Vec<_>>());
    let query = [
        ("id:in", ids.as_str()),
        ("limit", crate::client::PAGE_ROWS_TEXT),
    ];
    let Brands { data } = desk.list("/v3/catalog/brands", &query).await?;
    Ok(data
        .into_iter()
        .map(|Brand { id, name }| (id, name))
        .collect())
}
