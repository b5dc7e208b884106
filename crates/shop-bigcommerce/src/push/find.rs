use std::collections::BTreeSet;

use retail::Sku;
use retail::listing::ShopListing;
use serde::Deserialize;
use shop::FetchError;
use shop::push::Sought;

use super::desk::Desk;
use super::{note, read};
use crate::stand_in;

/// Longest list in a query, in bytes.
const LIST_LIMIT_BYTES: usize = 1_500;

/// By our notes, by the SKUs of products, and by those of variants: each filter sees its own kind only.
pub(super) async fn find(
    desk: &mut Desk<'_>,
    sought: &Sought,
) -> Result<Vec<ShopListing>, FetchError> {
    let Sought { products, skus } = sought;
    let by_note: BTreeSet<u64> = note::find(desk, products).await?.into_iter().collect();
    let stand_ins = products
        .iter()
        .map(|product| stand_in::of_product(*product));
    let mut main: Vec<String> = stand_ins.collect();
    main.extend(skus.iter().map(|sku| sku.as_str().to_owned()));
    let mut by_sku = BTreeSet::new();
    let mut found_skus = BTreeSet::new();
    for row in by_main_sku(desk, &main).await? {
        by_sku.insert(row.id);
        found_skus.extend(row.sku.map(|sku| sku.to_lowercase()));
    }
    for sku in skus {
        if !found_skus.contains(&sku.as_str().to_lowercase()) {
            by_sku.extend(by_variant_sku(desk, sku).await?);
        }
    }
    let ids: Vec<u64> = by_note.union(&by_sku).copied().collect();
    let mut listings = read::by_ids(desk, &ids).await?;
    // One that was linked anew since is another's.
    listings.retain(|listing| {
        let is_ours = listing
            .product
            .is_some_and(|product| products.contains(&product));
        is_ours || read::id_of(&listing.id).is_some_and(|id| by_sku.contains(&id))
    });
    Ok(listings)
}

#[derive(Deserialize)]
struct Rows<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct Main {
    id: u64,
    sku: Option<String>,
}

async fn by_main_sku(desk: &mut Desk<'_>, skus: &[String]) -> Result<Vec<Main>, FetchError> {
    // A list is cut at its commas, so that a SKU with one is asked for alone.
    let (single, listed): (Vec<String>, Vec<String>) =
        skus.iter().cloned().partition(|sku| sku.contains(','));
    let lists = chunks(&listed).map(|skus| ("sku:in", skus.join(",")));
    let singles = single.into_iter().map(|sku| ("sku", sku));
    let queries: Vec<(&str, String)> = lists.chain(singles).collect();
    let mut found = Vec::new();
    for (name, value) in queries {
        let query = [
            (name, value.as_str()),
            ("include_fields", "sku"),
            ("limit", crate::client::PAGE_ROWS_TEXT),
        ];
        let Rows { data } = desk.list("/v3/catalog/products", &query).await?;
        found.extend(data);
    }
    Ok(found)
}

/// One SKU a request: there is no list of them.
async fn by_variant_sku(desk: &mut Desk<'_>, sku: &Sku) -> Result<Vec<u64>, FetchError> {
    #[derive(Deserialize)]
    struct Variant {
        product_id: u64,
    }

    let query = [
        ("sku", sku.as_str()),
        ("limit", crate::client::PAGE_ROWS_TEXT),
    ];
    let found: Option<Rows<Variant>> = desk.get("/v3/catalog/variants", &query).await?;
    let rows = found.map(|Rows { data }| data).unwrap_or_default();
    Ok(rows.into_iter().map(|variant| variant.product_id).collect())
}

/// As many of a list at a time as an address holds.
pub(super) fn chunks(texts: &[String]) -> impl Iterator<Item = &[String]> {
    let mut rest = texts;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = rest.iter().take_while(|text| {
            bytes += text.len() + 1;
            bytes <= LIST_LIMIT_BYTES
        });
        let count = fits.count().max(1).min(rest.len());
        let (chunk, left) = rest.split_at(count);
        rest = left;
        (!chunk.is_empty()).then_some(chunk)
    })
}

pub(super) fn joined(ids: &[u64]) -> String {
    let ids: Vec<String> = ids.iter().map(u64::to_string).collect();
    ids.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_where_an_address_would_be_too_long() {
        let texts: Vec<String> = (0..100).map(|n| format!("{n:0>36}")).collect();
        let chunks: Vec<&[String]> = chunks(&texts).collect();
        assert!(chunks.len() > 1);
        assert!(
            chunks
                .iter()
                .all(|chunk| chunk.join(",").len() < LIST_LIMIT_BYTES)
        );
        assert_eq!(chunks.concat(), texts);
        let long = ["x".repeat(2_000)];
        assert_eq!(super::chunks(&long).count(), 1, "alone");
        assert_eq!(super::chunks(&[]).count(), 0);
    }
}
