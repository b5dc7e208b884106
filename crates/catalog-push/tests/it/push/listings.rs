//! What shops are told of products.

use service_kit::within;

use proto::catalog as wire;
use retail::ConnectionId;
use retail::listing::ShopListing;

use super::shop::{Fault, Shops};
use super::stock::Scene;
use crate::make::{
    OTHER_SHOP, RETAILER, SHOP, euros, item_id, new_act, online, png, product, product_id, save,
    variant,
};
use crate::sold::{by_item, registered, taken, tell_item};

impl Scene {
    pub(super) async fn save(
        &self,
        product: wire::Product,
        online: Vec<wire::OnlineChannel>,
    ) -> wire::Product {
        let mut request = save(product);
        request.sell_online = online;
        let answer = self.running.catalog.clone().save_product(request).await;
        answer.unwrap().into_inner().product.unwrap()
    }

    /// Waits until the shop shows product 1 so.
    pub(super) async fn until(&self, shop: ConnectionId, is_so: impl Fn(&ShopListing) -> bool) {
        let item = item_id(1);
        let found = |shops: &Shops| {
            shops.see(shop, |shop| {
                let mut products = shop.products.values();
                products.any(|listing| {
                    let mut variants = listing.variants.iter();
                    variants.any(|it| it.item.is_some_and(|it| it.uuid() == item)) && is_so(listing)
                })
            })
        };
        within(async || found(&self.shops).then_some(())).await;
        let due = "select count(*) from catalog.work where not_before < now()";
        self.running.until(due, "0").await;
    }

    pub(super) fn standing(&self, shop: ConnectionId) -> String {
        let of = format!(
            "select standing from catalog.listing where connection_id = '{shop}' and product_id = '{}'",
            product_id(1)
        );
        self.running.sql(&of)
    }

    fn standing_of_all(&self) -> String {
        let all = "select string_agg(standing, ' ') from catalog.listing";
        self.running.sql(all)
    }

    pub(super) fn calls(&self, shop: ConnectionId) -> usize {
        self.shops.see(shop, |shop| shop.calls.len())
    }
}

#[tokio::test]
async fn ec_08_a_new_product_is_in_every_shop_at_once_and_hidden() {
    let scene = Scene::start().await;
    let mug = scene.save(product(1, "Mug"), Vec::new()).await;
    for shop in [SHOP, OTHER_SHOP] {
        scene.until(shop, |listing| !listing.is_on_sale).await;
        assert_eq!(scene.standing(shop), "linked");
    }
    // EC-6: shown where somebody says so, and hidden again.
    let mug = scene.save(mug, vec![online(SHOP, true)]).await;
    scene.until(SHOP, |listing| listing.is_on_sale).await;
    scene.save(mug, vec![online(SHOP, false)]).await;
    scene.until(SHOP, |listing| !listing.is_on_sale).await;
    scene.shops.of(OTHER_SHOP, |shop| {
        assert!(!shop.product("Mug").unwrap().is_on_sale);
    });
}

#[tokio::test]
async fn ec_03_a_save_tells_what_changed_and_no_more() {
    let scene = Scene::start().await;
    let mut mug = scene
        .save(product(1, "Mug"), vec![online(SHOP, true)])
        .await;
    scene.until(SHOP, |listing| listing.is_on_sale).await;
    mug.variants[0].retail_price = Some(euros(12));
    scene.save(mug, Vec::new()).await;
    let costs = |listing: &ShopListing| listing.variants[0].price.map(retail::Money::minor);
    scene
        .until(SHOP, |listing| costs(listing) == Some(1_200))
        .await;
    let told = scene.running.sql(&format!(
        "select rule from catalog.told where what = 'changed' and connection_id = '{SHOP}' order by told_id"
    ));
    assert_eq!(told, "shown\nprice (1)");
}

#[tokio::test]
async fn ec_04_an_edit_in_the_shop_stays_until_the_next_save() {
    let scene = Scene::start().await;
    let mug = scene
        .save(product(1, "Mug"), vec![online(SHOP, true)])
        .await;
    scene.until(SHOP, |listing| listing.is_on_sale).await;
    scene.shops.of(SHOP, |shop| {
        shop.edit(item_id(1), |listing| listing.title = "Cup".into());
    });
    // Whatever is swept, and whatever stock changes.
    scene.running.ledger.moves(item_id(1), 5);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 5).await;
    let swept = format!(
        "select count(*) > 0 from catalog.pusher where swept_at > now() - interval '1 second' and connection_id = '{SHOP}'"
    );
    scene.running.until(&swept, "t").await;
    scene.until(SHOP, |listing| &*listing.title == "Cup").await;
    let mut mug = mug;
    mug.brand = "Clay".to_owned();
    scene.save(mug, Vec::new()).await;
    scene
        .until(SHOP, |it| &*it.title == "Mug" && &*it.brand == "Clay")
        .await;
}

#[tokio::test]
async fn ec_05_variants_come_and_go_and_those_of_the_shop_stay() {
    let scene = Scene::start().await;
    let mut mug = product(1, "Mug");
    mug.options = vec!["Colour".to_owned()];
    mug.variants[0].values = vec!["red".to_owned()];
    let mut mug = scene.save(mug, vec![online(SHOP, true)]).await;
    scene.until(SHOP, |listing| listing.is_on_sale).await;
    scene.shops.of(SHOP, |shop| {
        shop.edit(item_id(1), |listing| {
            let mut own = listing.variants[0].clone();
            own.id = retail::ShopVariantId::new("own").unwrap();
            own.item = None;
            own.sku = None;
            listing.variants.push(own);
        });
    });
    let mut blue = variant(2, "SKU-2");
    blue.values = vec!["blue".to_owned()];
    mug.variants.push(blue);
    let mut mug = scene.save(mug, Vec::new()).await;
    scene
        .until(SHOP, |listing| listing.variants.len() == 3)
        .await;
    mug.variants.pop();
    scene.save(mug, Vec::new()).await;
    let left = |listing: &ShopListing| {
        let ids = listing.variants.iter().map(|it| it.id.as_str().to_owned());
        ids.collect::<Vec<_>>()
    };
    scene
        .until(SHOP, |listing| left(listing) == ["1-1", "own"])
        .await;
}

#[tokio::test]
async fn ec_07_what_is_deleted_here_is_deleted_there() {
    let scene = Scene::sells(1, 4).await;
    let request = wire::DeleteProductRequest {
        retailer_id: RETAILER.to_string(),
        product_id: product_id(1).to_string(),
        act: Some(new_act()),
    };
    let mut catalog = scene.running.catalog.clone();
    catalog.delete_product(request).await.unwrap();
    let gone = || scene.shops.see(SHOP, |shop| shop.products.is_empty());
    within(async || gone().then_some(())).await;
    within(async || (scene.standing(SHOP) == "deleted").then_some(())).await;
    // Restored it is another.
    let request = wire::RestoreProductRequest {
        retailer_id: RETAILER.to_string(),
        product_id: product_id(1).to_string(),
        act: Some(new_act()),
    };
    catalog.restore_product(request).await.unwrap();
    scene.until_has(SHOP, 1, 4).await;
    scene
        .shops
        .of(SHOP, |shop| assert_eq!(shop.products.len(), 1));
}

#[tokio::test]
async fn ec_07_what_is_deleted_there_is_missing_and_not_made_again() {
    let scene = Scene::start().await;
    let mut mug = scene
        .save(product(1, "Mug"), vec![online(SHOP, true)])
        .await;
    scene.until(SHOP, |listing| listing.is_on_sale).await;
    scene.shops.of(SHOP, |shop| shop.products.clear());
    mug.brand = "Clay".to_owned();
    let mut mug = scene.save(mug, Vec::new()).await;
    within(async || (scene.standing(SHOP) == "missing").then_some(())).await;
    mug.brand = "Glass".to_owned();
    scene.save(mug, Vec::new()).await;
    let due = "select count(*) from catalog.work where not_before < now()";
    scene.running.until(due, "0").await;
    assert_eq!(scene.standing(SHOP), "missing");
    scene
        .shops
        .of(SHOP, |shop| assert!(shop.products.is_empty()));
}

#[tokio::test]
async fn wc_07_what_the_shop_has_by_the_sku_is_linked_and_overwritten() {
    let scene = Scene::start().await;
    scene.shops.of(SHOP, |shop| {
        shop.had("Old mug", "SKU-1", 99);
    });
    for _ in 0..2 {
        scene.shops.of(OTHER_SHOP, |shop| {
            shop.had("Old mug", "SKU-1", 99);
        });
    }
    scene.running.ledger.moves(item_id(1), 4);
    let shown = [SHOP, OTHER_SHOP].map(|shop| online(shop, true));
    scene.save(product(1, "Mug"), shown.into()).await;
    scene.until(SHOP, |listing| &*listing.title == "Mug").await;
    scene.until_has(SHOP, 1, 4).await;
    scene
        .shops
        .of(SHOP, |shop| assert_eq!(shop.products.len(), 1));
    // Two that it may be are for a person.
    within(async || (scene.standing(OTHER_SHOP) == "review").then_some(())).await;
    assert_eq!(scene.calls(OTHER_SHOP), 0);
    let candidates = scene.running.sql(&format!(
        "select candidates from catalog.listing where connection_id = '{OTHER_SHOP}'"
    ));
    assert_eq!(candidates, "{1,2}");
}

#[tokio::test]
async fn what_a_shop_refuses_is_kept_with_its_reason_and_tried_again() {
    let scene = Scene::start().await;
    scene
        .shops
        .of(SHOP, |shop| shop.faults.push_back(Fault::Refuses));
    scene
        .save(product(1, "Mug"), vec![online(SHOP, true)])
        .await;
    let refused = format!(
        "select standing || ' ' || coalesce(refused_why, '') from catalog.listing where connection_id = '{SHOP}'"
    );
    scene.running.until(&refused, "refused sku_taken").await;
    scene.until(SHOP, |listing| listing.is_on_sale).await;
    scene.running.until(&refused, "linked").await;
}

#[tokio::test]
async fn ec_18_a_run_over_what_is_equal_writes_nothing() {
    let scene = Scene::start().await;
    for number in 1..=12 {
        scene.add(number, 5).await;
    }
    let due = "select count(*) from catalog.work where not_before < now()";
    scene.running.until(due, "0").await;
    let before = [SHOP, OTHER_SHOP].map(|shop| scene.calls(shop));
    scene.running.know(RETAILER, SHOP, 2).await;
    scene.running.know(RETAILER, OTHER_SHOP, 2).await;
    let known = "select count(*) from catalog.connection where version = 2";
    scene.running.until(known, "2").await;
    scene.running.until(due, "0").await;
    assert_eq!([SHOP, OTHER_SHOP].map(|shop| scene.calls(shop)), before);
}

#[tokio::test]
async fn sh_09_what_an_order_made_is_told_once_somebody_has_saved_it() {
    let scene = Scene::start().await;
    scene.shops.of(SHOP, |shop| {
        shop.had("A mug and its story", "SKU-1", 99);
    });
    tell_item(&scene.running, &registered(1, SHOP)).await;
    taken(&scene.running).await;
    let due = "select count(*) from catalog.work where not_before < now()";
    scene.running.until(due, "0").await;
    assert_eq!(scene.standing_of_all(), "wanted");
    for shop in [SHOP, OTHER_SHOP] {
        assert_eq!(scene.calls(shop), 0, "{shop}");
    }
    scene.shops.of(SHOP, |shop| {
        assert!(shop.product("A mug and its story").is_some());
    });
    let mut mug = by_item(&scene.running, 1).await;
    mug.name = "Mug".to_owned();
    scene.save(mug, Vec::new()).await;
    scene.until(SHOP, |listing| &*listing.title == "Mug").await;
    // EC-8: from then on it is a product as every other.
    scene.until(OTHER_SHOP, |listing| !listing.is_on_sale).await;
}

#[tokio::test]
async fn an_image_of_a_single_variant_is_told_where_there_is_a_place_for_it() {
    let scene = Scene::start().await;
    scene
        .shops
        .of(SHOP, |shop| shop.shows_no_variant_images = true);
    let request = wire::PutImageRequest {
        retailer_id: RETAILER.to_string(),
        content: png(20, 10),
        act: Some(new_act()),
    };
    let answer = scene.running.catalog.clone().put_image(request).await;
    let image = answer.unwrap().into_inner().image.unwrap();
    let mut mug = product(1, "Mug");
    mug.variants[0].image_hash = image.image_hash.clone();
    mug.images = vec![wire::ProductImage {
        image_hash: image.image_hash.clone(),
        alt: String::new(),
        image: Some(image),
    }];
    let mut mug = scene.save(mug, vec![online(SHOP, true)]).await;
    scene.until(SHOP, |listing| listing.is_on_sale).await;
    scene
        .shops
        .of(SHOP, |shop| shop.shows_no_variant_images = false);
    mug.brand = "Clay".to_owned();
    scene.save(mug, Vec::new()).await;
    scene.until(SHOP, |listing| &*listing.brand == "Clay").await;
    let told = scene.running.sql(&format!(
        "select rule from catalog.told where what = 'changed' and connection_id = '{SHOP}' order by told_id"
    ));
    assert_eq!(told, "shown, images\nbrand, variant image (1)");
}
