//! The simulated shop, on this machine, and a connection to it.

use std::sync::Arc;

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::Value;
use service::clock::{Clock as _, ManualClock, SequentialIds};
use shop::conformance::serve;
use shop::sim::{Access, Outgoing, ShopSize, SimShop};
use shop::{ApiAccess, Connection, LiveSecrets, PlainHttp, ShopUrl};
use shop_woocommerce::WooCommerce;
use shop_woocommerce::sim::run;

use crate::capture;

pub const OPENED: &str = "2026-11-21T14:00:00Z";

pub struct Running {
    pub shop: Arc<dyn SimShop>,
    pub platform: WooCommerce,
    pub connection: Connection,
    pub clock: ManualClock,
    pub url: String,
}

impl Running {
    /// A shop of `orders` orders that has opened and sold nothing yet, for as long as the runtime lives.
    pub async fn new(seed: u64, orders: usize) -> Self {
        let clock = ManualClock::at(OPENED.parse().unwrap());
        let options = ShopSize {
            seed,
            orders,
            max_versions: 4,
            products: 40,
        };
        let shop = run(&options, Arc::new(clock.clone()));
        let url = serve(shop.router()).await;
        let access = shop.access(&url);
        let ids = Arc::new(SequentialIds::default());
        Self {
            shop,
            platform: WooCommerce::new(Arc::new(clock.clone()), ids).unwrap(),
            connection: connection(&access),
            clock,
            url,
        }
    }

    /// Asks as another program with a key would, which takes the shop to be behind TLS.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let access = self.shop.access("https://shop.example");
        let client = service::http::loopback_client().unwrap();
        let mut request = client
            .request(method, format!("{}/wp-json/wc/v3/{path}", self.url))
            .basic_auth(&access.key, Some(&access.key_secret));
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let response = request.send().await.unwrap();
        self.shop.access(&self.url);
        let status = response.status();
        let body = response.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Delivers all that is due to a listener that answers `status`. What it was given.
    pub fn deliver(&self, status: Option<u16>) -> Vec<Outgoing> {
        let due = self.shop.due();
        for outgoing in &due {
            self.shop.answered(outgoing.id, status);
        }
        due
    }
}

pub fn connection(access: &Access) -> Connection {
    let Access {
        secret,
        shop_url,
        key,
        key_secret,
    } = access;
    let api = ApiAccess::new(
        ShopUrl::new(shop_url).unwrap(),
        SecretString::from(key.as_str()),
        SecretString::from(key_secret.as_str()),
        PlainHttp::Allowed,
    );
    Connection {
        secrets: LiveSecrets::new(vec![SecretString::from(secret.as_str())]).unwrap(),
        api: Some(api.unwrap()),
        ..capture::connection(&["any"])
    }
}
