//! What every platform is told, told to a simulated store.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use http::Method;
use retail::listing::{ShopProductId, ShopVariant};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use service::clock::ManualClock;
use shop::Connection;
use shop::conformance::{Judge, OPENED_AT, OwnVariant, Stage, StockWay, push};
use shop::push::Push;
use shop_bigcommerce::BigCommerce;
use shop_bigcommerce::sim::{Options, Store};

use super::contract::{judge, with_other_paths};
use super::schema::Contract;
use super::watch;
use crate::store::connection_at;

/// Looks before what somebody counted is there, at most.
const LOOKS_LIMIT: usize = 10;

/// The store, and what people do in its own pages.
struct Floor {
    store: Store,
    platform: BigCommerce,
    hash: String,
    token: SecretString,
    /// Every request with its answer, once there is one.
    seen: Mutex<Option<watch::Seen>>,
    /// What it is held against by a proxy; `None`: by none.
    contract: Option<PathBuf>,
    judge: Mutex<Option<Judge>>,
}

impl Floor {
    fn by_hand(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, answer) = self.store.by_hand(method, path, body);
        assert!(status.is_success(), "{status} {answer}");
        answer
    }
}

fn path(product: &ShopProductId) -> String {
    format!("/v3/catalog/products/{}", product.as_str())
}

#[async_trait]
impl Stage for Floor {
    fn push(&self) -> &dyn Push {
        &self.platform
    }

    fn router(&self) -> Router {
        let watch::Watched { router, seen } = watch::watched(self.store.router());
        *self.seen.lock().unwrap() = Some(seen);
        router
    }

    fn connection(&self, base_url: &str) -> Connection {
        let contract = self.contract.as_ref();
        let judge = contract.map(|contract| Judge::before(base_url, contract));
        let base_url = judge.as_ref().map_or(base_url.to_owned(), Judge::url);
        *self.judge.lock().unwrap() = judge;
        let url = format!("{base_url}/stores/{}", self.hash);
        let mut connection = connection_at(&url, &["any"]);
        connection.api.as_mut().unwrap().secret = self.token.expose_secret().into();
        connection
    }

    fn stock_way(&self) -> StockWay {
        StockWay::Compares
    }

    async fn rename(&self, product: &ShopProductId, title: &str) {
        self.by_hand(Method::PUT, &path(product), json!({"name": title}));
    }

    async fn count(&self, _: &ShopProductId, variant: &ShopVariant, units: i64) {
        let (_, id) = variant.id.as_str().rsplit_once(':').unwrap();
        let id: u64 = id.parse().unwrap();
        let item = json!({"location_id": 1, "variant_id": id, "quantity": units});
        let body = json!({"reason": "count", "items": [item]});
        self.by_hand(Method::PUT, "/v3/inventory/adjustments/absolute", body);
        // It is done a while later.
        let path = format!("/v3/inventory/items?variant_id:in={id}");
        for _ in 0..LOOKS_LIMIT {
            self.by_hand(Method::GET, &path, Value::Null);
            if self.store.level(id) == Some(units) {
                return;
            }
        }
        panic!("what was counted is not there");
    }

    async fn discard(&self, product: &ShopProductId) {
        self.by_hand(Method::DELETE, &path(product), Value::Null);
    }

    async fn add_variant(&self, product: &ShopProductId, value: &str) -> OwnVariant {
        let options = format!("{}/options", path(product));
        let option = self.by_hand(Method::GET, &options, Value::Null)["data"][0]["id"].clone();
        let values = format!("{options}/{option}/values");
        let value = json!({"label": value, "sort_order": 9});
        let value = self.by_hand(Method::POST, &values, value)["data"]["id"].clone();
        let own = json!({"sku": "OWN", "option_values": [{"option_id": option, "id": value}]});
        self.by_hand(Method::POST, &format!("{}/variants", path(product)), own);
        OwnVariant::Added
    }
}

fn floor(contract: Option<PathBuf>) -> Floor {
    let clock = Arc::new(ManualClock::at(OPENED_AT));
    let mut options = Options::new(1);
    options.quota = 100_000;
    let (hash, token) = (options.hash.clone(), options.access_token.clone());
    Floor {
        store: Store::open(options, clock.clone()),
        platform: BigCommerce::new(clock).unwrap(),
        hash,
        token,
        seen: Mutex::default(),
        contract,
        judge: Mutex::default(),
    }
}

/// And all that it is told, and all that it answers, is as it is documented.
#[tokio::test]
async fn ec_03_and_ec_04_and_ec_05_and_ec_06_and_ec_07_and_ec_08_hold_in_a_simulated_shop() {
    let floor = floor(None);
    push(&floor).await;
    if let Some(contract) = Contract::at_hand() {
        let seen = floor.seen.lock().unwrap().take().unwrap();
        let judged = judge(&contract, &seen.lock().unwrap());
        assert!(judged.len() >= 15, "{judged:#?}");
    }
}

#[tokio::test]
#[ignore = "prism.sh has the proxy that it needs"]
async fn what_a_store_is_told_passes_a_proxy_that_judges() {
    let Some(contract) = Contract::at_hand() else {
        return;
    };
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bigcommerce.contract.json");
    std::fs::write(&path, with_other_paths(&contract)).unwrap();
    push(&floor(Some(path))).await;
}
