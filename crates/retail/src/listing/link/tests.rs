use uuid::Uuid;

use super::*;

fn product(n: u128) -> ProductId {
    ProductId::new(Uuid::from_u128(n))
}

fn item(n: u128) -> ItemId {
    ItemId::new(Uuid::from_u128(n))
}

pub(super) fn listing_id(text: &str) -> ShopProductId {
    ShopProductId::new(text).unwrap()
}

pub(super) fn variant_id(text: &str) -> ShopVariantId {
    ShopVariantId::new(text).unwrap()
}

fn sku(text: &str) -> Option<Sku> {
    Sku::new(text).ok()
}

/// A product whose items, `10 n + 1` and so on, have these SKUs and sizes; an empty SKU is none.
pub(super) fn ours(n: u128, items: &[(&str, &str)]) -> Ours {
    let items = items.iter().zip(1..).map(|((code, size), place)| OurItem {
        item: item(n * 10 + place),
        stored: None,
        sku: sku(code),
        values: vec![(*size).into()],
    });
    Ours {
        product: product(n),
        stored: None,
        options: vec!["Size".into()],
        items: items.collect(),
    }
}

/// A listing whose variants, `id/1` and so on, have these SKUs and sizes.
pub(super) fn theirs(id: &str, variants: &[(&str, &str)]) -> Theirs {
    let variants = variants
        .iter()
        .zip(1..)
        .map(|((code, size), place)| TheirVariant {
            id: variant_id(&format!("{id}/{place}")),
            item: None,
            sku: sku(code),
            values: vec![(*size).into()],
        });
    Theirs {
        id: listing_id(id),
        product: None,
        options: vec!["Size".into()],
        variants: variants.collect(),
    }
}

fn linked(id: &str, by: By) -> Verdict<ShopProductId> {
    Verdict::Linked {
        to: listing_id(id),
        by,
    }
}

fn review(why: Doubt, ids: &[&str]) -> Verdict<ShopProductId> {
    Verdict::Review {
        why,
        candidates: ids.iter().map(|id| listing_id(id)).collect(),
    }
}

fn variant(id: &str, by: By) -> Verdict<ShopVariantId> {
    Verdict::Linked {
        to: variant_id(id),
        by,
    }
}

fn verdicts(linking: &Linking) -> Vec<Verdict<ShopProductId>> {
    let products = linking.products.iter();
    products.map(|linked| linked.verdict.clone()).collect()
}

fn item_verdicts(linking: &Linking) -> Vec<Verdict<ShopVariantId>> {
    let items = linking.products[0].items.iter();
    items.map(|(_, verdict)| verdict.clone()).collect()
}

#[test]
fn wc_07_a_sku_that_both_sides_have_once_links() {
    let linking = link(
        &[ours(1, &[(" A ", "S"), ("B", "M")])],
        &[theirs("7", &[("B", "x"), ("A", "y"), ("C", "L")])],
    );
    assert_eq!(verdicts(&linking), [linked("7", By::Sku)]);
    assert_eq!(
        item_verdicts(&linking),
        [variant("7/2", By::Sku), variant("7/1", By::Sku)]
    );
    assert_eq!(linking.products[0].shop_only, [variant_id("7/3")]);
    assert!(linking.shop_only.is_empty());
}

#[test]
fn wc_07_a_sku_is_compared_exactly() {
    let linking = link(&[ours(1, &[("a", "S")])], &[theirs("7", &[("A", "S")])]);
    assert_eq!(verdicts(&linking), [Verdict::OnlyHere]);
    assert_eq!(linking.shop_only, [listing_id("7")]);
}

#[test]
fn wc_07_what_one_side_has_twice_is_for_a_person() {
    let in_pos = link(
        &[ours(1, &[("A", "S")]), ours(2, &[("A", "S")])],
        &[theirs("7", &[("A", "S")])],
    );
    let doubt = review(Doubt::SkuTwiceHere, &["7"]);
    assert_eq!(verdicts(&in_pos), [doubt.clone(), doubt]);
    assert!(in_pos.shop_only.is_empty());
    let in_shop = link(
        &[ours(1, &[("A", "S")])],
        &[theirs("7", &[("A", "S")]), theirs("8", &[("A", "S")])],
    );
    let doubt = review(Doubt::SkuTwiceInShop, &["7", "8"]);
    assert_eq!(verdicts(&in_shop), [doubt]);
}

#[test]
fn wc_07_a_product_is_one_listing_and_a_listing_one_product() {
    let spread = link(
        &[ours(1, &[("A", "S"), ("B", "M")])],
        &[theirs("7", &[("A", "")]), theirs("8", &[("B", "")])],
    );
    assert_eq!(verdicts(&spread), [review(Doubt::SpreadOut, &["7", "8"])]);
    let shared = link(
        &[ours(1, &[("A", "S")]), ours(2, &[("B", "S")])],
        &[theirs("7", &[("A", "S"), ("B", "M")])],
    );
    let doubt = review(Doubt::SharedListing, &["7"]);
    assert_eq!(verdicts(&shared), [doubt.clone(), doubt]);
}

#[test]
fn r_10_what_was_linked_stays_linked_whatever_notes_and_skus_say() {
    let mut shirt = ours(1, &[("A", "S")]);
    shirt.stored = Some(Stored::Linked(listing_id("8")));
    let mut other = theirs("7", &[("A", "S")]);
    other.product = Some(shirt.product);
    let linking = link(
        &[shirt.clone()],
        &[other.clone(), theirs("8", &[("Z", "S")])],
    );
    assert_eq!(verdicts(&linking), [linked("8", By::Stored)]);
    assert_eq!(linking.shop_only, [listing_id("7")]);
    shirt.stored = Some(Stored::Apart);
    let apart = link(&[shirt], &[other]);
    assert_eq!(verdicts(&apart), [Verdict::OnlyHere]);
    assert_eq!(apart.shop_only, [listing_id("7")]);
}

#[test]
fn r_10_our_note_in_the_shop_links_before_a_sku() {
    let (mut noted, decoy) = (theirs("7", &[("", "S")]), theirs("8", &[("A", "S")]));
    noted.product = Some(product(1));
    let linking = link(&[ours(1, &[("A", "S")])], &[decoy.clone(), noted.clone()]);
    assert_eq!(verdicts(&linking), [linked("7", By::Note)]);
    let values = Verdict::Linked {
        to: variant_id("7/1"),
        by: By::Values,
    };
    assert_eq!(item_verdicts(&linking), [values]);
    let mut copy = theirs("9", &[("", "S")]);
    copy.product = Some(product(1));
    let copied = link(&[ours(1, &[("A", "S")])], &[decoy, noted, copy]);
    assert_eq!(verdicts(&copied), [review(Doubt::NotedTwice, &["7", "9"])]);
}

#[test]
fn what_is_linked_elsewhere_links_nothing_else() {
    let mut first = ours(1, &[("A", "S")]);
    first.stored = Some(Stored::Linked(listing_id("7")));
    let second = ours(2, &[("B", "S")]);
    let listing = theirs("7", &[("A", "S"), ("B", "M")]);
    let taken = link(&[first.clone(), second], std::slice::from_ref(&listing));
    assert_eq!(
        verdicts(&taken),
        [linked("7", By::Stored), review(Doubt::Taken, &["7"])]
    );
    let mut third = ours(3, &[("C", "S")]);
    third.stored.clone_from(&first.stored);
    let twice = link(&[first, third], &[listing]);
    let doubt = review(Doubt::LinkedTwice, &["7"]);
    assert_eq!(verdicts(&twice), [doubt.clone(), doubt]);
}

#[test]
fn ec_07_what_the_shop_has_no_more_is_missing_until_it_is_found_again() {
    let mut shirt = ours(1, &[("A", "S")]);
    shirt.stored = Some(Stored::Linked(listing_id("6")));
    let gone = link(&[shirt.clone()], &[theirs("7", &[("B", "S")])]);
    assert_eq!(verdicts(&gone), [Verdict::Missing(listing_id("6"))]);
    let made_again = link(&[shirt], &[theirs("7", &[("A", "S")])]);
    assert_eq!(verdicts(&made_again), [linked("7", By::Sku)]);
}

#[test]
fn variants_are_linked_by_note_then_sku_then_values() {
    let mut shirt = ours(
        1,
        &[("A", "S"), ("B", "M"), ("", "L"), ("D", "XL"), ("E", "XXL")],
    );
    shirt.stored = Some(Stored::Linked(listing_id("7")));
    shirt.items[0].stored = Some(variant_id("7/3"));
    shirt.items[3].stored = Some(variant_id("7/9"));
    let mut listing = theirs(
        "7",
        &[("B", "M"), ("", "L"), ("x", "y"), ("A", "S"), ("", "EL")],
    );
    listing.variants[4].item = Some(item(12));
    let linking = link(&[shirt], &[listing]);
    assert_eq!(
        item_verdicts(&linking),
        [
            variant("7/3", By::Stored),
            variant("7/5", By::Note),
            variant("7/2", By::Values),
            Verdict::Missing(variant_id("7/9")),
            Verdict::OnlyHere,
        ]
    );
    assert_eq!(
        linking.products[0].shop_only,
        [variant_id("7/1"), variant_id("7/4")]
    );
}

#[test]
fn values_link_only_where_both_sides_have_the_same_options() {
    let mut shirt = ours(1, &[("", "S"), ("", "M")]);
    shirt.stored = Some(Stored::Linked(listing_id("7")));
    shirt.options.push("Colour".into());
    for item in &mut shirt.items {
        item.values.push("Red".into());
    }
    let mut listing = theirs("7", &[("", "S"), ("", "M")]);
    let unlike = link(std::slice::from_ref(&shirt), std::slice::from_ref(&listing));
    assert_eq!(
        item_verdicts(&unlike),
        [Verdict::OnlyHere, Verdict::OnlyHere]
    );
    listing.options.insert(0, "Colour".into());
    for variant in &mut listing.variants {
        variant.values.insert(0, "Red".into());
    }
    let alike = link(&[shirt], &[listing]);
    assert_eq!(
        item_verdicts(&alike),
        [variant("7/1", By::Values), variant("7/2", By::Values)]
    );
}

#[test]
fn the_only_item_of_a_linked_product_is_the_only_variant_of_its_listing() {
    let mut shirt = ours(1, &[("A", "S")]);
    shirt.stored = Some(Stored::Linked(listing_id("7")));
    let linking = link(
        std::slice::from_ref(&shirt),
        &[theirs("7", &[("old", "Small")])],
    );
    assert_eq!(item_verdicts(&linking), [variant("7/1", By::Only)]);
    let two = [theirs("7", &[("old", "Small"), ("", "Large")])];
    let linking = link(&[shirt], &two);
    assert_eq!(item_verdicts(&linking), [Verdict::OnlyHere]);
}

#[test]
fn a_variant_that_has_anothers_sku_is_not_linked_by_its_values() {
    let mut shirt = ours(1, &[("A", "S")]);
    shirt.stored = Some(Stored::Linked(listing_id("7")));
    let trousers = ours(2, &[("B", "S")]);
    let linking = link(&[shirt, trousers], &[theirs("7", &[("B", "S")])]);
    assert_eq!(item_verdicts(&linking), [Verdict::OnlyHere]);
    assert_eq!(linking.products[1].verdict, review(Doubt::Taken, &["7"]));
}

#[test]
fn a_sku_that_another_listing_has_is_for_a_person() {
    let mut shirt = ours(1, &[("A", "S"), ("B", "M")]);
    shirt.stored = Some(Stored::Linked(listing_id("7")));
    let linking = link(
        &[shirt],
        &[theirs("7", &[("A", "S")]), theirs("8", &[("B", "M")])],
    );
    let doubt = Verdict::Review {
        why: Doubt::Taken,
        candidates: vec![variant_id("8/1")],
    };
    assert_eq!(item_verdicts(&linking), [variant("7/1", By::Sku), doubt]);
}

#[test]
fn a_doubt_is_read_by_its_name() {
    for doubt in Doubt::ALL {
        assert_eq!(Doubt::read(doubt.as_str()), Some(doubt));
    }
    assert_eq!(Doubt::read("a feeling"), None);
}
