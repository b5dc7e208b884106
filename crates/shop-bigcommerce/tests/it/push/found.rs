use http::Method;
use retail::ProductId;
use serde_json::json;
use shop::push::{Outcome, Push as _};
use uuid::Uuid;

use super::{World, mug, shirt};

#[tokio::test]
async fn wc_07_a_listing_is_found_by_our_id_and_by_the_skus_of_products_and_of_variants() {
    let world = World::open().await;
    let (mug_made, shirt_made) = (world.create(&mug()).await, world.create(&shirt()).await);
    let nobody = ProductId::new(Uuid::from_u128(999));
    let ids = |found: Vec<retail::listing::ShopListing>| -> Vec<String> {
        found
            .iter()
            .map(|listing| listing.id.as_str().to_owned())
            .collect()
    };
    assert_eq!(
        ids(world.find(mug().product, &[]).await),
        [mug_made.id.as_str()]
    );
    assert_eq!(
        ids(world.find(nobody, &["mug"]).await),
        [mug_made.id.as_str()]
    );
    assert_eq!(
        ids(world.find(nobody, &["shirt-m"]).await),
        [shirt_made.id.as_str()]
    );
    assert_eq!(
        ids(world
            .find(mug().product, &["SHIRT-S", "SHIRT-M", "SIM-1"])
            .await),
        ["70001", mug_made.id.as_str(), shirt_made.id.as_str()],
        "each once"
    );
    assert!(world.find(nobody, &["NOTHING", "a,b"]).await.is_empty());
}

#[tokio::test]
async fn a_sku_with_a_comma_is_one_sku() {
    let world = World::open().await;
    let mut wanted = mug();
    wanted.variants[0].sku = Some(retail::Sku::new("MUG,BLUE").unwrap());
    world.create(&wanted).await;
    let nobody = ProductId::new(Uuid::from_u128(999));
    assert_eq!(world.find(nobody, &["MUG,BLUE"]).await.len(), 1);
    assert!(world.find(nobody, &["MUG", "BLUE"]).await.is_empty());
}

#[tokio::test]
async fn r_10_our_id_finds_a_product_whatever_somebody_made_of_its_sku_and_its_name() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    let path = format!("/v3/catalog/products/{}", made.id.as_str());
    world.by_hand(Method::PUT, &path, json!({"sku": "OTHER", "name": "Other"}));
    let found = world.find(mug().product, &[]).await;
    assert_eq!(found[0].product, Some(mug().product));
    assert_eq!(found[0].variants[0].item, Some(mug().variants[0].item));
}

#[tokio::test]
async fn wc_07_a_product_that_is_linked_anew_is_no_longer_the_one_it_was() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    let mut other = mug();
    other.product = ProductId::new(Uuid::from_u128(101));
    assert!(matches!(world.save(&other, &made).await, Outcome::Done(_)));
    assert!(world.find(mug().product, &[]).await.is_empty());
    let found = world.find(other.product, &[]).await;
    assert_eq!(found[0].product, Some(other.product));
}

#[tokio::test]
async fn every_listing_is_on_one_page_also_when_products_go_meanwhile() {
    let world = World::of(|options| {
        options.quota = 100_000;
        options.products = 200;
    })
    .await;
    let mut ids = Vec::new();
    let mut after = None;
    loop {
        let page = world
            .platform
            .pages(world.to(), after.as_ref())
            .await
            .unwrap();
        ids.extend(
            page.listings
                .iter()
                .map(|listing| listing.id.as_str().to_owned()),
        );
        if ids.len() == page.listings.len() {
            // What was on the first page and is there no more moves nothing.
            world.by_hand(Method::DELETE, "/v3/catalog/products/70000", json!(null));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut once = ids.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), ids.len());
    // Of twelve things one is made up for an order and one is money.
    assert_eq!(ids.len(), 200 - 200_usize.div_ceil(12) - 16);
}

#[tokio::test]
async fn ec_07_what_is_deleted_in_the_pos_is_deleted_in_the_store_once() {
    let world = World::open().await;
    let made = world.create(&mug()).await;
    for _ in 0..2 {
        let deleted = world
            .platform
            .delete(world.to(), std::slice::from_ref(&made.id))
            .await;
        assert_eq!(deleted.unwrap(), [Outcome::Done(())]);
        assert!(!world.is_there(&made));
    }
    assert!(world.find(mug().product, &["MUG"]).await.is_empty());
    let others = world.find(mug().product, &["SIM-1"]).await;
    assert_eq!(others.len(), 1, "nothing else went");
}

#[tokio::test]
async fn nothing_is_deleted_where_nothing_is_named() {
    let world = World::open().await;
    let odd = retail::listing::ShopProductId::new("gid://7").unwrap();
    assert_eq!(
        world.platform.delete(world.to(), &[odd]).await.unwrap(),
        [Outcome::Done(())]
    );
    assert!(
        world
            .platform
            .delete(world.to(), &[])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(world.written(0).is_empty());
}
