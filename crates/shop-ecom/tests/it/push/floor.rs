//! What every platform is told, told to a simulated shop.

use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use http::Method;
use jiff::SignedDuration;
use retail::listing::{ShopProductId, ShopVariant};
use serde_json::{Value, json};
use service::clock::ManualClock;
use shop::Connection;
use shop::conformance::{Judge, OPENED_AT, OwnVariant, Stage, StockWay, push};
use shop::push::Push;
use shop_ecom::Ecom;
use shop_ecom::sim::{Access, Live, Options, Shop};

use super::contract;
use crate::fixture::connection_to;

/// Longer than the shop's search takes to know what is there.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_secs(2);
/// How often somebody looks before an image that was sent is there.
const LOOKS: usize = 2;

/// The shop, and what people do in its own panel.
struct Floor {
    live: Arc<Live>,
    clock: ManualClock,
    platform: Ecom,
    is_judged: bool,
    /// What judges, once there is something to judge.
    judge: Mutex<Option<Judge>>,
}

impl Floor {
    fn panel(&self, method: &Method, path: &str, body: &Value) {
        let (status, said) = self.live.panel(method, path, body);
        assert_eq!(status, 200, "{said}");
    }
}

fn path(product: &ShopProductId) -> String {
    format!("/products/{}", product.as_str())
}

#[async_trait]
impl Stage for Floor {
    fn push(&self) -> &dyn Push {
        &self.platform
    }

    fn router(&self) -> Router {
        self.live.router()
    }

    fn connection(&self, base_url: &str) -> Connection {
        let judge = self.is_judged.then(|| {
            let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
            Judge::before(base_url, &crate_folder.join("fixtures/contract.json"))
        });
        let url = judge.as_ref().map_or(base_url.to_owned(), Judge::url);
        *self.judge.lock().unwrap() = judge;
        connection_to(&format!("{url}/api/v3/1003"), &["any"])
    }

    fn stock_way(&self) -> StockWay {
        StockWay::Adds
    }

    /// It fetches images while somebody looks.
    fn settle(&self) {
        self.clock.advance(SETTLED_AFTER);
        for _ in 0..LOOKS {
            self.panel(&Method::GET, "/products?limit=1", &Value::Null);
        }
    }

    async fn rename(&self, product: &ShopProductId, title: &str) {
        self.panel(&Method::PUT, &path(product), &json!({"name": title}));
    }

    async fn count(&self, product: &ShopProductId, variant: &ShopVariant, units: i64) {
        let (_, id) = variant.id.as_str().split_once(':').unwrap();
        let path = format!("{}/combinations/{id}", path(product));
        self.panel(&Method::PUT, &path, &json!({"quantity": units}));
    }

    async fn discard(&self, product: &ShopProductId) {
        self.panel(&Method::DELETE, &path(product), &Value::Null);
    }

    async fn add_variant(&self, product: &ShopProductId, value: &str) -> OwnVariant {
        let path = format!("{}/combinations", path(product));
        let theirs = json!({"options": [{"name": "Size", "value": value}], "price": 9.0});
        self.panel(&Method::POST, &path, &theirs);
        OwnVariant::Added
    }
}

fn floor(is_judged: bool) -> Floor {
    let clock = ManualClock::at(OPENED_AT);
    let access = Access {
        store: 1003,
        token: "secret_token".to_owned(),
        client_secret: "client-secret".to_owned(),
    };
    let shop = Shop::open(&Options::new(3, 0));
    Floor {
        live: Live::by_clock(shop, access, Arc::new(clock.clone()), u32::MAX),
        platform: Ecom::new(Arc::new(clock.clone())).unwrap(),
        clock,
        is_judged,
        judge: Mutex::default(),
    }
}

/// And in all that it is told stands no field of the merchant's.
#[tokio::test]
async fn ec_02_and_ec_03_and_ec_04_and_ec_05_and_ec_06_and_ec_07_and_ec_08_hold_in_a_simulated_shop()
 {
    let floor = floor(false);
    push(&floor).await;
    let requests = floor.live.requests();
    let writes = requests.iter().filter(|request| request.writes());
    assert!(writes.count() > 50, "{} requests", requests.len());
    for request in &requests {
        contract::judge(request);
    }
}

#[tokio::test]
#[ignore = "prism.sh has the proxy that it needs"]
async fn what_a_shop_is_told_passes_a_proxy_that_judges() {
    push(&floor(true)).await;
}
