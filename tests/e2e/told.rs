//! Four shops show what the POS says, and the POS has nothing of what shops do to it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Instant;

use jiff::Timestamp;
use retail::Money;
use retail::listing::ShopListing;
use serde_json::Value;
use service::clock::{Clock as _, SystemClock};
use shop_sim::{Eyes, Platform};

use crate::four_shops::{FourShops, LOOK_EVERY, PATIENCE, Shop};
use crate::silence::is_harmless;
use crate::watched::Watched;

/// A pot in the currency of each shop: none is told a price in another.
const POTS: [(&str, &str); 2] = [("POT-EUR", "EUR"), ("POT-CAD", "CAD")];
const STOCK: i64 = 12;
/// What the merchant alone says in an eCom shop (EC-2).
const MERCHANTS: [&str; 8] = [
    "categoryIds",
    "tax",
    "compareToPrice",
    "subtitle",
    "warningLimit",
    "costPrice",
    "tags",
    "customSlug",
];

struct Scene {
    watched: Watched,
}

impl Scene {
    async fn open() -> Self {
        let four = FourShops::open_in_one_outlet().await;
        Self {
            watched: Watched::of(four).await,
        }
    }

    const fn four(&self) -> &FourShops {
        &self.watched.four
    }

    /// The pot that this shop can sell.
    fn pot(eyes: &Eyes) -> &'static str {
        let currency = eyes.terms().currency.to_string();
        let mut pots = POTS.into_iter();
        pots.find(|(_, of)| *of == currency).unwrap().0
    }

    async fn shown(&self, place: usize) -> Option<ShopListing> {
        let pot = Self::pot(&self.watched.eyes[place]);
        self.watched.shown(place, pot).await
    }

    /// Waits until every shop shows its pot so.
    async fn until(&self, what: &str, is_so: impl Fn(&ShopListing) -> bool) {
        for place in 0..self.watched.eyes.len() {
            self.until_of(place, what, |shown| shown.is_some_and(&is_so))
                .await;
        }
    }

    async fn until_of(
        &self,
        place: usize,
        what: &str,
        is_so: impl Fn(Option<&ShopListing>) -> bool,
    ) {
        let pot = Self::pot(&self.watched.eyes[place]);
        self.watched.until(place, pot, what, is_so).await;
    }

    async fn save(&self, price: &str, name: Option<&str>) {
        for (sku, currency) in POTS {
            let price = format!("{price} {currency}");
            let mut words = vec!["products", "save", sku, "--price", &price];
            let name = name.map(|name| format!("{name} {currency}"));
            words.extend(name.iter().flat_map(|name| ["--name", name]));
            self.four().comptoir_of(&words).await;
        }
    }

    async fn switch(&self, to: &str) {
        for (sku, _) in POTS {
            let shops = self.four().shops.iter();
            let online = shops.map(|shop| format!("--online {}={to}", shop.connection));
            let online = online.collect::<Vec<_>>().join(" ");
            let said = format!("channels set {sku} {online}");
            self.four().comptoir(&said).await;
        }
    }

    /// Why this shop does not take what stands so in it.
    async fn standing(&self, shop: &Shop, standing: &str) -> Vec<Value> {
        let id = shop.connection;
        let said = format!("push list --connection {id} --standing {standing}");
        let listings = self.four().comptoir(&said).await;
        let listings = listings["listings"].as_array().unwrap().iter();
        listings
            .map(|listing| listing["refused_why"].clone())
            .collect()
    }

    /// Waits until so many products stand so in this shop.
    async fn until_stands(&self, shop: &Shop, standing: &str, count: usize) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let found = self.standing(shop, standing).await;
            if found.len() == count {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "{:?}: {found:?}", shop.platform);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn costs(listing: &ShopListing, minor: i64) -> bool {
    listing.variants[0].price.map(Money::minor) == Some(minor)
}

fn has(listing: &ShopListing, units: i64) -> bool {
    listing.variants[0].quantity == Some(units)
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_06_and_ec_02_and_ec_06_and_ec_07_and_ec_08_and_ec_15_and_ec_18_and_r_03_and_r_07_four_shops_show_what_the_pos_says()
 {
    let scene = Scene::open().await;
    let four = scene.four();
    let outlet = four.shops[0].outlet;

    scene.save("24.00", Some("Teapot")).await;
    let goods = POTS.map(|(sku, _)| format!("{sku}={STOCK}")).join(" ");
    let receive = format!("stock receive {goods} --outlet {outlet}");
    four.comptoir(&receive).await;
    // EC-8: made at once, and hidden.
    scene
        .until("made hidden", |pot| {
            !pot.is_on_sale && costs(pot, 2_400) && has(pot, STOCK)
        })
        .await;
    scene.switch("on").await;
    scene.until("shown", |pot| pot.is_on_sale).await;
    scene.save("26.50", None).await;
    scene.until("dearer", |pot| costs(pot, 2_650)).await;

    let before = SystemClock.now();
    sell_at_the_till(&scene).await;
    scene.until("sold", |pot| has(pot, STOCK - 3)).await;

    scene.switch("off").await;
    scene.until("hidden", |pot| !pot.is_on_sale).await;
    scene.switch("on").await;
    scene.until("shown again", |pot| pot.is_on_sale).await;

    told_of_stock(&scene, before).await;
    nothing_else_was_said(&scene).await;
    deleted_and_made_again(&scene).await;
    // EC-7: what is deleted here is deleted there.
    for (sku, _) in POTS {
        four.comptoir(&format!("products delete {sku}")).await;
    }
    for place in 0..four.shops.len() {
        scene
            .until_of(place, "deleted", |shown| shown.is_none())
            .await;
    }
    scene.watched.close().await;
}

/// Three of each.
async fn sell_at_the_till(scene: &Scene) {
    let four = scene.four();
    let register = four.shops[0].register;
    for (sku, currency) in POTS {
        four.comptoir(&format!(
            "registers open {register} --currency {currency} --float 100"
        ))
        .await;
        let sold = format!("till sell {sku}=3@26.50 --register {register} --paid cash");
        let sold = four.comptoir(&sold).await;
        assert_eq!(sold["balance"], "paid");
        four.comptoir(&format!("registers close {register} --counted cash=179.50"))
            .await;
    }
}

/// from a figure to what each shop was told of it, now and as it was before the till sold some.
async fn told_of_stock(scene: &Scene, before: Timestamp) {
    let four = scene.four();
    for (sku, _) in POTS {
        let eyes = scene.watched.eyes.iter();
        let shops = eyes.filter(|eyes| Scene::pot(eyes) == sku).count();
        let explained = four.comptoir(&format!("stock explain {sku}")).await;
        let told = explained["told"].as_array().unwrap().iter();
        let told =
            told.filter(|entry| entry["outcome"] == "done" && entry["quantity"] == STOCK - 3);
        assert_eq!(told.count(), shops, "{explained:#}");

        let then = four
            .comptoir(&format!("stock at {before} --sku {sku}"))
            .await;
        let told = then["told"].as_array().unwrap();
        assert_eq!(told.len(), shops, "{then:#}");
        assert!(
            told.iter().all(|entry| entry["quantity"] == STOCK),
            "{then:#}"
        );
        assert_eq!(then["levels"][0]["on_hand"], STOCK.to_string(), "{then:#}");
    }
}

/// EC-7: what somebody deletes in the shop is missing, and no save makes it again. A person's word does.
async fn deleted_and_made_again(scene: &Scene) {
    let four = scene.four();
    for (place, eyes) in scene.watched.eyes.iter().enumerate() {
        // A shop's search may pass by what has just been changed.
        let pot = RefCell::new(None);
        scene
            .until_of(place, "there", |shown| {
                pot.replace(shown.cloned());
                shown.is_some()
            })
            .await;
        eyes.delete(&pot.take().unwrap()).await.unwrap();
    }
    scene.save("27.00", None).await;
    for (place, shop) in four.shops.iter().enumerate() {
        scene.until_stands(shop, "missing", 1).await;
        assert_eq!(scene.shown(place).await, None, "{:?}", shop.platform);
    }
    four.comptoir("push again --standing missing").await;
    for (place, shop) in four.shops.iter().enumerate() {
        if shop.platform == Platform::WooCommerce {
            // It lies in the trash, and keeps its SKU until that is emptied.
            let why = scene.until_stands(shop, "refused", 2).await;
            assert!(why.contains(&Value::from("sku_taken")), "{why:?}");
            continue;
        }
        let is_back =
            |pot: &ShopListing| pot.is_on_sale && costs(pot, 2_700) && has(pot, STOCK - 3);
        scene
            .until_of(place, "made again", |pot| pot.is_some_and(is_back))
            .await;
    }
}

/// What shops were told is on record, no shop was told a price in another's currency, and none was asked for anything
/// but products and stock.
async fn nothing_else_was_said(scene: &Scene) {
    let four = scene.four();
    // EC-15: what shops have of their own is no product of the POS.
    let products = four.comptoir("products list").await;
    assert_eq!(products["total"], 2);
    let told = four.comptoir("push told --limit 500").await;
    let told = told["entries"].as_array().unwrap();
    for shop in &four.shops {
        let id = shop.connection.to_string();
        let to_shop = told.iter().filter(|entry| entry["connection_id"] == *id);
        let what: BTreeSet<&str> = to_shop
            .filter(|entry| entry["outcome"] == "done")
            .filter_map(|entry| entry["what"].as_str())
            .collect();
        assert_eq!(what, BTreeSet::from(["changed", "created", "stock"]));
        assert_eq!(scene.standing(shop, "linked").await, [Value::Null]);
        let refused = scene.standing(shop, "refused").await;
        assert_eq!(refused, ["invalid"], "{:?}", shop.platform);

        assert_eq!(shop.runner.shop().status().placed, 0);
        let journal = shop.runner.shop().journal();
        assert_eq!(journal.not_kept, 0);
        let harm: Vec<_> = journal.asked.keys().filter(|it| !is_harmless(it)).collect();
        assert!(harm.is_empty(), "{:?}: {harm:?}", shop.platform);
        if shop.platform == Platform::Ecom {
            let known = ["price", "quantityDelta", "externalReferenceId"];
            assert!(known.iter().any(|field| journal.fields.contains(*field)));
            let theirs = MERCHANTS.iter().filter(|it| journal.fields.contains(**it));
            assert_eq!(theirs.collect::<Vec<_>>(), Vec::<&&str>::new());
        }
    }
}
