//! Which variant of a linked listing is which item.

use std::collections::{BTreeMap, BTreeSet};

use super::{By, Doubt, OurItem, Ours, Skus, TheirVariant, Theirs, Verdict};
use crate::{ItemId, ShopVariantId};

type Items = Vec<(ItemId, Verdict<ShopVariantId>)>;

/// As products are linked, then by the values of the same options, and at last because there is one on each side. What
/// is left of the listing's variants comes with it.
pub(super) fn items<'a>(
    ours: &'a Ours,
    theirs: &'a Theirs,
    skus: &Skus<'a>,
) -> (Items, Vec<ShopVariantId>) {
    let mut bench = Bench {
        items: ours.items.iter().map(|item| (item.item, item)).collect(),
        variants: (theirs.variants.iter())
            .map(|variant| (&variant.id, variant))
            .collect(),
        verdicts: BTreeMap::new(),
    };
    bench.link_by(
        By::Stored,
        Doubt::LinkedTwice,
        |item| item.stored.as_ref(),
        |variant| Some(&variant.id),
    );
    bench.link_by(
        By::Note,
        Doubt::NotedTwice,
        |item| Some(item.item),
        |variant| variant.item,
    );
    bench.link_by(
        By::Sku,
        Doubt::SkuTwiceInShop,
        |item| skus.sure_of(item).map(|(_, there)| there),
        |variant| Some(&variant.id),
    );
    bench.link_alike(
        By::Values,
        skus,
        |item| named(&ours.options, &item.values),
        |variant| named(&theirs.options, &variant.values),
    );
    if ours.items.len() == 1 && theirs.variants.len() == 1 {
        bench.link_alike(By::Only, skus, |_| Some(()), |_| Some(()));
    }
    bench.doubt_of_skus(skus);
    let verdicts = ours.items.iter().map(|item| {
        let decided = bench.verdicts.remove(&item.item);
        let verdict = decided.unwrap_or_else(|| match &item.stored {
            Some(gone) => Verdict::Missing(gone.clone()),
            None => Verdict::OnlyHere,
        });
        (item.item, verdict)
    });
    let verdicts: BTreeMap<_, _> = verdicts.collect();
    let left = bench.variants.into_keys().cloned().collect();
    (verdicts.into_iter().collect(), left)
}

/// What is not decided yet, and what is.
struct Bench<'a> {
    items: BTreeMap<ItemId, &'a OurItem>,
    variants: BTreeMap<&'a ShopVariantId, &'a TheirVariant>,
    verdicts: BTreeMap<ItemId, Verdict<ShopVariantId>>,
}

impl<'a> Bench<'a> {
    /// Those of both sides that have the same key.
    fn alike<K: Ord>(
        &self,
        of_item: impl Fn(&'a OurItem) -> Option<K>,
        of_variant: impl Fn(&'a TheirVariant) -> Option<K>,
    ) -> Vec<(Vec<&'a OurItem>, Vec<&'a TheirVariant>)> {
        let mut alike: BTreeMap<K, (Vec<_>, Vec<_>)> = BTreeMap::new();
        for item in self.items.values().copied() {
            if let Some(key) = of_item(item) {
                alike.entry(key).or_default().0.push(item);
            }
        }
        for variant in self.variants.values().copied() {
            if let Some(key) = of_variant(variant) {
                alike.entry(key).or_default().1.push(variant);
            }
        }
        let alike = alike.into_values();
        alike
            .filter(|(items, variants)| !items.is_empty() && !variants.is_empty())
            .collect()
    }

    /// Links what one sign says is the same; where it says so of several, `why` they are in doubt.
    fn link_by<K: Ord>(
        &mut self,
        by: By,
        why: Doubt,
        of_item: impl Fn(&'a OurItem) -> Option<K>,
        of_variant: impl Fn(&'a TheirVariant) -> Option<K>,
    ) {
        for (items, variants) in self.alike(of_item, of_variant) {
            let ids: Vec<&ShopVariantId> = variants.iter().map(|variant| &variant.id).collect();
            let verdict = match (items.as_slice(), ids.as_slice()) {
                ([_], [to]) => Verdict::Linked {
                    to: (*to).clone(),
                    by,
                },
                _ => Verdict::Review {
                    why,
                    candidates: ids.iter().map(|id| (*id).clone()).collect(),
                },
            };
            for item in items {
                self.decide(item.item, verdict.clone(), &ids);
            }
        }
    }

    /// Links one to one by what says little by itself; what it says of several is nothing.
    fn link_alike<K: Ord>(
        &mut self,
        by: By,
        skus: &Skus<'_>,
        of_item: impl Fn(&'a OurItem) -> Option<K>,
        of_variant: impl Fn(&'a TheirVariant) -> Option<K>,
    ) {
        let alike = self.alike(of_item, of_variant);
        for (items, variants) in alike {
            let ([item], [variant]) = (items.as_slice(), variants.as_slice()) else {
                continue;
            };
            // What has the SKU of another item is that item, wherever it stands.
            let sku = variant.sku.as_ref();
            if sku.is_some_and(|sku| skus.is_anothers(sku, item.item)) {
                continue;
            }
            let verdict = Verdict::Linked {
                to: variant.id.clone(),
                by,
            };
            self.decide(item.item, verdict, &[&variant.id]);
        }
    }

    /// What has an item's SKU, and was not it by anything else, is for a person to look at.
    fn doubt_of_skus(&mut self, skus: &Skus<'_>) {
        let items: Vec<&OurItem> = self.items.values().copied().collect();
        for item in items {
            let Some((why, there)) = skus.doubt_of(item) else {
                continue;
            };
            let ids: BTreeSet<&ShopVariantId> = there.iter().map(|(_, id)| *id).collect();
            let ids: Vec<&ShopVariantId> = ids.into_iter().collect();
            let candidates = ids.iter().map(|id| (*id).clone()).collect();
            self.decide(item.item, Verdict::Review { why, candidates }, &ids);
        }
    }

    fn decide(
        &mut self,
        item: ItemId,
        verdict: Verdict<ShopVariantId>,
        variants: &[&ShopVariantId],
    ) {
        self.items.remove(&item);
        self.verdicts.insert(item, verdict);
        for id in variants {
            self.variants.remove(*id);
        }
    }
}

/// Values by the names of their options: sides that order their options otherwise mean the same. `None`: a side has a
/// value of nothing, or an option without a value.
fn named<'a>(
    options: &'a [Box<str>],
    values: &'a [Box<str>],
) -> Option<BTreeMap<&'a str, &'a str>> {
    let pairs = options.iter().zip(values);
    let named = pairs.map(|(option, value)| (option.trim(), value.trim()));
    (options.len() == values.len()).then(|| named.collect())
}
