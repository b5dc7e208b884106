//! What every platform is told, told to a simulated shop.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use jiff::SignedDuration;
use retail::Money;
use retail::listing::{Listing, ShopProductId, ShopVariant};
use secrecy::SecretString;
use service::clock::ManualClock;
use shop::conformance::{OPENED_AT, OwnVariant, Recorded, Stage, StockWay, push};
use shop::push::{Push, PushReason};
use shop::sim::{Access, SimShop as _};
use shop::{ApiAccess, Connection, PlainHttp, ShopUrl};
use shop_shopify::Shopify;
use shop_shopify::sim::{Options, Plan, Server, Shelf, Shop, Ware};

use super::world::is_sound;
use crate::samples::connection;

/// Longer than the shop takes to fetch images and to search what it has.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// The shop, and what people do in its own pages.
struct Floor {
    server: Server,
    clock: ManualClock,
    shopify: Shopify,
}

impl Floor {
    fn edit(&self, product: &ShopProductId, act: impl FnOnce(&mut Ware)) {
        let id: u64 = product.as_str().parse().unwrap();
        self.server
            .shelf(|shelf| act(shelf.wares.get_mut(&id).unwrap()));
    }
}

#[async_trait]
impl Stage for Floor {
    fn push(&self) -> &dyn Push {
        &self.shopify
    }

    fn router(&self) -> Router {
        self.server.router()
    }

    fn connection(&self, base_url: &str) -> Connection {
        let Access {
            secret: _,
            shop_url,
            key,
            key_secret,
        } = self.server.access(base_url);
        let api = ApiAccess::new(
            ShopUrl::new(&shop_url).unwrap(),
            SecretString::from(key),
            SecretString::from(key_secret),
            PlainHttp::Allowed,
        );
        Connection {
            api: Some(api.unwrap()),
            ..connection(&["any"])
        }
    }

    fn stock_way(&self) -> StockWay {
        StockWay::Compares
    }

    fn is_write(&self) -> fn(&Recorded) -> bool {
        |request| {
            let query = String::from_utf8_lossy(&request.body);
            query.contains("\"query\":\"mutation")
        }
    }

    fn settle(&self) {
        self.clock.advance(SETTLED_AFTER);
    }

    /// Two of the shop's products may have one SKU.
    fn spoil(&self, wanted: &mut Listing, _: &Listing) -> PushReason {
        let price = &mut wanted.variants[0].price;
        *price = Money::new(-1, price.currency());
        PushReason::Invalid
    }

    async fn rename(&self, product: &ShopProductId, title: &str) {
        self.edit(product, |ware| title.clone_into(&mut ware.title));
    }

    async fn count(&self, product: &ShopProductId, variant: &ShopVariant, units: i64) {
        self.edit(product, |ware| {
            let mut variants = ware.variants.iter_mut();
            let counted = variants.find(|known| known.id.to_string() == variant.id.as_str());
            for level in counted.unwrap().levels.values_mut() {
                *level = units;
            }
        });
    }

    async fn discard(&self, product: &ShopProductId) {
        let id: u64 = product.as_str().parse().unwrap();
        self.server.shelf(|shelf| shelf.wares.remove(&id)).unwrap();
    }

    async fn add_variant(&self, product: &ShopProductId, value: &str) -> OwnVariant {
        let id = self.server.shelf(Shelf::id);
        self.edit(product, |ware| {
            let mut added = ware.variants[0].clone();
            (added.id, added.item_id, added.note) = (id, id, None);
            "SHOP-1".clone_into(&mut added.sku);
            added.values = vec![value.to_owned()];
            ware.variants.push(added);
        });
        OwnVariant::Added
    }
}

/// And all that it is asked and told is as its schema has it.
#[tokio::test]
async fn ec_03_and_ec_04_and_ec_05_and_ec_06_and_ec_07_and_ec_08_hold_in_a_simulated_shop() {
    let clock = ManualClock::at(OPENED_AT);
    let shop = Shop::open(&Options::new(7, 0));
    let server = Server::new(shop, 7, Plan::Enterprise, Arc::new(clock.clone()));
    let floor = Floor {
        server,
        shopify: Shopify::new(Arc::new(clock.clone())).unwrap(),
        clock,
    };
    push(&floor).await;
    let asked = floor.server.requests();
    assert!(asked.len() > 100, "{} requests", asked.len());
    asked.iter().for_each(is_sound);
}
