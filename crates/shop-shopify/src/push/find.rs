//! Listings that are ours, or could be.

use std::collections::BTreeSet;

use retail::listing::{ShopListing, ShopProductId};
use retail::{ProductId, Sku};
use serde::Deserialize;
use serde_json::json;
use shop::FetchError;
use shop::push::Sought;

use crate::answer::unreadable;
use crate::id::Id;
use crate::payload::Paged;

use super::listing::more;
use super::operation::{PRODUCT_BY_NOTE, VARIANTS_BY_SKU};
use super::read::read;
use super::teller::{Teller, not_as_documented};
use super::{BOUNDS, NAMESPACE, NOTE};

/// Pages of one search that are looked at: a SKU that thousands of variants have links to none of them.
const SEARCH_PAGES_LIMIT: usize = 20;

/// By our ids, which the shop knows at once, and by SKUs, which its index knows a little later.
pub(super) async fn find(
    teller: Teller<'_>,
    sought: &Sought,
) -> Result<Vec<ShopListing>, FetchError> {
    let Sought { products, skus } = sought;
    let mut found = BTreeSet::new();
    if !products.is_empty() {
        teller.ensure_notes().await?;
    }
    for product in products {
        found.extend(noted(teller, *product).await?);
    }
    if !skus.is_empty() {
        found.extend(holding(teller, skus).await?);
    }
    let found: Vec<ShopProductId> = found
        .iter()
        .map(|id| ShopProductId::new(id.as_str()))
        .collect::<Result<_, _>>()
        .map_err(|_| not_as_documented())?;
    let mut listings = Vec::with_capacity(found.len());
    for some in found.chunks(BOUNDS.read_rows) {
        listings.extend(read(teller, some).await?);
    }
    Ok(listings)
}

/// The product that says it is this one.
pub(super) async fn noted(
    teller: Teller<'_>,
    product: ProductId,
) -> Result<Option<Id>, FetchError> {
    let identifier = json!({
        "customId": { "namespace": NAMESPACE, "key": NOTE, "value": product.to_string() },
    });
    let identifier = json!({ "identifier": identifier });
    let ByNote {
        product_by_identifier,
    } = teller.ask(&PRODUCT_BY_NOTE, identifier).await?;
    Ok(product_by_identifier.map(|product| product.id))
}

async fn holding(teller: Teller<'_>, skus: &[Sku]) -> Result<BTreeSet<Id>, FetchError> {
    let terms: Vec<String> = skus
        .iter()
        .map(|sku| format!("sku:{}", quoted(sku)))
        .collect();
    let query = terms.join(" OR ");
    let mut found = BTreeSet::new();
    let mut after: Option<String> = None;
    for _ in 0..SEARCH_PAGES_LIMIT {
        let asked = json!({ "query": query, "after": after });
        let BySku {
            product_variants: Paged { nodes, page_info },
        } = teller.ask(&VARIANTS_BY_SKU, asked).await?;
        let is_meant = |variant: &Variant| {
            let sku = variant.sku.as_deref().unwrap_or_default().trim();
            skus.iter()
                .any(|sought| sought.as_str().eq_ignore_ascii_case(sku))
        };
        let meant = nodes.into_iter().filter(is_meant);
        found.extend(meant.map(|variant| variant.product.id));
        after = more(&page_info).map(str::to_owned);
        if after.is_none() {
            return Ok(found);
        }
    }
    Err(unreadable(
        "its variants with one SKU have no end".to_owned(),
    ))
}

/// As the search reads a phrase.
fn quoted(sku: &Sku) -> String {
    let mut quoted = String::from("'");
    for c in sku.as_str().chars() {
        if matches!(c, '\'' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('\'');
    quoted
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByNote {
    product_by_identifier: Option<Product>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BySku {
    product_variants: Paged<Variant>,
}

#[derive(Deserialize)]
struct Variant {
    sku: Option<String>,
    product: Product,
}

#[derive(Deserialize)]
struct Product {
    id: Id,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sku_cannot_end_the_phrase_that_it_stands_in() {
        let sku = Sku::new(r"O'NEILL\1 OR title:*").unwrap();
        assert_eq!(quoted(&sku), r"'O\'NEILL\\1 OR title:*'");
    }
}
