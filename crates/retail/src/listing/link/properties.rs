use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const SKUS: [&str; 5] = ["", "A", "B", "C", "D"];
const SIZES: [&str; 3] = ["S", "M", "L"];

fn product(n: u128) -> ProductId {
    ProductId::new(Uuid::from_u128(n))
}

fn listing(n: usize) -> ShopProductId {
    ShopProductId::new(&n.to_string()).unwrap()
}

fn sku() -> impl Strategy<Value = Option<Sku>> {
    (0..SKUS.len()).prop_map(|place| Sku::new(SKUS[place]).ok())
}

/// A SKU, and which of the other side it was linked to or notes, if any.
type Part = (Option<Sku>, Option<(usize, usize)>);

/// Items of a product, or variants of a listing.
fn parts() -> impl Strategy<Value = Vec<Part>> {
    let link = proptest::option::weighted(0.3, (0..4_usize, 0..3_usize));
    proptest::collection::vec((sku(), link), 1..=3)
}

fn stored() -> impl Strategy<Value = Option<Stored>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some(Stored::Apart)),
        2 => (0..4_usize).prop_map(|n| Some(Stored::Linked(listing(n)))),
    ]
}

fn variant_id(n: usize, place: usize) -> ShopVariantId {
    ShopVariantId::new(&format!("{n}/{place}")).unwrap()
}

fn item_id(n: usize, place: usize) -> ItemId {
    ItemId::new(Uuid::from_u128((n * 10 + place) as u128))
}

fn shelves() -> impl Strategy<Value = (Vec<Ours>, Vec<Theirs>)> {
    let ours = proptest::collection::vec((stored(), parts()), 0..4);
    let theirs =
        proptest::collection::vec((proptest::option::weighted(0.3, 0..4_u128), parts()), 0..4);
    (ours, theirs).prop_map(|(ours, theirs)| {
        let ours = ours.into_iter().enumerate().map(|(n, (stored, items))| {
            let items = items.into_iter().enumerate();
            let items = items.map(|(place, (sku, link))| OurItem {
                item: item_id(n, place),
                stored: link.map(|(listing, place)| variant_id(listing, place)),
                sku,
                values: vec![SIZES[place].into()],
            });
            Ours {
                product: product(n as u128),
                stored,
                options: vec!["Size".into()],
                items: items.collect(),
            }
        });
        let theirs = theirs.into_iter().enumerate().map(|(n, (note, variants))| {
            let variants = variants.into_iter().enumerate();
            let variants = variants.map(|(place, (sku, note))| TheirVariant {
                id: variant_id(n, place),
                item: note.map(|(product, place)| item_id(product, place)),
                sku,
                values: vec![SIZES[place].into()],
            });
            Theirs {
                id: listing(n),
                product: note.map(product),
                options: vec!["Size".into()],
                variants: variants.collect(),
            }
        });
        (ours.collect(), theirs.collect())
    })
}

fn links(linking: &Linking) -> Vec<(ProductId, &ShopProductId, By)> {
    let products = linking.products.iter();
    products
        .filter_map(|linked| match &linked.verdict {
            Verdict::Linked { to, by } => Some((linked.product, to, *by)),
            Verdict::Review { .. } | Verdict::Missing(_) | Verdict::OnlyHere => None,
        })
        .collect()
}

fn item_links(linking: &Linking) -> Vec<(ItemId, &ShopVariantId, By)> {
    let items = linking.products.iter().flat_map(|linked| &linked.items);
    items
        .filter_map(|(item, verdict)| match verdict {
            Verdict::Linked { to, by } => Some((*item, to, *by)),
            Verdict::Review { .. } | Verdict::Missing(_) | Verdict::OnlyHere => None,
        })
        .collect()
}

/// As it would be kept.
fn kept(ours: &[Ours], linking: &Linking) -> Vec<Ours> {
    let mut kept = ours.to_vec();
    for ours in &mut kept {
        for (product, to, _) in links(linking) {
            if product == ours.product {
                ours.stored = Some(Stored::Linked(to.clone()));
            }
        }
        for item in &mut ours.items {
            for (linked, to, _) in item_links(linking) {
                if linked == item.item {
                    item.stored = Some(to.clone());
                }
            }
        }
    }
    kept
}

proptest! {
    #[test]
    fn wc_07_no_product_is_two_listings_and_no_listing_two_products((ours, theirs) in shelves()) {
        let linking = link(&ours, &theirs);
        prop_assert_eq!(linking.products.len(), ours.len());
        let links = links(&linking);
        let listings: BTreeSet<_> = links.iter().map(|(_, to, _)| *to).collect();
        prop_assert_eq!(listings.len(), links.len());
        let item_links = item_links(&linking);
        let variants: BTreeSet<_> = item_links.iter().map(|(_, to, _)| *to).collect();
        prop_assert_eq!(variants.len(), item_links.len());
        for id in &linking.shop_only {
            prop_assert!(!listings.contains(id));
        }
    }

    #[test]
    fn the_order_in_which_they_come_means_nothing(
        (ours, theirs) in shelves(),
        turn in 0..4_usize,
    ) {
        let linking = link(&ours, &theirs);
        let (mut turned, mut shop) = (ours, theirs);
        turned.reverse();
        shop.reverse();
        let places = turned.len().max(1);
        turned.rotate_left(turn % places);
        for product in &mut turned {
            product.items.reverse();
        }
        for listing in &mut shop {
            listing.variants.reverse();
        }
        prop_assert_eq!(linking, link(&turned, &shop));
    }

    /// Linking again what was linked changes nothing.
    #[test]
    fn r_10_what_is_linked_stays_linked((ours, theirs) in shelves()) {
        let first = link(&ours, &theirs);
        let again = link(&kept(&ours, &first), &theirs);
        let pairs = |linking: &Linking| -> Vec<_> {
            let links = links(linking).into_iter();
            links.map(|(product, to, _)| (product, to.clone())).collect()
        };
        let item_pairs = |linking: &Linking| -> Vec<_> {
            let links = item_links(linking).into_iter();
            links.map(|(item, to, _)| (item, to.clone())).collect()
        };
        let (before, now) = (pairs(&first), pairs(&again));
        prop_assert!(before.iter().all(|pair| now.contains(pair)), "{before:?} {now:?}");
        let (before, now) = (item_pairs(&first), item_pairs(&again));
        prop_assert!(before.iter().all(|pair| now.contains(pair)), "{before:?} {now:?}");
    }

    #[test]
    fn wc_07_a_sku_links_only_where_both_sides_have_it_once((ours, theirs) in shelves()) {
        let linking = link(&ours, &theirs);
        let here = |sku: &Sku| {
            let items = ours.iter().flat_map(|ours| &ours.items);
            items.filter(|item| item.sku.as_ref() == Some(sku)).count()
        };
        let there = |sku: &Sku| {
            let variants = theirs.iter().flat_map(|theirs| &theirs.variants);
            variants.filter(|variant| variant.sku.as_ref() == Some(sku)).count()
        };
        for (id, _, _) in item_links(&linking).into_iter().filter(|(_, _, by)| *by == By::Sku) {
            let items = ours.iter().flat_map(|ours| &ours.items);
            let sku = items.clone().find(|item| item.item == id).unwrap().sku.as_ref().unwrap();
            prop_assert_eq!((here(sku), there(sku)), (1, 1));
        }
    }
}
