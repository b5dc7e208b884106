use std::collections::BTreeMap;

use super::{Row, Standing};
use crate::listing::ShopProductId;
use crate::listing::link::{LinkedProduct, Linking, OurItem, Ours, Stored, Theirs, Verdict};
use crate::{ProductId, ShopVariantId};

/// A row for each item, then one for each variant that only the shop has. `linking` is what [`super::super::link`] made
/// of `ours` and `theirs`.
pub fn write<'a>(
    ours: &'a [Ours],
    theirs: &'a [Theirs],
    linking: &'a Linking,
) -> impl Iterator<Item = Row> + 'a {
    let ours: BTreeMap<ProductId, &Ours> = ours.iter().map(|ours| (ours.product, ours)).collect();
    let theirs: BTreeMap<&ShopProductId, &Theirs> =
        theirs.iter().map(|theirs| (&theirs.id, theirs)).collect();
    let products = linking.products.iter();
    let of_pos =
        products.filter_map(move |linked| Some(of_product(ours.get(&linked.product)?, linked)));
    let left_over = linking.products.iter().flat_map(|linked| {
        let listing = match &linked.verdict {
            Verdict::Linked { to, by: _ } => Some(to),
            Verdict::Review { .. } | Verdict::Missing(_) | Verdict::OnlyHere => None,
        };
        let left = linked.shop_only.iter();
        left.filter_map(move |variant| Some((listing?, variant)))
    });
    let only_in_shop = linking.shop_only.iter().flat_map(move |id| {
        let variants = theirs.get(id).map_or(&[][..], |theirs| &theirs.variants);
        variants.iter().map(move |variant| (id, &variant.id))
    });
    of_pos
        .flatten()
        .chain(left_over.chain(only_in_shop).map(of_shop))
}

fn of_product<'a>(ours: &'a Ours, linked: &'a LinkedProduct) -> impl Iterator<Item = Row> + 'a {
    let verdicts: BTreeMap<_, _> = linked
        .items
        .iter()
        .map(|(id, verdict)| (*id, verdict))
        .collect();
    ours.items.iter().map(move |item| {
        let row = match verdicts.get(&item.item) {
            Some(verdict) => said(verdict, ShopVariantId::as_str),
            None => said(&linked.verdict, ShopProductId::as_str),
        };
        let is_apart = ours.stored == Some(Stored::Apart);
        of_item(ours, item, &linked.verdict, row, is_apart)
    })
}

/// What is said of a verdict: its standing, what it is or was linked to, and why.
struct Said<'a> {
    standing: Standing,
    to: &'a str,
    why: String,
}

fn said<T>(verdict: &Verdict<T>, id: impl Fn(&T) -> &str) -> Said<'_> {
    match verdict {
        Verdict::Linked { to, by } => Said {
            standing: Standing::Linked,
            to: id(to),
            why: by.words().to_owned(),
        },
        Verdict::Review { why, candidates } => {
            let candidates: Vec<&str> = candidates.iter().map(id).collect();
            Said {
                standing: Standing::Review,
                to: "",
                why: format!("{}: {}", why.words(), candidates.join(", ")),
            }
        }
        Verdict::Missing(gone) => Said {
            standing: Standing::Missing,
            to: id(gone),
            why: "the shop has it no more".to_owned(),
        },
        Verdict::OnlyHere => Said {
            standing: Standing::OnlyInPos,
            to: "",
            why: String::new(),
        },
    }
}

fn of_item(
    ours: &Ours,
    item: &OurItem,
    product: &Verdict<ShopProductId>,
    said: Said<'_>,
    is_apart: bool,
) -> Row {
    let (shop_product, shop_variant) = match product {
        Verdict::Linked { to, by: _ } => (to.as_str(), said.to),
        Verdict::Missing(gone) => (gone.as_str(), ""),
        Verdict::Review { .. } | Verdict::OnlyHere => ("", ""),
    };
    let standing = if is_apart {
        Standing::Apart
    } else {
        said.standing
    };
    [
        ours.product.to_string(),
        item.item.to_string(),
        item.sku
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        shop_product.to_owned(),
        shop_variant.to_owned(),
        standing.as_str().to_owned(),
        said.why,
    ]
}

fn of_shop((product, variant): (&ShopProductId, &ShopVariantId)) -> Row {
    let none = String::new;
    [
        none(),
        none(),
        none(),
        product.as_str().to_owned(),
        variant.to_string(),
        Standing::OnlyInShop.as_str().to_owned(),
        none(),
    ]
}
