//! Products that lay claim to the same of a shop, and what a product may be once it is linked or gone.

use proto::catalog as wire;
use proto::catalog::product_link_change::Link;
use retail::{ShopVariantId, Sku};

use super::links::{change, to};
use super::stock::Scene;
use crate::make::{RETAILER, SHOP, item_id, new_act, online, product, product_id, variant};

const LINKED: wire::ListingStanding = wire::ListingStanding::Linked;
const REVIEW: wire::ListingStanding = wire::ListingStanding::Review;
const MISSING: wire::ListingStanding = wire::ListingStanding::Missing;

impl Scene {
    /// Somebody deletes product `number` in the POS.
    async fn delete(&self, number: u128) {
        let request = wire::DeleteProductRequest {
            retailer_id: RETAILER.to_string(),
            product_id: product_id(number).to_string(),
            act: Some(new_act()),
        };
        let mut catalog = self.running.catalog.clone();
        catalog.delete_product(request).await.unwrap();
    }

    /// Somebody saves product 1 with another brand.
    async fn brand(&self, brand: &str) {
        let mut saved = self.running.get(product_id(1)).await;
        saved.brand = brand.to_owned();
        self.save(saved, Vec::new()).await;
    }
}

#[tokio::test]
async fn wc_07_what_a_deleted_product_still_holds_is_no_other_products() {
    let scene = Scene::sells(1, 4).await;
    scene.add(3, 5).await;
    scene.shops.of(SHOP, |shop| shop.refuses_to_delete = true);
    scene.delete(1).await;
    let refused =
        "select count(*) > 0 from catalog.told where what = 'deleted' and outcome = 'refused'";
    scene.running.until(refused, "t").await;
    let mut cup = product(2, "Cup");
    cup.variants[0].sku = "SKU-1".to_owned();
    scene.save(cup, vec![online(SHOP, true)]).await;
    let link = scene.until_stands(SHOP, 2, REVIEW).await;
    assert_eq!(link.doubt(), wire::LinkDoubt::Taken);
    assert_eq!(link.candidates, ["1"]);
    assert_eq!(&*scene.shows("1").unwrap().title, "Product 1");
    // Others are told all the same.
    scene.running.ledger.moves(item_id(3), -1);
    scene.changed(3).await;
    scene.until_has(SHOP, 3, 4).await;
    // Once it is gone, the SKU is nobody else's.
    scene.shops.of(SHOP, |shop| shop.refuses_to_delete = false);
    let link = scene.until_stands(SHOP, 2, LINKED).await;
    assert_eq!(link.shop_product_id, "3");
    assert_eq!(scene.shows("1"), None);
}

#[tokio::test]
async fn ec_07_what_was_missing_stays_so_when_doubts_about_it_come_and_go() {
    let scene = Scene::sells(1, 4).await;
    scene.shops.of(SHOP, |shop| shop.products.clear());
    scene.brand("Clay").await;
    scene.until_stands(SHOP, 1, MISSING).await;
    scene.shops.of(SHOP, |shop| {
        shop.had("Mug", "SKU-1", 9);
        shop.had("Mug again", "SKU-1", 9);
    });
    scene.brand("Glass").await;
    let link = scene.until_stands(SHOP, 1, REVIEW).await;
    assert_eq!(link.gone_shop_product_id, "1");
    scene.shops.of(SHOP, |shop| shop.products.clear());
    let calls = scene.calls(SHOP);
    scene.brand("Steel").await;
    scene.until_stands(SHOP, 1, MISSING).await;
    assert_eq!(scene.calls(SHOP), calls, "it is not made");
    // By a person's word it is.
    scene.say(vec![change(1, Link::Again(true))]).await.unwrap();
    scene.until_has(SHOP, 1, 4).await;
}

#[tokio::test]
async fn wc_07_what_a_person_said_it_is_not_is_not_linked_because_it_bears_our_note() {
    let scene = Scene::sells(1, 4).await;
    scene.say(vec![change(1, Link::Anew(true))]).await.unwrap();
    scene.shops.of(SHOP, |shop| {
        shop.edit(item_id(1), |listing| {
            listing.title = "Something else".into();
        });
    });
    let link = scene.until_stands(SHOP, 1, REVIEW).await;
    assert_eq!(link.doubt(), wire::LinkDoubt::NoSecond);
    assert_eq!(
        (link.candidates, &*link.shop_product_id),
        (vec!["1".to_owned()], "")
    );
    assert_eq!(&*scene.shows("1").unwrap().title, "Something else");
    // Once it is gone from the shop, nothing is in the way.
    scene.shops.of(SHOP, |shop| shop.products.clear());
    scene.brand("Clay").await;
    scene.until_has(SHOP, 1, 4).await;
    assert_eq!(scene.link(SHOP, 1).await.shop_product_id, "2");
}

/// Product 1, of which somebody made a variant with these SKUs in the shop; then the POS has an item with the first.
async fn added_on_both_sides(skus: &[&str]) -> Scene {
    let scene = Scene::start().await;
    let mut mug = product(1, "Mug");
    mug.options = vec!["Colour".to_owned()];
    mug.variants[0].values = vec!["red".to_owned()];
    scene.running.ledger.moves(item_id(1), 4);
    let mug = scene.save(mug, vec![online(SHOP, true)]).await;
    scene.until_has(SHOP, 1, 4).await;
    scene.shops.of(SHOP, |shop| {
        shop.edit(item_id(1), |listing| {
            for (number, sku) in (1..).zip(skus) {
                let mut made = listing.variants[0].clone();
                made.id = ShopVariantId::new(&format!("own-{number}")).unwrap();
                (made.item, made.sku) = (None, Sku::new(sku).ok());
                made.values = vec![format!("azure {number}").into()];
                listing.variants.push(made);
            }
        });
    });
    let mut mug = mug;
    let mut blue = variant(2, "X-L");
    blue.values = vec!["blue".to_owned()];
    mug.variants.push(blue);
    scene.running.ledger.moves(item_id(2), 7);
    scene.save(mug, Vec::new()).await;
    scene
}

#[tokio::test]
async fn wc_07_a_new_item_of_a_linked_product_is_looked_for_before_it_is_added() {
    let scene = added_on_both_sides(&["X-L"]).await;
    scene.until_has(SHOP, 2, 7).await;
    let shown = scene.shows("1").unwrap();
    assert_eq!(shown.variants.len(), 2);
    let link = scene.link(SHOP, 1).await;
    assert_eq!(link.items[1].shop_variant_id, "own-1");
    assert_eq!(&*shown.variants[1].values[0], "blue", "it is overwritten");
}

#[tokio::test]
async fn wc_07_a_new_item_in_doubt_keeps_no_stock_of_the_others_back() {
    let scene = added_on_both_sides(&["X-L", "X-L"]).await;
    let link = service_kit::within(async || {
        let link = scene.link(SHOP, 1).await;
        (link.items[1].doubt() != wire::LinkDoubt::Unspecified).then_some(link)
    })
    .await;
    assert_eq!(link.standing(), LINKED);
    assert_eq!(link.items[1].doubt(), wire::LinkDoubt::SkuTwiceInShop);
    assert_eq!(link.items[1].candidates, ["own-1", "own-2"]);
    assert_eq!(scene.shows("1").unwrap().variants.len(), 3, "none is added");
    scene.running.ledger.moves(item_id(1), -1);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 3).await;
    // It is listed with all that waits for a person.
    let request = wire::ListLinksRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: SHOP.to_string(),
        standing: REVIEW.into(),
        ..wire::ListLinksRequest::default()
    };
    let listed = scene
        .links()
        .list_links(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(listed.links.len(), 1);
    let said = wire::ProductLinkChange {
        items: vec![wire::ItemLinkChange {
            item_id: item_id(2).to_string(),
            shop_variant_id: "own-2".to_owned(),
        }],
        ..to(1, "1")
    };
    scene.say(vec![said]).await.unwrap();
    scene.until_has(SHOP, 2, 7).await;
    assert_eq!(scene.link(SHOP, 1).await.items[1].shop_variant_id, "own-2");
}
