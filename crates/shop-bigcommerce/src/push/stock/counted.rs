//! By what a store counts: not at all, by the product, or by its variants.

use std::collections::BTreeMap;

use retail::listing::ShopListing;
use shop::FetchError;
use shop::push::{PushReason, Refusal, StockOutcome};

use super::super::create::variant_of;
use super::super::desk::Desk;
use super::super::read;
use super::Identity;

pub(super) struct Products(BTreeMap<u64, ShopListing>);

pub(super) enum Counted {
    By(Identity),
    /// It cannot be told.
    Not(StockOutcome),
}

/// Asks for these products anew.
pub(super) async fn counted(desk: &mut Desk<'_>, products: &[u64]) -> Result<Products, FetchError> {
    let mut products = products.to_vec();
    products.sort_unstable();
    products.dedup();
    let listings = read::by_ids(desk, &products).await?.into_iter();
    let by_id = listings.filter_map(|listing| Some((read::id_of(&listing.id)?, listing)));
    Ok(Products(by_id.collect()))
}

impl Products {
    pub(super) fn of(&self, product: u64, variant: u64) -> Counted {
        let found = self.0.get(&product).and_then(|listing| {
            let mut variants = listing.variants.iter();
            variants.find(|each| variant_of(&each.id) == Some(variant))
        });
        match found {
            None => Counted::Not(StockOutcome::Missing),
            Some(each) if each.quantity.is_none() => Counted::Not(StockOutcome::Refused(Refusal {
                why: PushReason::NotCounted,
                says: "the store does not count the stock of this variant".into(),
            })),
            Some(each) if each.stock_id.is_some() => Counted::By(Identity::Product(product)),
            Some(_) => Counted::By(Identity::Variant(variant)),
        }
    }
}
