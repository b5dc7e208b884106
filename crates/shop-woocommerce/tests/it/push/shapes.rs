//! One thing, one in variations, and what becomes of a product on its way from hidden to sold to gone.

use http::Method;
use retail::listing::Variant;
use serde_json::json;
use shop::push::{Outcome, Push as _, PushReason};

use super::goods::{mug, shirt};
use super::shop::Told;

#[tokio::test]
async fn ec_06_one_thing_is_on_sale_when_it_and_its_product_are() {
    let told = Told::new().await;
    let mut wanted = mug(7);
    let made = told.made(&wanted).await;
    let path = format!("products/{}", made.id.as_str());
    let mut shop = made;
    for (product, variant, status) in [
        (true, true, "publish"),
        (true, false, "private"),
        (false, false, "pending"),
        (false, true, "draft"),
        (true, true, "publish"),
    ] {
        wanted.is_on_sale = product;
        wanted.variants[0].is_on_sale = variant;
        shop = told.changed(&wanted, &shop).await;
        let now = told.staff(Method::GET, &path, None).await;
        assert_eq!(now["status"], status);
        assert_eq!(
            (shop.is_on_sale, shop.variants[0].is_on_sale),
            (product, variant)
        );
    }
}

#[tokio::test]
async fn ec_06_a_single_variant_is_taken_off_sale_and_put_back() {
    let told = Told::new().await;
    let mut wanted = shirt(3, &["P", "M"]);
    let made = told.made(&wanted).await;
    let mut shop = told.changed(&wanted, &made).await;
    for is_on_sale in [false, true] {
        wanted.variants[1].is_on_sale = is_on_sale;
        shop = told.changed(&wanted, &shop).await;
        let path = format!(
            "products/{}/variations/{}",
            shop.id.as_str(),
            shop.variants[1].id
        );
        let now = told.staff(Method::GET, &path, None).await;
        assert_eq!(
            now["status"],
            if is_on_sale { "publish" } else { "private" }
        );
        assert!(shop.is_on_sale && shop.variants[0].is_on_sale);
    }
}

/// Before, it goes by our id; buyers see an address made of its name.
#[tokio::test]
async fn ec_08_what_goes_on_sale_gets_an_address_of_its_own() {
    let told = Told::new().await;
    let mut wanted = mug(7);
    wanted.variants[0].sku = None;
    wanted.variants[0].barcode = None;
    let made = told.made(&wanted).await;
    assert_eq!(
        told.find(wanted.product).await.len(),
        1,
        "without a SKU too"
    );
    let path = format!("products/{}", made.id.as_str());
    told.changed(&wanted, &made).await;
    let now = told.staff(Method::GET, &path, None).await;
    assert_eq!(now["slug"], "mug-7-saucer");
    told.staff(Method::PUT, &path, Some(json!({"slug": "tasse"})))
        .await;
    for is_on_sale in [false, true] {
        let shop = told.read(&made).await;
        wanted.is_on_sale = is_on_sale;
        told.changed(&wanted, &shop).await;
        let now = told.staff(Method::GET, &path, None).await;
        assert_eq!(now["slug"], "tasse", "the shop's own address is its own");
    }
}

#[tokio::test]
async fn ec_05_one_thing_comes_in_sizes_and_is_one_again() {
    let told = Told::new().await;
    let one = mug(7);
    let made = told.made(&one).await;
    let shop = told.changed(&one, &made).await;
    let mut sizes = one.clone();
    sizes.options = vec!["Taille".into()];
    sizes.variants[0].values = vec!["M".into()];
    sizes.variants.push(Variant {
        values: vec!["G".into()],
        ..shirt(3, &["G"]).variants[0].clone()
    });
    let told_ids = match told.change(&sizes, &shop).await {
        Outcome::Done(changed) => changed.variants,
        other => panic!("{other:?}"),
    };
    let items: Vec<_> = told_ids.iter().map(|(item, ..)| *item).collect();
    assert_eq!(items, [sizes.variants[0].item, sizes.variants[1].item]);
    let shop = told.read(&shop).await;
    let left = super::shop::row(&sizes, &shop).change;
    assert!(left.is_empty(), "{left:?}");
    assert!(
        shop.variants
            .iter()
            .all(|variant| variant.id.as_str() != shop.id.as_str())
    );
    let told_ids = match told.change(&one, &shop).await {
        Outcome::Done(changed) => changed.variants,
        other => panic!("{other:?}"),
    };
    assert_eq!(told_ids[0].1.as_str(), shop.id.as_str());
    let shop = told.read(&shop).await;
    let left = super::shop::row(&one, &shop).change;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn ec_05_a_product_with_variations_of_the_shops_own_stays_in_variations() {
    let told = Told::new().await;
    let sizes = shirt(3, &["P", "M"]);
    let made = told.made(&sizes).await;
    let path = format!("products/{}/variations", made.id.as_str());
    let own = json!({"attributes": [{"name": "Taille", "option": "P"}]});
    told.staff(Method::POST, &path, Some(own)).await;
    let shop = told.read(&made).await;
    let mut one = shirt(3, &["P"]);
    one.options = Vec::new();
    one.variants[0].values = Vec::new();
    match told.change(&one, &shop).await {
        Outcome::Refused(refusal) => assert_eq!(refusal.why, PushReason::Invalid),
        other => panic!("{other:?}"),
    }
    assert_eq!(told.read(&made).await.variants.len(), 3);
}

/// A variant that is wanted no more keeps its SKU in the trash: it is taken from it where another is to have it.
#[tokio::test]
async fn ec_05_a_sku_goes_from_a_variant_that_goes_to_one_that_comes() {
    let told = Told::new().await;
    let mut wanted = shirt(3, &["P", "M"]);
    let made = told.made(&wanted).await;
    let mut heir = shirt(4, &["G"]).variants.remove(0);
    heir.sku = wanted.variants[1].sku.clone();
    wanted.variants[1] = heir;
    let shop = told.changed(&wanted, &made).await;
    let skus: Vec<_> = shop
        .variants
        .iter()
        .map(|variant| variant.sku.clone())
        .collect();
    assert_eq!(
        skus,
        [
            wanted.variants[0].sku.clone(),
            wanted.variants[1].sku.clone()
        ]
    );
}

#[tokio::test]
async fn ec_07_what_is_deleted_is_in_the_trash_and_keeps_its_sku() {
    let told = Told::new().await;
    let wanted = mug(7);
    let made = told.made(&wanted).await;
    let ids = [made.id.clone()];
    let deleted = told.platform().delete(told.to(), &ids).await;
    assert_eq!(deleted, Ok(vec![Outcome::Done(())]));
    let path = format!("products/{}", made.id.as_str());
    let now = told.staff(Method::GET, &path, None).await;
    assert_eq!(now["status"], "trash", "old orders find it there");
    // On sale again? It would come out of the trash by itself.
    assert_eq!(told.change(&wanted, &made).await, Outcome::Missing);
    let now = told.staff(Method::GET, &path, None).await;
    assert_eq!(now["status"], "trash");
    match told.create(&wanted).await {
        Outcome::Refused(refusal) => assert_eq!(refusal.why, PushReason::SkuTaken),
        other => panic!("{other:?}"),
    }
    told.staff(Method::DELETE, &format!("{path}?force=true"), None)
        .await;
    assert!(told.find(wanted.product).await.is_empty());
    told.made(&wanted).await;
}

/// WooCommerce would make two values of it.
#[tokio::test]
async fn ec_01_a_value_that_the_shop_would_take_apart_is_refused() {
    let told = Told::new().await;
    match told.create(&shirt(3, &["P|M"])).await {
        Outcome::Refused(refusal) => assert_eq!(refusal.why, PushReason::Invalid),
        other => panic!("{other:?}"),
    }
    assert!(told.writes().is_empty());
}
