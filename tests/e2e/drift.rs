//! People edit products in four shops: nothing of it reaches the POS, all of it is found, and people say what becomes
//! of it.

use std::collections::BTreeSet;
use std::time::Instant;

use jiff::Timestamp;
use retail::Money;
use retail::listing::ShopListing;
use serde_json::Value;
use service::clock::{Clock as _, SystemClock};
use shop::sim::ProductEdit;
use shop_sim::ShopRun;

use crate::four_shops::{FourShops, LOOK_EVERY, PATIENCE, Shop};
use crate::watched::Watched;

/// Edited in every shop, and told over by a person's word.
const CUP: &str = "CUP";
/// Edited in every shop, and saved afterwards.
const LID: &str = "LID";
/// Each is edited in one shop, and taken over from there.
const BOWLS: [&str; 4] = ["BOWL-1", "BOWL-2", "BOWL-3", "BOWL-4"];
/// In the order in which each shop has them.
const GOODS: [&str; 6] = [CUP, LID, BOWLS[0], BOWLS[1], BOWLS[2], BOWLS[3]];
/// What the POS says, in cents.
const PRICE: i64 = 1_200;
const STOCK: i64 = 12;
/// What somebody in a shop says.
const SHOPS_PRICE: i64 = 1_050;
const COUNTED: [(&str, i64); 2] = [(CUP, 30), (LID, 5)];

struct Scene {
    watched: Watched,
    /// When shops were edited.
    edited_at: Timestamp,
}

impl Scene {
    /// Every shop has these products already, and shows them as the POS says by now (WC-7).
    async fn open() -> Self {
        let prepare = |shop: &ShopRun| {
            for sku in GOODS {
                edit(shop, sku, "before the POS", 700, 3);
            }
        };
        let four = FourShops::open_in_euros(GOODS.len(), prepare).await;
        let watched = Watched::of(four).await;
        // Shops find by SKU what they have had for a while.
        for sku in GOODS {
            watched.until_all(sku, "found", |_| true).await;
        }
        let scene = Self {
            watched,
            edited_at: SystemClock.now(),
        };
        scene.say_all().await;
        scene
    }

    const fn four(&self) -> &FourShops {
        &self.watched.four
    }

    async fn say_all(&self) {
        let four = self.four();
        for sku in GOODS {
            let (name, price) = (named(sku, "by the POS"), euros(PRICE));
            let save = ["products", "save", sku, "--name", &name, "--price", &price];
            four.comptoir_of(&save).await;
            let on = |shop: &Shop| format!("--online {}=on", shop.connection);
            let on: Vec<String> = four.shops.iter().map(on).collect();
            let on = on.join(" ");
            four.comptoir(&format!("channels set {sku} {on}")).await;
        }
        let goods = GOODS.map(|sku| format!("{sku}={STOCK}")).join(" ");
        let outlet = four.shops[0].outlet;
        let receive = format!("stock receive {goods} --outlet {outlet}");
        four.comptoir(&receive).await;
        for sku in GOODS {
            let name = named(sku, "by the POS");
            let is_told =
                |it: &ShopListing| it.is_on_sale && *it.title == *name && says(it, PRICE, STOCK);
            self.watched
                .until_all(sku, "as the POS says", is_told)
                .await;
        }
    }

    async fn product(&self, sku: &str) -> Value {
        let words = format!("products show {sku}");
        self.four().comptoir(&words).await
    }

    /// All that the POS itself says of these products.
    async fn pos(&self) -> Vec<Value> {
        let mut said = Vec::new();
        for sku in GOODS {
            said.push(self.product(sku).await);
            let words = format!("stock levels --sku {sku}");
            said.push(self.four().comptoir(&words).await);
        }
        said
    }

    fn edit_in_shops(&self) {
        for (shop, bowl) in self.four().shops.iter().zip(BOWLS) {
            let run = shop.runner.shop();
            for (sku, counted) in COUNTED {
                edit(run, sku, "in the shop", SHOPS_PRICE, counted);
            }
            edit(run, bowl, "in the shop", SHOPS_PRICE, STOCK);
        }
    }

    /// Has every shop looked at.
    async fn scan(&self) {
        for shop in &self.four().shops {
            let words = format!("drift scan {}", shop.connection);
            let scanned = self.four().comptoir(&words).await;
            assert_eq!(scanned["products"], GOODS.len());
        }
    }

    /// What differs once all shops were looked at, and no order can explain it.
    async fn drift(&self) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let list = self.four().comptoir("drift list --limit 500").await;
            let entries = list["drift"].as_array().unwrap();
            let mut kinds = entries.iter().map(|entry| &entry["kind"]);
            if list["waiting"] == 0 && kinds.all(|kind| kind != "order_on_its_way") {
                return entries.clone();
            }
            assert!(began.elapsed() < PATIENCE, "{list:#}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn repair(&self, words: &str) -> Value {
        let words = format!("drift repair {words}");
        self.four().comptoir(&words).await
    }

    /// Until all shops show this product so.
    async fn until(&self, sku: &str, name: &str, price: i64, stock: i64) {
        let is_so = |it: &ShopListing| *it.title == *name && says(it, price, stock);
        self.watched.until_all(sku, name, is_so).await;
    }
}

fn edit(shop: &ShopRun, sku: &str, where_: &str, price_cents: i64, stock: i64) {
    let product = GOODS.iter().position(|known| *known == sku).unwrap();
    shop.edit_product(ProductEdit {
        product,
        name: named(sku, where_),
        sku: sku.to_owned(),
        barcode: String::new(),
        price_cents,
        stock,
    });
}

fn named(sku: &str, where_: &str) -> String {
    format!("{sku} {where_}")
}

fn euros(cents: i64) -> String {
    format!("{}.{:02} EUR", cents / 100, cents % 100)
}

fn says(listing: &ShopListing, price: i64, stock: i64) -> bool {
    let [variant] = &listing.variants[..] else {
        return false;
    };
    variant.price.map(Money::minor) == Some(price) && variant.quantity == Some(stock)
}

/// Which connection, SKU and field an entry is of.
fn what(entry: &Value) -> (String, String, String) {
    let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    (text("connection_id"), text("sku"), text("field"))
}

#[tokio::test(flavor = "multi_thread")]
async fn r_05_and_ec_04_and_pos_01_what_people_edit_in_four_shops_is_found_and_told_over_or_taken_over_by_a_persons_word()
 {
    let mut scene = Scene::open().await;
    scene.scan().await;
    assert_eq!(scene.drift().await, Vec::<Value>::new());
    let pos = scene.pos().await;

    scene.edited_at = SystemClock.now();
    scene.edit_in_shops();
    scene.scan().await;
    found(&scene).await;
    assert_eq!(scene.pos().await, pos, "nothing of it reaches the POS");
    for (sku, counted) in COUNTED {
        let name = named(sku, "in the shop");
        scene.until(sku, &name, SHOPS_PRICE, counted).await;
    }

    told_over(&scene).await;
    taken_over(&scene).await;
    saved(&scene).await;

    scene.scan().await;
    assert_eq!(scene.drift().await, Vec::<Value>::new());
    scene.watched.close().await;
}

/// field by field, with what each side shows, since when, why, and what can be done.
async fn found(scene: &Scene) {
    let entries = scene.drift().await;
    let mut expected = BTreeSet::new();
    for (shop, bowl) in scene.four().shops.iter().zip(BOWLS) {
        let id = shop.connection.to_string();
        for (sku, field) in [
            (CUP, "title"),
            (CUP, "price"),
            (CUP, "stock"),
            (LID, "title"),
            (LID, "price"),
            (LID, "stock"),
            (bowl, "title"),
            (bowl, "price"),
        ] {
            expected.insert((id.clone(), sku.to_owned(), field.to_owned()));
        }
    }
    let known: BTreeSet<_> = entries.iter().map(what).collect();
    assert_eq!(known, expected);
    assert_eq!(entries.len(), expected.len(), "each once");

    for entry in &entries {
        let (_, sku, field) = what(entry);
        let counted = COUNTED.into_iter().find(|(known, _)| *known == sku);
        let (sides, kind, repairs) = match field.as_str() {
            "title" => {
                let sides = ["by the POS", "in the shop"].map(|where_| named(&sku, where_));
                (
                    sides,
                    "edited_in_shop",
                    &["tell-shop", "take-over", "accept"][..],
                )
            }
            "price" => {
                let sides = [PRICE, SHOPS_PRICE].map(euros);
                (
                    sides,
                    "edited_in_shop",
                    &["tell-shop", "take-over", "accept"][..],
                )
            }
            _ => {
                let counted = counted.unwrap().1;
                let kind = if counted > STOCK {
                    "oversell_risk"
                } else {
                    "edited_in_shop"
                };
                let sides = [STOCK, counted].map(|units| units.to_string());
                // Of stock the shop's figure is never the truth.
                (sides, kind, &["tell-shop"][..])
            }
        };
        assert_eq!([&entry["pos"], &entry["shop"]], [&sides[0], &sides[1]]);
        assert_eq!(entry["kind"], kind, "{entry:#}");
        assert_eq!(entry["repairs"], Value::from(repairs), "{entry:#}");
        assert!(!entry["cause"].as_str().unwrap().is_empty(), "{entry:#}");
        let since: Timestamp = entry["since"].as_str().unwrap().parse().unwrap();
        assert!(
            (scene.edited_at..=SystemClock.now()).contains(&since),
            "{entry:#}"
        );
    }
}

/// The shops show the POS's again.
async fn told_over(scene: &Scene) {
    let shops = scene.four().shops.len();
    let repaired = scene.repair(&format!("tell-shop --sku {CUP}")).await;
    assert_eq!(repaired["repaired"], 3 * shops);
    assert_eq!(repaired["refused"], Value::Array(Vec::new()));
    scene
        .until(CUP, &named(CUP, "by the POS"), PRICE, STOCK)
        .await;
    let now = scene.drift().await;
    assert!(now.iter().all(|entry| what(entry).1 != CUP), "{now:#?}");
}

/// From each shop something, which the POS has then and the other shops are told.
async fn taken_over(scene: &Scene) {
    for (shop, bowl) in scene.four().shops.iter().zip(BOWLS) {
        let id = shop.connection;
        let take = format!("take-over --connection {id} --sku {bowl}");
        let repaired = scene.repair(&take).await;
        assert_eq!(repaired["repaired"], 2, "{:?}: {repaired}", shop.platform);
        let name = named(bowl, "in the shop");
        let product = scene.product(bowl).await;
        assert_eq!(product["name"], name, "{:?}", shop.platform);
        let price = &product["variants"][0]["retail_price"]["amount"];
        assert_eq!(*price, "10.50", "{:?}", shop.platform);
    }
    for bowl in BOWLS {
        scene
            .until(bowl, &named(bowl, "in the shop"), SHOPS_PRICE, STOCK)
            .await;
    }
    let now = scene.drift().await;
    assert!(now.iter().all(|entry| what(entry).1 == LID), "{now:#?}");
}

/// EC-4: until the next save of that product, which overwrites it. A figure of stock is for a person.
async fn saved(scene: &Scene) {
    let counted = COUNTED[1].1;
    let [by_shop, by_pos] = ["in the shop", "by the POS"].map(|where_| named(LID, where_));
    scene.until(LID, &by_shop, SHOPS_PRICE, counted).await;
    let four = scene.four();
    let price = euros(PRICE + 1);
    four.comptoir_of(&["products", "save", LID, "--price", &price])
        .await;
    scene.until(LID, &by_pos, PRICE + 1, counted).await;
    let repaired = scene.repair("tell-shop --field stock").await;
    assert_eq!(repaired["repaired"], four.shops.len());
    scene.until(LID, &by_pos, PRICE + 1, STOCK).await;
}
