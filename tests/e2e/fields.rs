//! All that the POS says of a product arrives in four shops, and only what changed is said again.

use proto::catalog as wire;
use proto::catalog::catalog_client::CatalogClient;
use proto::convert::money_into;
use proto::ledger::Act;
use retail::listing::ShopListing;
use service::access::Authorized;
use shop_sim::{Platform, Recording, ShopRun};
use test_kit::world;
use uuid::Uuid;

use crate::four_shops::FourShops;
use crate::shirt::{
    BARCODES, BRAND, COLOUR, DESCRIPTION, NAME, SIZES, SKUS, STOCK, UNTOLD, euros, is_whole, png,
    shirt, shirt_variant, variant,
};
use crate::watched::Watched;

struct Scene {
    watched: Watched,
    catalog: CatalogClient<Authorized>,
    /// Whatever is asked for, once.
    acts: u128,
    /// As the POS has it.
    shirt: wire::Product,
}

impl Scene {
    async fn open() -> Self {
        let four = FourShops::open_in_euros(1, ShopRun::begin_recording).await;
        let stack = four.stack();
        let mut services = stack.state().services.iter();
        let catalog = services.find(|service| service.name == "catalog-push");
        let channel = stack.as_operator(&catalog.unwrap().grpc_url).unwrap();
        Self {
            watched: Watched::of(four).await,
            catalog: CatalogClient::new(channel),
            acts: 0,
            shirt: shirt(),
        }
    }

    const fn four(&self) -> &FourShops {
        &self.watched.four
    }

    fn act(&mut self) -> Act {
        self.acts += 1;
        Act {
            request_id: Uuid::from_u128(0x000F_1E1D << 64 | self.acts).to_string(),
            actor: "e2e".to_owned(),
            note: String::new(),
        }
    }

    /// One picture more, after the others.
    async fn picture(&mut self, width: u32) {
        let request = wire::PutImageRequest {
            retailer_id: world::RETAILER.to_string(),
            content: png(width, 10),
            act: Some(self.act()),
        };
        let put = self.catalog.put_image(request).await.unwrap();
        self.shirt.images.push(wire::ProductImage {
            image_hash: put.into_inner().image.unwrap().image_hash,
            ..wire::ProductImage::default()
        });
    }

    /// Saves it as it is here, in all shops on sale.
    async fn save(&mut self) {
        let shops = self.four().shops.iter().map(|shop| wire::OnlineChannel {
            connection_id: shop.connection.to_string(),
            is_online: Some(true),
            buffer: None,
        });
        let request = wire::SaveProductRequest {
            retailer_id: world::RETAILER.to_string(),
            expected_revision: self.shirt.revision,
            sell_in_store: None,
            sell_online: shops.collect(),
            product: Some(self.shirt.clone()),
            act: Some(self.act()),
        };
        let saved = self.catalog.save_product(request).await.unwrap();
        self.shirt.revision = saved.into_inner().product.unwrap().revision;
    }

    /// Saves it with one more cent to pay for its second variant, and waits until every shop shows that: what was said
    /// with it was heard by then.
    async fn save_dearer(&mut self) {
        let price = self.shirt.variants[1].retail_price.take();
        let price = proto::convert::money_from("retail_price", price).unwrap();
        let dearer = price.minor() + 1;
        self.shirt.variants[1].retail_price = Some(money_into(euros(dearer)));
        self.save().await;
        let is_dearer = |it: &ShopListing| variant(it, SKUS[1]).price == Some(euros(dearer));
        self.until("dearer", is_dearer).await;
    }

    /// Until every shop shows it so.
    async fn until(&self, what: &str, is_so: impl Fn(&ShopListing) -> bool) {
        self.watched.until_all(SKUS[0], what, is_so).await;
    }

    async fn shown(&self, place: usize) -> ShopListing {
        self.watched.there(place, SKUS[0]).await
    }

    /// Until every shop shows all that the POS says of it.
    async fn until_whole(&self, what: &str) {
        for (place, eyes) in self.watched.eyes.iter().enumerate() {
            let platform = self.four().shops[place].platform;
            let is_whole = |shown: Option<&ShopListing>| {
                shown.is_some_and(|it| is_whole(&self.shirt, platform, eyes.terms(), it))
            };
            self.watched.until(place, SKUS[0], what, is_whole).await;
        }
    }

    /// What every shop was told since it was asked for the last time.
    fn told(&self) -> Vec<(Platform, String)> {
        let mut told = Vec::new();
        for shop in &self.four().shops {
            let run = shop.runner.shop();
            let Recording {
                requests, not_kept, ..
            } = run.recording();
            run.begin_recording();
            assert_eq!(not_kept, 0);
            let of_hooks = |path: &str| path.contains("hook");
            let bodies = requests.into_iter();
            let bodies = bodies.filter(|request| !of_hooks(&request.asked.path));
            told.extend(bodies.map(|request| (shop.platform, request.body)));
        }
        told
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ec_01_and_ec_03_and_ec_05_and_ec_06_and_ec_18_and_r_11_all_that_the_pos_says_arrives_and_only_what_changed_is_said_again()
 {
    let mut scene = Scene::open().await;
    all_fields(&mut scene).await;
    only_what_changed(&mut scene).await;
    a_variant_more(&mut scene).await;
    a_variant_off_and_on(&mut scene).await;
    empty_texts(&mut scene).await;
    the_shops_own(&mut scene).await;
    scene.watched.close().await;
}

async fn receive(scene: &Scene, skus: &[&str]) {
    let goods: Vec<String> = skus.iter().map(|sku| format!("{sku}={STOCK}")).collect();
    let (goods, outlet) = (goods.join(" "), scene.four().shops[0].outlet);
    let receive = format!("stock receive {goods} --outlet {outlet}");
    scene.four().comptoir(&receive).await;
}

/// EC-1, EC-18: and of what is not to be told, nothing (EC-2).
async fn all_fields(scene: &mut Scene) {
    for width in [20, 30] {
        scene.picture(width).await;
    }
    let second = scene.shirt.images[1].image_hash.clone();
    scene.shirt.variants[1].image_hash = second;
    scene.save().await;
    receive(scene, &SKUS[..2]).await;
    scene.until_whole("with all fields").await;
    let told = scene.told();
    for shop in &scene.four().shops {
        let mut of_shop = told
            .iter()
            .filter(|(platform, _)| *platform == shop.platform);
        assert!(of_shop.any(|(_, body)| body.contains("Kortrijk")));
    }
    for (platform, body) in &told {
        let untold = UNTOLD.into_iter().find(|text| body.contains(text));
        assert_eq!(untold, None, "{platform:?}: {body}");
    }
}

/// EC-3: a save that changes nothing says nothing, and one of a price says no more than that.
async fn only_what_changed(scene: &mut Scene) {
    scene.save().await;
    scene.save_dearer().await;
    let told = scene.told();
    for shop in &scene.four().shops {
        let mut of_shop = told
            .iter()
            .filter(|(platform, _)| *platform == shop.platform);
        assert!(of_shop.any(|(_, body)| body.contains("49.01")), "{told:#?}");
    }
    let unchanged = [NAME, "Kortrijk", "Lin &", SIZES[0], COLOUR, "/images/"];
    let unchanged = unchanged.into_iter().chain(BARCODES);
    for text in unchanged {
        for (platform, body) in &told {
            assert!(!body.contains(text), "{platform:?}: {text}: {body}");
        }
    }
}

/// EC-5: beside the others, which stay what they were; and a picture before the others (EC-3).
async fn a_variant_more(scene: &mut Scene) {
    let mut before = Vec::new();
    for place in 0..scene.four().shops.len() {
        before.push(scene.shown(place).await);
    }
    scene.shirt.variants.push(shirt_variant(2));
    scene.picture(40).await;
    scene.shirt.images.rotate_right(1);
    scene.save().await;
    receive(scene, &SKUS[2..]).await;
    scene.until_whole("with a variant more").await;
    for (place, before) in before.iter().enumerate() {
        let now = scene.shown(place).await;
        for sku in &SKUS[..2] {
            assert_eq!(variant(&now, sku).id, variant(before, sku).id, "{sku}");
        }
    }
}

/// EC-6: alone; the product and its other variants are sold on.
async fn a_variant_off_and_on(scene: &mut Scene) {
    scene.shirt.variants[0].is_inactive = true;
    scene.save().await;
    let is_off = |it: &ShopListing| {
        let on: Vec<bool> = (SKUS.iter())
            .map(|sku| variant(it, sku).is_on_sale)
            .collect();
        it.is_on_sale && on == [false, true, true]
    };
    scene.until("without one variant", is_off).await;
    for (place, shop) in scene.four().shops.iter().enumerate() {
        if shop.platform == Platform::Ecom {
            // It has no switch, and hides what is out of stock.
            let is_out = |it: Option<&ShopListing>| {
                it.is_some_and(|it| variant(it, SKUS[0]).quantity == Some(0))
            };
            let what = "out of stock";
            scene.watched.until(place, SKUS[0], what, is_out).await;
        }
    }
    scene.shirt.variants[0].is_inactive = false;
    scene.save().await;
    scene.until_whole("with it again").await;
}

/// an empty text of the POS wipes a rich one of a shop only where somebody says so.
async fn empty_texts(scene: &mut Scene) {
    scene.shirt.description.clear();
    scene.shirt.brand.clear();
    scene.save_dearer().await;
    for place in 0..scene.four().shops.len() {
        let shown = scene.shown(place).await;
        assert_eq!([&*shown.description, &*shown.brand], [DESCRIPTION, BRAND]);
    }
    for shop in &scene.four().shops {
        let wipes = format!(
            "channels ownership {} description=pos-wipes",
            shop.connection
        );
        scene.four().comptoir(&wipes).await;
    }
    let is_wiped = |it: &ShopListing| it.description.is_empty() && *it.brand == *BRAND;
    scene.until("without description", is_wiped).await;
}

/// what one shop decides it keeps, and the others are told.
async fn the_shops_own(scene: &mut Scene) {
    let first = scene.four().shops[0].connection;
    let words = |owner: &str| format!("channels ownership {first} title={owner}");
    scene.four().comptoir(&words("shop")).await;
    "Chemise d’hiver".clone_into(&mut scene.shirt.name);
    scene.save_dearer().await;
    let is_new = |it: Option<&ShopListing>| it.is_some_and(|it| *it.title == *"Chemise d’hiver");
    for place in 1..scene.four().shops.len() {
        scene.watched.until(place, SKUS[0], "renamed", is_new).await;
    }
    assert_eq!(*scene.shown(0).await.title, *NAME);
    scene.four().comptoir(&words("pos")).await;
    scene.watched.until(0, SKUS[0], "renamed too", is_new).await;
}
