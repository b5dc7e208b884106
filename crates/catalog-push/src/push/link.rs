//! Which of a shop's listings a product is (WC-7).

use std::collections::BTreeMap;

use retail::catalogue::Product;
use retail::listing::{ShopListing, ShopProductId};
use retail::{ItemId, ProductId, ShopVariantId, Sku};

/// What is to be done with a product that has no listing yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// It is this one, whose variants are these items.
    To(Box<ShopListing>),
    /// The shop has none.
    Make,
    /// It may be several, or one that is another's: a person says which.
    Review(Vec<ShopProductId>),
}

/// `found` is all that the shop has with our id or one of our SKUs; `taken` says whose a listing is already.
#[must_use]
pub fn link(
    product: &Product,
    found: &[ShopListing],
    taken: &BTreeMap<ShopProductId, ProductId>,
) -> Link {
    let is_free = |listing: &&ShopListing| {
        taken
            .get(&listing.id)
            .is_none_or(|other| *other == product.id)
            && listing.product.is_none_or(|says| says == product.id)
    };
    let named: Vec<&ShopListing> = found
        .iter()
        .filter(|listing| listing.product == Some(product.id))
        .filter(is_free)
        .collect();
    let skus: Vec<&Sku> = product
        .variants
        .iter()
        .filter_map(|it| it.sku.as_ref())
        .collect();
    let holds = |listing: &ShopListing| {
        let mut variants = listing.variants.iter();
        variants.any(|it| it.sku.as_ref().is_some_and(|sku| skus.contains(&sku)))
    };
    let by_sku: Vec<&ShopListing> = found.iter().filter(|listing| holds(listing)).collect();
    match (named.as_slice(), by_sku.as_slice()) {
        ([one], _) => to(product, one),
        ([], []) => Link::Make,
        ([], [one]) if is_free(one) && is_unique(one, &skus) => to(product, one),
        ([], several) | (several, _) => review(several),
    }
}

fn review(several: &[&ShopListing]) -> Link {
    Link::Review(several.iter().map(|listing| listing.id.clone()).collect())
}

/// Whether no SKU of ours is on two of its variants.
fn is_unique(listing: &ShopListing, skus: &[&Sku]) -> bool {
    skus.iter().all(|sku| {
        let same = listing.variants.iter();
        same.filter(|it| it.sku.as_ref() == Some(*sku)).count() <= 1
    })
}

/// With its variants named: by what the shop says, by SKU, by their values, or because there is one on each side.
fn to(product: &Product, listing: &ShopListing) -> Link {
    let mut listing = listing.clone();
    listing.product = Some(product.id);
    let mut named: BTreeMap<ItemId, ShopVariantId> = BTreeMap::new();
    let same_options = listing.options == product.options;
    let is_single = product.variants.len() == 1 && listing.variants.len() == 1;
    for rule in 0..4 {
        for ours in &product.variants {
            if named.contains_key(&ours.item) {
                continue;
            }
            let free = listing.variants.iter().filter(|theirs| {
                let is_named = named.values().any(|id| *id == theirs.id);
                !is_named
                    && match rule {
                        0 => theirs.item == Some(ours.item),
                        1 => ours.sku.is_some() && theirs.sku == ours.sku,
                        2 => {
                            same_options && !ours.values.is_empty() && theirs.values == ours.values
                        }
                        _ => is_single,
                    }
            });
            let free: Vec<&ShopVariantId> = free.map(|theirs| &theirs.id).collect();
            if let [one] = free.as_slice() {
                named.insert(ours.item, (*one).clone());
            }
        }
    }
    for theirs in &mut listing.variants {
        let ours = named.iter().find(|(_, id)| **id == theirs.id);
        theirs.item = ours.map(|(item, _)| *item);
    }
    Link::To(Box::new(listing))
}

#[cfg(test)]
mod tests {
    use retail::catalogue::{Price, Reorder, Supply, TaxRate, Variant};
    use retail::listing::ShopVariant;
    use retail::{Currency, Money};
    use uuid::Uuid;

    use super::*;

    fn product(skus: &[&str]) -> Product {
        let variant = |(n, sku): (u128, &&str)| Variant {
            item: ItemId::new(Uuid::from_u128(100 + n)),
            values: vec![sku.to_lowercase().into()],
            sku: Sku::new(sku).ok(),
            barcode: None,
            price: Price {
                amount: Money::new(100, Currency::EUR),
                includes_tax: true,
            },
            supply: Supply {
                code: "".into(),
                price: None,
                reorder: Reorder::default(),
            },
            weight_mg: None,
            parcel: None,
            image: None,
            is_active: true,
        };
        Product {
            id: ProductId::new(Uuid::from_u128(1)),
            name: "Shirt".into(),
            description: "".into(),
            brand: "".into(),
            category: "".into(),
            supplier: "".into(),
            handle: "".into(),
            tags: Vec::new(),
            tax: TaxRate::default(),
            options: vec!["Size".into()],
            variants: (0..).zip(skus).map(variant).collect(),
            images: Vec::new(),
        }
    }

    fn listing(id: &str, skus: &[&str]) -> ShopListing {
        let variant = |sku: &&str| ShopVariant {
            id: ShopVariantId::new(&format!("{id}-{sku}")).unwrap(),
            stock_id: None,
            item: None,
            values: vec![sku.to_lowercase().into()],
            sku: Sku::new(sku).ok(),
            barcode: None,
            price: None,
            weight: None,
            dimensions: None,
            is_on_sale: true,
            image: None,
            quantity: None,
        };
        ShopListing {
            id: ShopProductId::new(id).unwrap(),
            product: None,
            title: "x".into(),
            description: "".into(),
            brand: "".into(),
            is_on_sale: true,
            options: vec!["Size".into()],
            variants: skus.iter().map(variant).collect(),
            images: Vec::new(),
        }
    }

    fn items(link: &Link) -> Vec<Option<u128>> {
        let Link::To(listing) = link else {
            panic!("{link:?}");
        };
        let items = listing.variants.iter().map(|it| it.item);
        items
            .map(|item| item.map(|item| item.uuid().as_u128()))
            .collect()
    }

    #[test]
    fn wc_07_a_unique_sku_is_the_same_thing() {
        let ours = product(&["A", "B"]);
        let found = [listing("7", &["B", "X", "A"])];
        let link = link(&ours, &found, &BTreeMap::new());
        assert_eq!(items(&link), [Some(101), None, Some(100)]);
    }

    #[test]
    fn wc_07_a_sku_that_is_not_unique_is_for_a_person() {
        let ours = product(&["A"]);
        let none = BTreeMap::new();
        let two = [listing("7", &["A"]), listing("8", &["A"])];
        let ids = ["7", "8"].map(|id| ShopProductId::new(id).unwrap());
        assert_eq!(link(&ours, &two, &none), Link::Review(ids.to_vec()));
        let twice = [listing("7", &["A", "A"])];
        assert_eq!(link(&ours, &twice, &none), Link::Review(ids[..1].to_vec()));
        assert_eq!(link(&ours, &[], &none), Link::Make);
    }

    #[test]
    fn what_says_that_it_is_ours_is_whatever_else_holds_the_sku() {
        let ours = product(&["A"]);
        let mut noted = listing("8", &["Z"]);
        noted.product = Some(ours.id);
        let found = [listing("7", &["A"]), noted];
        let link = link(&ours, &found, &BTreeMap::new());
        assert_eq!(items(&link), [Some(100)], "there is one on each side");
    }

    #[test]
    fn a_listing_of_another_product_is_not_taken() {
        let ours = product(&["A"]);
        let found = [listing("7", &["A"])];
        let id = found[0].id.clone();
        let other = ProductId::new(Uuid::from_u128(2));
        let taken = BTreeMap::from([(id.clone(), other)]);
        assert_eq!(link(&ours, &found, &taken), Link::Review(vec![id.clone()]));
        let mut noted = listing("7", &["A"]);
        noted.product = Some(other);
        assert_eq!(
            link(&ours, &[noted], &BTreeMap::new()),
            Link::Review(vec![id])
        );
    }
}
