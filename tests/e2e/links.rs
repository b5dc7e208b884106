//! What four shops had before the POS spoke to them: what can be known by its SKU is linked, and of the rest a person
//! says what it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use retail::listing::{ShopListing, ShopProductId};
use retail::{Money, Sku};
use serde_json::Value;
use shop::sim::ProductEdit;
use shop_sim::{Platform, ShopRun};

use crate::four_shops::{FourShops, LOOK_EVERY, PATIENCE, Shop};
use crate::watched::Watched;

/// Once in each shop.
const POT: &str = "POT";
/// One product of the POS, and two of each shop.
const PANS: [&str; 2] = ["PAN-A", "PAN-B"];
/// What a person calls the second of them in the end.
const NEW_PAN: &str = "PAN-C";
/// Twice in a shop that lets SKUs repeat.
const JUG: &str = "JUG";
const SHELF: [&str; 5] = [POT, PANS[0], PANS[1], JUG, JUG];
const STOCK: i64 = 12;

struct Scene {
    watched: Watched,
}

impl Scene {
    async fn open() -> Self {
        let prepare = |shop: &ShopRun| {
            for (product, sku) in SHELF.into_iter().enumerate() {
                fill(shop, product, sku);
            }
        };
        let four = FourShops::open_in_euros(SHELF.len(), prepare).await;
        for shop in &four.shops {
            if shop.platform == Platform::Shopify {
                // It keeps the blanks that somebody typed.
                fill(shop.runner.shop(), 0, &format!(" {POT} "));
            }
        }
        let scene = Self {
            watched: Watched::of(four).await,
        };
        for sku in [POT, PANS[0], PANS[1]] {
            scene.watched.until_all(sku, "found", |_| true).await;
        }
        for (place, shop) in scene.four().shops.iter().enumerate() {
            let jugs = scene.until_listed(place, JUG, jugs_of(shop.platform));
            assert!(jugs.await.iter().all(is_theirs));
        }
        scene
    }

    const fn four(&self) -> &FourShops {
        &self.watched.four
    }

    async fn comptoir(&self, words: &str) -> Value {
        self.four().comptoir(words).await
    }

    fn file(&self, name: &str) -> PathBuf {
        self.four().stack().dir().join(name)
    }

    /// Waits until the shop finds so many by this SKU.
    async fn until_listed(&self, place: usize, sku: &str, count: usize) -> Vec<ShopListing> {
        let sku = Sku::new(sku).unwrap();
        let began = Instant::now();
        loop {
            let found = self.watched.eyes[place].listings(&sku).await.unwrap();
            if found.len() == count {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "{sku} in {place}: {found:?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn save(&self, sku: &str, name: &str) {
        let save = ["products", "save", sku, "--name", name];
        let save = [&save[..], &["--price", "24.00 EUR"]].concat();
        self.four().comptoir_of(&save).await;
    }

    /// Rows of products, by a spreadsheet.
    async fn bring(&self, name: &str, rows: &str) {
        let file = self.file(name);
        fs::write(&file, rows).unwrap();
        let import = ["spreadsheet", "import", file.to_str().unwrap()];
        self.four().comptoir_of(&import).await;
    }

    /// How the product of this name stands in the shop.
    async fn link(&self, shop: &Shop, name: &str) -> Value {
        let words = format!("links list {} --limit 500", shop.connection);
        let links = self.comptoir(&words).await;
        let mut links = links["links"].as_array().unwrap().iter();
        links.find(|link| link["name"] == *name).unwrap().clone()
    }

    /// Waits until it stands so.
    async fn until_stands(&self, shop: &Shop, name: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let link = self.link(shop, name).await;
            if is_so(&link) {
                return link;
            }
            assert!(began.elapsed() < PATIENCE, "{:?}: {link:#}", shop.platform);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The ids of those that the shop has by these SKUs.
    async fn ids(&self, place: usize, skus: &[&str]) -> Vec<ShopProductId> {
        let mut ids = Vec::new();
        for sku in skus {
            let sku = Sku::new(sku).unwrap();
            let found = self.watched.eyes[place].listings(&sku).await.unwrap();
            ids.extend(found.into_iter().map(|listing| listing.id));
        }
        ids.sort_unstable();
        ids
    }
}

fn fill(shop: &ShopRun, product: usize, sku: &str) {
    shop.edit_product(ProductEdit {
        product,
        name: format!("Theirs {product}"),
        sku: sku.to_owned(),
        barcode: String::new(),
        price_cents: 700,
        stock: 3,
    });
}

const fn jugs_of(platform: Platform) -> usize {
    match platform {
        Platform::Shopify => 2,
        // What repeats a SKU they do not take.
        Platform::BigCommerce | Platform::WooCommerce | Platform::Ecom => 1,
    }
}

/// As it was before the POS spoke.
fn is_theirs(listing: &ShopListing) -> bool {
    listing.title.starts_with("Theirs ")
        && listing.variants.len() == 1
        && listing.variants[0].price.map(Money::minor) == Some(700)
        && listing.variants[0].quantity == Some(3)
}

fn candidates(link: &Value) -> Vec<ShopProductId> {
    let candidates = link["candidates"].as_array().unwrap().iter();
    let id = |id: &Value| ShopProductId::new(id.as_str().unwrap()).unwrap();
    let mut ids: Vec<ShopProductId> = candidates.map(id).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn wc_07_what_four_shops_had_is_linked_by_its_sku_and_what_cannot_be_is_for_a_person() {
    let scene = Scene::open().await;
    linked_by_sku(&scene).await;
    said_by_a_person(&scene).await;
    said_by_a_file(&scene).await;
    parted_and_linked_again(&scene).await;
    scene.watched.close().await;
}

/// What is there once is the POS's from then on, with its stock.
async fn linked_by_sku(scene: &Scene) {
    let four = scene.four();
    let outlet = four.shops[0].outlet;
    let mut before = Vec::new();
    for place in 0..four.shops.len() {
        before.push(scene.watched.there(place, POT).await.id);
    }
    scene.save(&format!(" {POT} "), "Our pot").await;
    scene
        .comptoir(&format!("stock receive {POT}={STOCK} --outlet {outlet}"))
        .await;
    let is_ours = |pot: &ShopListing| {
        let [variant] = &pot.variants[..] else {
            return false;
        };
        *pot.title == *"Our pot"
            && variant.price.map(Money::minor) == Some(2_400)
            && variant.quantity == Some(STOCK)
    };
    scene.watched.until_all(POT, "overwritten", is_ours).await;
    for (place, shop) in four.shops.iter().enumerate() {
        let now = scene.watched.there(place, POT).await;
        assert_eq!(now.id, before[place], "{:?}", shop.platform);
        let link = scene.link(shop, "Our pot").await;
        assert_eq!(link["standing"], "linked", "{:?}", shop.platform);
        assert_eq!(link["shop_product_id"], now.id.as_str());
    }
}

/// Where a SKU is there twice a person says which; where it is there once nobody is asked.
async fn said_by_a_person(scene: &Scene) {
    scene.save(JUG, "Our jug").await;
    for (place, shop) in scene.four().shops.iter().enumerate() {
        if jugs_of(shop.platform) == 1 {
            let is_ours = |jug: Option<&ShopListing>| jug.is_some_and(|it| *it.title == *"Our jug");
            scene.watched.until(place, JUG, "linked", is_ours).await;
            continue;
        }
        let is_asked = |link: &Value| link["doubt"] == "sku_twice_in_shop";
        let asked = scene.until_stands(shop, "Our jug", is_asked).await;
        assert_eq!(asked["standing"], "review");
        let both = scene.until_listed(place, JUG, 2).await;
        assert!(both.iter().all(is_theirs), "{both:#?}");
        let ids = scene.ids(place, &[JUG]).await;
        assert_eq!(candidates(&asked), ids);

        let (id, second) = (shop.connection, ids[1].as_str());
        let said = format!("links resolve {JUG} --connection {id} --to {second}");
        assert_eq!(scene.comptoir(&said).await["products"], 1);
        let is_linked = |link: &Value| link["standing"] == "linked";
        let linked = scene.until_stands(shop, "Our jug", is_linked).await;
        assert_eq!(linked["shop_product_id"], second);
        let began = Instant::now();
        loop {
            let both = scene.until_listed(place, JUG, 2).await;
            let theirs: Vec<bool> = both.iter().map(is_theirs).collect();
            if theirs == [true, false] && *both[1].title == *"Our jug" {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "{both:#?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// What a shop sells as two products is asked about, and a file says which of them it is.
async fn said_by_a_file(scene: &Scene) {
    let rows = format!(
        "handle,name,option_1,value_1,sku,price,currency\n\
         pan,Our pan,Size,20 cm,{},30.00,EUR\npan,Our pan,Size,24 cm,{},36.00,EUR\n",
        PANS[0], PANS[1]
    );
    scene.bring("pans.csv", &rows).await;
    for (place, shop) in scene.four().shops.iter().enumerate() {
        let is_asked = |link: &Value| link["doubt"] == "spread_out";
        let asked = scene.until_stands(shop, "Our pan", is_asked).await;
        assert_eq!(asked["standing"], "review");
        assert_eq!(candidates(&asked), scene.ids(place, &PANS).await);
        for sku in PANS {
            let pan = scene.watched.there(place, sku).await;
            assert!(is_theirs(&pan), "{:?}: {pan:#?}", shop.platform);
        }
        import(scene, place, shop).await;
        // What has the other SKU is something else, and nothing is told until that is settled as well.
        let is_half = |link: &Value| {
            let mut items = link["items"].as_array().unwrap().iter();
            link["doubt"].is_null() && items.any(|item| item["doubt"] == "taken")
        };
        let half = scene.until_stands(shop, "Our pan", is_half).await;
        assert_eq!(half["standing"], "review", "{half:#}");
    }
    let product = scene.comptoir(&format!("products show {}", PANS[1])).await;
    let mut variants = product["variants"].as_array().unwrap().iter();
    let second = variants.find(|it| it["sku"] == PANS[1]).unwrap();
    let rows = format!(
        "item_id,sku\n{},{NEW_PAN}\n",
        second["item_id"].as_str().unwrap()
    );
    scene.bring("renamed.csv", &rows).await;
    for (place, shop) in scene.four().shops.iter().enumerate() {
        let is_ours = |pan: Option<&ShopListing>| {
            pan.is_some_and(|pan| *pan.title == *"Our pan" && pan.variants.len() == 2)
        };
        scene.watched.until(place, PANS[0], "whole", is_ours).await;
        let [one, other] = [PANS[0], NEW_PAN].map(|sku| scene.watched.shown(place, sku));
        assert_eq!(one.await.unwrap().id, other.await.unwrap().id);
        let theirs = scene.watched.there(place, PANS[1]).await;
        assert!(is_theirs(&theirs), "{:?}: {theirs:#?}", shop.platform);
    }
}

/// A file without edits changes nothing; one row says what the product is.
async fn import(scene: &Scene, place: usize, shop: &Shop) {
    let id = shop.connection.to_string();
    let file = scene.file(&format!("links-{place}.csv"));
    let name = file.to_str().unwrap();
    let export = ["links", "export", name, "--connection", &id];
    scene.four().comptoir_of(&export).await;
    let import = ["links", "import", name, "--connection", &id];
    let preview = [&import[..], &["--preview"]].concat();
    let changed = async |words: &[&str]| {
        let imported = scene.four().comptoir_of(words).await;
        assert_eq!(imported["errors"], Value::Array(Vec::new()), "{imported}");
        imported["changed"].clone()
    };
    assert_eq!(changed(&import).await, 0, "{:?}", shop.platform);

    let pan = scene.watched.there(place, PANS[0]).await;
    let to = [pan.id.as_str(), pan.variants[0].id.as_str()];
    decide(&file, PANS[0], to);
    assert_eq!(changed(&preview).await, 1, "{:?}", shop.platform);
    assert_eq!(changed(&import).await, 1, "{:?}", shop.platform);
}

/// Somebody writes into the row of this SKU that it is that product and variant of the shop's.
fn decide(file: &Path, sku: &str, [product, variant]: [&str; 2]) {
    let text = fs::read_to_string(file).unwrap();
    let mut rows = text.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let columns = rows.next().unwrap();
    let place = |name: &str| columns.iter().position(|column| *column == name).unwrap();
    let mut rows: Vec<Vec<&str>> = rows.collect();
    let row = rows.iter_mut().find(|row| row[place("sku")] == sku);
    let row = row.unwrap();
    row[place("shop_product_id")] = product;
    row[place("shop_variant_id")] = variant;
    row[place("standing")] = "linked";
    rows.insert(0, columns);
    let rows: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    fs::write(file, rows.join("\n")).unwrap();
}

/// What a person parts is told no more, until somebody says so.
async fn parted_and_linked_again(scene: &Scene) {
    let [first, rest @ ..] = &scene.four().shops[..] else {
        unreachable!("there are four shops");
    };
    let id = first.connection;
    scene
        .comptoir(&format!("links unlink {POT} --connection {id}"))
        .await;
    scene.save(POT, "Our new pot").await;
    let is_new = |pot: Option<&ShopListing>| pot.is_some_and(|it| *it.title == *"Our new pot");
    for place in 1..=rest.len() {
        scene.watched.until(place, POT, "renamed", is_new).await;
    }
    assert_eq!(scene.link(first, "Our new pot").await["standing"], "apart");
    let pot = scene.watched.there(0, POT).await;
    assert_eq!(*pot.title, *"Our pot");
    let again = format!("links resolve {POT} --connection {id} --again");
    scene.comptoir(&again).await;
    scene.watched.until(0, POT, "renamed too", is_new).await;
    assert_eq!(scene.watched.there(0, POT).await.id, pot.id);
}
