//! Who has which SKU.

use std::collections::{BTreeMap, BTreeSet};

use super::{Doubt, OurItem, Ours, Theirs};
use crate::listing::ShopProductId;
use crate::{ItemId, ShopVariantId, Sku};

/// SKUs of both sides, compared as the POS compares them: exactly, after trimming. A shop's own rule may be wider.
pub(super) struct Skus<'a> {
    here: BTreeMap<&'a Sku, Vec<ItemId>>,
    in_shop: BTreeMap<&'a Sku, Vec<(&'a ShopProductId, &'a ShopVariantId)>>,
}

impl<'a> Skus<'a> {
    pub(super) fn of(
        ours: impl Iterator<Item = &'a Ours>,
        theirs: impl Iterator<Item = &'a Theirs>,
    ) -> Self {
        let mut skus = Self {
            here: BTreeMap::new(),
            in_shop: BTreeMap::new(),
        };
        for item in ours.flat_map(|ours| &ours.items) {
            if let Some(sku) = &item.sku {
                skus.here.entry(sku).or_default().push(item.item);
            }
        }
        for theirs in theirs {
            for variant in &theirs.variants {
                if let Some(sku) = &variant.sku {
                    let all = skus.in_shop.entry(sku).or_default();
                    all.push((&theirs.id, &variant.id));
                }
            }
        }
        skus
    }

    /// The listings of those of its SKUs that both sides have once.
    pub(super) fn sure(&self, ours: &Ours) -> impl Iterator<Item = &'a ShopProductId> {
        ours.items
            .iter()
            .filter_map(|item| self.sure_of(item))
            .map(|(listing, _)| listing)
    }

    /// What has the item's SKU, where both sides have it once.
    pub(super) fn sure_of(&self, item: &OurItem) -> Option<(&'a ShopProductId, &'a ShopVariantId)> {
        let sku = item.sku.as_ref()?;
        match (self.here.get(sku)?.as_slice(), self.of_shop(sku)) {
            ([_], [there]) => Some(*there),
            _ => None,
        }
    }

    /// Why what has the product's SKUs cannot be told to be it, and what that is. `None`: nothing has them.
    pub(super) fn doubt(&self, ours: &Ours) -> Option<(Doubt, BTreeSet<&'a ShopProductId>)> {
        let doubts = ours.items.iter().filter_map(|item| self.doubt_of(item));
        let doubts: Vec<_> = doubts.collect();
        let why = doubts.iter().map(|(why, _)| *why).min()?;
        let listings = doubts.into_iter().flat_map(|(_, there)| there);
        Some((why, listings.map(|(listing, _)| *listing).collect()))
    }

    /// As [`Self::doubt`], of one item.
    pub(super) fn doubt_of(
        &self,
        item: &OurItem,
    ) -> Option<(Doubt, &[(&'a ShopProductId, &'a ShopVariantId)])> {
        let sku = item.sku.as_ref()?;
        let there = self.of_shop(sku);
        let why = match there {
            [] => return None,
            _ if self.here.get(sku).is_some_and(|here| here.len() > 1) => Doubt::SkuTwiceHere,
            [_] => Doubt::Taken,
            _ => Doubt::SkuTwiceInShop,
        };
        Some((why, there))
    }

    /// Whether an item other than this one has that SKU.
    pub(super) fn is_anothers(&self, sku: &Sku, item: ItemId) -> bool {
        let here = self.here.get(sku);
        here.is_some_and(|here| here.iter().any(|other| *other != item))
    }

    fn of_shop(&self, sku: &Sku) -> &[(&'a ShopProductId, &'a ShopVariantId)] {
        self.in_shop.get(sku).map_or(&[], Vec::as_slice)
    }
}
