//! All that a shop has.

use std::collections::BTreeSet;

use http::Method;
use shop::push::{Push as _, Sought};

use super::goods::mug;
use super::shop::Told;

#[tokio::test]
async fn r_05_every_product_is_listed_though_others_are_deleted_meanwhile() {
    let told = Told::new().await;
    let mut made = Vec::new();
    for n in 0..130 {
        made.push(told.made(&mug(n)).await.id);
    }
    let mut seen = BTreeSet::new();
    let mut after = None;
    for page in 0.. {
        let listed = told
            .platform()
            .pages(told.to(), after.as_ref())
            .await
            .unwrap();
        seen.extend(listed.listings.into_iter().map(|listing| listing.id));
        after = listed.next;
        if after.is_none() {
            break;
        }
        // Three of those that were listed go, and all that follow move up.
        for id in made.drain(..3) {
            let path = format!("products/{}", id.as_str());
            told.staff(Method::DELETE, &path, None).await;
        }
        assert!(page < 10, "the listing goes on");
    }
    for id in &made {
        assert!(seen.contains(id), "{id:?} is not listed");
    }
}

/// What the shop has had before we came: found by its SKUs, of variations too, whole.
#[tokio::test]
async fn wc_07_what_the_shop_has_is_found_by_sku_and_can_be_told() {
    let told = Told::new().await;
    let skus = ["SIM-00000", "sim-00008", "SIM-00009", "no such SKU"];
    let sought = Sought {
        products: Vec::new(),
        skus: skus.map(|sku| retail::Sku::new(sku).unwrap()).into(),
    };
    let mut found = told.platform().find(told.to(), &sought).await.unwrap();
    found.sort_by_key(|found| found.variants.len());
    let counts: Vec<usize> = found.iter().map(|found| found.variants.len()).collect();
    assert_eq!(counts, [1, 2], "two of the variations are of one product");
    assert!(found.iter().all(|found| found.product.is_none()));
    let mut linked = found[0].clone();
    let mut wanted = mug(7);
    linked.variants[0].item = Some(wanted.variants[0].item);
    wanted.variants[0].sku = linked.variants[0].sku.clone();
    let shop = told.changed(&wanted, &linked).await;
    assert_eq!(
        shop.product,
        Some(wanted.product),
        "from now on it says whose it is"
    );
    let left = super::shop::row(&wanted, &shop).change;
    assert!(left.is_empty(), "{left:?}");
}
