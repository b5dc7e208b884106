//! Listings as they are now.

use std::collections::BTreeSet;

use bytes::Bytes;
use retail::listing::{ShopListing, ShopProductId};
use shop::FetchError;

use super::ROWS_LIMIT;
use super::ask::{Asker, joined, product_number};
use super::raw::{FIELDS, RawProduct, RawVariation, VARIATION_FIELDS};
use super::shown;
use crate::client::Answer;
use crate::loose::List;
use serde_json::value::RawValue;

/// Pages of one product's variations, at most.
const PAGES_LIMIT: u32 = 50;

/// The products of these ids; what is in the trash, or nowhere, is not among them.
pub(super) async fn read(
    asker: &Asker<'_>,
    products: &[ShopProductId],
) -> Result<Vec<ShopListing>, FetchError> {
    read_numbers(asker, products.iter().filter_map(product_number)).await
}

/// The same by WooCommerce's own ids.
pub(super) async fn read_numbers(
    asker: &Asker<'_>,
    products: impl Iterator<Item = u64>,
) -> Result<Vec<ShopListing>, FetchError> {
    let products: Vec<u64> = products.collect::<BTreeSet<_>>().into_iter().collect();
    let mut listings = Vec::with_capacity(products.len());
    for products in products.chunks(ROWS_LIMIT) {
        let query = query(products, FIELDS);
        let answer = asker.get("products", query).await?;
        let List(rows): List<RawProduct<'_>> = answer.read()?;
        listings.extend(with_variations(asker, &rows).await?);
    }
    Ok(listings)
}

/// Of these products, these fields, as they were written.
pub(super) fn query(products: &[u64], fields: &str) -> Vec<(&'static str, String)> {
    vec![
        ("include", joined(products)),
        ("status", "any".to_owned()),
        ("context", "edit".to_owned()),
        ("per_page", ROWS_LIMIT.to_string()),
        ("_fields", fields.to_owned()),
    ]
}

/// Adds the variations of those that have some.
pub(super) async fn with_variations(
    asker: &Asker<'_>,
    products: &[RawProduct<'_>],
) -> Result<Vec<ShopListing>, FetchError> {
    let terms = asker.terms()?;
    let mut listings = Vec::with_capacity(products.len());
    for product in products {
        let rows = match product.id.id() {
            Some(id) if product.is_variable() => variations(asker, id).await?.unwrap_or_default(),
            _ => Vec::new(),
        };
        let rows: Vec<RawVariation<'_>> = read_rows(&rows)?;
        listings.extend(shown::listing(product, &rows, terms));
    }
    Ok(listings)
}

/// All variations of a product, row by row. `None`: there is no such product.
pub(super) async fn variations(
    asker: &Asker<'_>,
    product: &str,
) -> Result<Option<Vec<Bytes>>, FetchError> {
    let mut all = Vec::new();
    for page in 1..=PAGES_LIMIT {
        let query = vec![
            ("orderby", "id".to_owned()),
            ("order", "asc".to_owned()),
            ("per_page", ROWS_LIMIT.to_string()),
            ("page", page.to_string()),
            ("_fields", VARIATION_FIELDS.to_owned()),
        ];
        let path = format!("products/{product}/variations");
        let answer = asker.get(&path, query).await?;
        let List(rows): List<&RawValue> = match answer.judge()? {
            Ok(rows) => rows,
            Err(fault) if fault.is_of_nothing() => return Ok(None),
            Err(fault) => {
                return Err(FetchError::Unreadable {
                    why: format!("its variations are refused: {}", fault.code),
                });
            }
        };
        let is_last = rows.len() < ROWS_LIMIT;
        all.extend(rows.into_iter().map(|row| slice(&answer, row)));
        if is_last {
            return Ok(Some(all));
        }
    }
    Err(FetchError::Unreadable {
        why: "a product has too many variations".to_owned(),
    })
}

fn slice(answer: &Answer, row: &RawValue) -> Bytes {
    answer.body().slice_ref(row.get().as_bytes())
}

pub(super) fn read_rows<'a, T: serde::Deserialize<'a>>(
    rows: &'a [Bytes],
) -> Result<Vec<T>, FetchError> {
    rows.iter().map(super::batch::read).collect()
}
