//! Links as rows of a file.

use retail::listing::ShopProductId;
use retail::listing::link::file::{Row, write};
use retail::listing::link::{By, Doubt, LinkedProduct, Linking, OurItem, Ours, Stored, Verdict};

use crate::store::{LinkView, Standing};

/// A row for each item, then one for each variant of theirs that only the shop has.
pub fn rows(views: &[LinkView]) -> Vec<Row> {
    let ours: Vec<Ours> = views.iter().map(ours).collect();
    let linking = Linking {
        products: views.iter().map(linked).collect(),
        shop_only: Vec::new(),
    };
    write(&ours, &[], &linking).collect()
}

fn ours(view: &LinkView) -> Ours {
    let linked = view.shop_product.clone().map(Stored::Linked);
    let items = view.items.iter().map(|item| OurItem {
        item: item.item,
        stored: item.variant.clone(),
        sku: item.sku.clone(),
        values: Vec::new(),
    });
    Ours {
        product: view.product,
        stored: linked.or((view.standing == Standing::Apart).then_some(Stored::Apart)),
        options: Vec::new(),
        items: items.collect(),
    }
}

fn linked(view: &LinkView) -> LinkedProduct {
    let verdict = verdict(view);
    let items = match &verdict {
        Verdict::Linked { .. } => view.items.iter().map(|item| {
            let verdict = item
                .variant
                .clone()
                .map_or(Verdict::OnlyHere, |to| Verdict::Linked {
                    to,
                    by: By::Stored,
                });
            (item.item, verdict)
        }),
        Verdict::Review { .. } | Verdict::Missing(_) | Verdict::OnlyHere => {
            return LinkedProduct {
                product: view.product,
                verdict,
                items: Vec::new(),
                shop_only: Vec::new(),
            };
        }
    };
    LinkedProduct {
        product: view.product,
        items: items.collect(),
        verdict,
        shop_only: view.shop_only.clone(),
    }
}

/// What is kept of it, as linking would say it.
fn verdict(view: &LinkView) -> Verdict<ShopProductId> {
    match view.standing {
        Standing::Review => Verdict::Review {
            why: view.doubt.unwrap_or_else(|| of_items(view)),
            candidates: view.candidates.clone(),
        },
        Standing::Missing => (view.gone.clone()).map_or(Verdict::OnlyHere, Verdict::Missing),
        Standing::Wanted
        | Standing::Linked
        | Standing::Refused
        | Standing::Deleted
        | Standing::Apart => {
            view.shop_product
                .clone()
                .map_or(Verdict::OnlyHere, |to| Verdict::Linked {
                    to,
                    by: By::Stored,
                })
        }
    }
}

/// Of a product that is in review for its items alone, why the first of them is.
fn of_items(view: &LinkView) -> Doubt {
    let doubts = view.items.iter().filter_map(|item| item.doubt.as_ref());
    doubts.map(|(why, _)| *why).min().unwrap_or(Doubt::Taken)
}

#[cfg(test)]
mod tests {
    use retail::{ItemId, ProductId, ShopVariantId, Sku};
    use uuid::Uuid;

    use super::*;
    use crate::store::ItemLinkView;

    fn view(standing: Standing) -> LinkView {
        let id = |text| ShopProductId::new(text).unwrap();
        let is_linked = standing == Standing::Linked;
        let item = ItemLinkView {
            item: ItemId::new(Uuid::from_u128(2)),
            sku: Sku::new("A").ok(),
            variant: is_linked.then(|| ShopVariantId::new("v1").unwrap()),
            doubt: None,
        };
        LinkView {
            product: ProductId::new(Uuid::from_u128(1)),
            name: "Mug".to_owned(),
            standing,
            shop_product: is_linked.then(|| id("7")),
            gone: (standing == Standing::Missing).then(|| id("6")),
            doubt: (standing == Standing::Review).then_some(Doubt::SkuTwiceInShop),
            candidates: match standing {
                Standing::Review => vec![id("7"), id("8")],
                Standing::Wanted
                | Standing::Linked
                | Standing::Missing
                | Standing::Refused
                | Standing::Deleted
                | Standing::Apart => Vec::new(),
            },
            not_these: Vec::new(),
            left_to_shop: Vec::new(),
            items: vec![item],
            shop_only: vec![ShopVariantId::new("v2").unwrap()],
        }
    }

    #[test]
    fn wc_07_what_is_kept_of_a_link_is_a_row() {
        let told = |standing| {
            let rows = rows(&[view(standing)]);
            let row = |row: &Row| row[3..].join("|");
            rows.iter().map(row).collect::<Vec<_>>()
        };
        for (standing, expected) in [
            (
                Standing::Linked,
                vec!["7|v1|linked|linked before", "7|v2|only_in_shop|"],
            ),
            (Standing::Apart, vec!["||apart|"]),
            (Standing::Wanted, vec!["||only_in_pos|"]),
            (
                Standing::Missing,
                vec!["6||missing|the shop has it no more"],
            ),
            (
                Standing::Review,
                vec!["||review|the shop has this SKU several times: 7, 8"],
            ),
        ] {
            assert_eq!(told(standing), expected, "{standing:?}");
        }
    }
}
