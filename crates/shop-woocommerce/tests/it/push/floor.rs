//! Telling the simulated shop what it is to show.

use std::sync::Mutex;

use async_trait::async_trait;
use axum::Router;
use http::Method;
use retail::listing::{ShopProductId, ShopVariant};
use serde_json::{Value, json};
use shop::Connection;
use shop::conformance::{OwnVariant, Stage, StockWay, push};
use shop::push::Push;

use crate::running::{Running, connection};

/// The shop, and what people do in its own pages.
struct Floor {
    running: Running,
    /// Where it answers who is checked.
    url: Mutex<String>,
}

impl Floor {
    async fn done(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, said) = self.running.ask(method, path, body).await;
        self.running.shop.access(&self.url.lock().unwrap());
        assert!(status.is_success(), "{status}: {said}");
        said
    }
}

#[async_trait]
impl Stage for Floor {
    fn push(&self) -> &dyn Push {
        &self.running.platform
    }

    fn router(&self) -> Router {
        self.running.shop.router()
    }

    fn connection(&self, base_url: &str) -> Connection {
        base_url.clone_into(&mut self.url.lock().unwrap());
        connection(&self.running.shop.access(base_url))
    }

    fn stock_way(&self) -> StockWay {
        StockWay::Compares
    }

    async fn rename(&self, product: &ShopProductId, title: &str) {
        let path = format!("products/{}", product.as_str());
        self.done(Method::PUT, &path, Some(json!({"name": title})))
            .await;
    }

    async fn count(&self, product: &ShopProductId, variant: &ShopVariant, units: i64) {
        let path = format!("products/{}/variations/{}", product.as_str(), variant.id);
        let body = json!({"stock_quantity": units});
        self.done(Method::PUT, &path, Some(body)).await;
    }

    async fn discard(&self, product: &ShopProductId) {
        let path = format!("products/{}", product.as_str());
        self.done(Method::DELETE, &path, None).await;
    }

    async fn add_variant(&self, product: &ShopProductId, value: &str) -> OwnVariant {
        let path = format!("products/{}", product.as_str());
        let mut known = self.done(Method::GET, &path, None).await;
        let attribute = &mut known["attributes"][0];
        attribute["options"]
            .as_array_mut()
            .unwrap()
            .push(value.into());
        let body = json!({"attributes": known["attributes"]});
        self.done(Method::PUT, &path, Some(body)).await;
        let body =
            json!({"attributes": [{"name": "Size", "option": value}], "regular_price": "9.00"});
        self.done(Method::POST, &format!("{path}/variations"), Some(body))
            .await;
        OwnVariant::Added
    }
}

#[tokio::test]
async fn ec_03_and_ec_04_and_ec_05_and_ec_06_and_ec_07_and_ec_08_hold_in_a_simulated_shop() {
    let floor = Floor {
        running: Running::new(1, 0).await,
        url: Mutex::default(),
    };
    push(&floor).await;
}
