//! Looking for what says it is ours, or has one of our SKUs.

use std::collections::BTreeSet;

use retail::listing::ShopListing;
use retail::{ProductId, Sku};
use shop::FetchError;
use shop::push::Sought;

use super::ROWS_LIMIT;
use super::ask::{Asker, joined, number};
use super::note;
use super::raw::RawProduct;
use super::read::read_numbers;
use crate::loose::List;

/// Longest list of SKUs asked for at once, in bytes: addresses have limits, and each byte may become three.
const SKUS_LIMIT_BYTES: usize = 1_500;
/// Pages of products with the same SKUs, at most: each has its own, but for what plugins do.
const PAGES_LIMIT: u32 = 20;

/// By SKU first. What is not found so is looked for by the slug that it has until it is on sale.
pub(super) async fn find(
    asker: &Asker<'_>,
    sought: &Sought,
) -> Result<Vec<ShopListing>, FetchError> {
    let mut ids = BTreeSet::new();
    for skus in batches(&sought.skus) {
        by(asker, ("sku", skus), &mut ids).await?;
    }
    let mut listings = read_numbers(asker, ids.iter().copied()).await?;
    let is_found = |product: &&ProductId| {
        let mut found = listings.iter();
        found.any(|listing| listing.product == Some(**product))
    };
    let missing: Vec<ProductId> = (sought.products.iter().copied())
        .filter(|product| !is_found(&product))
        .collect();
    let mut more = BTreeSet::new();
    for product in missing {
        by(asker, ("slug", note::slug(product)), &mut more).await?;
    }
    let more = more.difference(&ids).copied();
    let of_ours = |listing: &ShopListing| {
        let product = listing.product;
        product.is_some_and(|product| sought.products.contains(&product))
    };
    let more = read_numbers(asker, more).await?.into_iter();
    listings.extend(more.filter(of_ours));
    Ok(listings)
}

/// Adds the products that a parameter gives; of variations the products that they are of.
async fn by(
    asker: &Asker<'_>,
    (name, value): (&'static str, String),
    ids: &mut BTreeSet<u64>,
) -> Result<(), FetchError> {
    for page in 1..=PAGES_LIMIT {
        let query = vec![
            (name, value.clone()),
            ("status", "any".to_owned()),
            ("orderby", "id".to_owned()),
            ("order", "asc".to_owned()),
            ("per_page", ROWS_LIMIT.to_string()),
            ("page", page.to_string()),
            ("_fields", "id,parent_id,type".to_owned()),
        ];
        let answer = asker.get("products", query).await?;
        let List(rows): List<RawProduct<'_>> = answer.read()?;
        for row in &rows {
            let id = match row.kind.as_str() {
                "variation" => &row.parent_id,
                _ => &row.id,
            };
            ids.extend(id.id().and_then(number));
        }
        if rows.len() < ROWS_LIMIT {
            return Ok(());
        }
    }
    Err(FetchError::Unreadable {
        why: format!("too many products have the same {name}"),
    })
}

/// Lists of SKUs as the shop takes them apart: at commas. So one that holds a comma is asked for alone; the shop tries such a
/// list as one SKU too.
fn batches(skus: &[Sku]) -> Vec<String> {
    let mut all = Vec::new();
    let mut list: Vec<&str> = Vec::new();
    let mut bytes = 0;
    for sku in skus {
        let sku = sku.as_str();
        if sku.contains(',') {
            all.push(sku.to_owned());
            continue;
        }
        if list.len() == ROWS_LIMIT / 2 || bytes + sku.len() > SKUS_LIMIT_BYTES {
            all.push(joined(list.drain(..)));
            bytes = 0;
        }
        bytes += sku.len() + 1;
        list.push(sku);
    }
    if !list.is_empty() {
        all.push(joined(list));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skus_are_asked_for_together_and_those_with_commas_alone() {
        let skus = |texts: &[&str]| -> Vec<Sku> {
            texts.iter().map(|text| Sku::new(text).unwrap()).collect()
        };
        assert_eq!(batches(&skus(&["a", "b,c", "d"])), ["b,c", "a,d"]);
        assert!(batches(&[]).is_empty());
        let many: Vec<Sku> = (0..120)
            .map(|n| Sku::new(&format!("S-{n}")).unwrap())
            .collect();
        let counts: Vec<usize> = (batches(&many).iter())
            .map(|list| list.split(',').count())
            .collect();
        assert_eq!(counts, [50, 50, 20]);
        let long = skus(&[&*"x".repeat(90); 40]);
        assert!(
            batches(&long)
                .iter()
                .all(|list| list.len() <= SKUS_LIMIT_BYTES)
        );
    }
}
