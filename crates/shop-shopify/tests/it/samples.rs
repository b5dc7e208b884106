//! The samples under `fixtures/`, and the connection they are read for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use http::{HeaderMap, HeaderName, HeaderValue};
use retail::{ConnectionId, LineKind, Order, OrderLine, PlatformCode, RetailerId};
use secrecy::SecretString;
use serde_json::Value;
use service::clock::SystemClock;
use shop::{
    ApiAccess, Connection, LiveSecrets, PlainHttp, Platform as _, Reading, Refusal, ShopUrl, Source,
};
use shop_shopify::{CODE, Shopify};

/// The shop of all samples.
pub const SHOP: &str = "pos-test.myshopify.com";

/// One delivery, byte for byte.
#[derive(Clone)]
pub struct Delivery {
    pub file: String,
    pub topic: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

pub fn platform() -> &'static Shopify {
    static PLATFORM: LazyLock<Shopify> =
        LazyLock::new(|| Shopify::new(Arc::new(SystemClock)).unwrap());
    &PLATFORM
}

/// A connection to `url`, whose app has these live secrets.
pub fn connection_to(url: &str, secrets: &[&str]) -> Connection {
    let secret = |text: &str| SecretString::from(text);
    let api = ApiAccess::new(
        ShopUrl::new(url).unwrap(),
        secret("client-id"),
        secret("shpat_token"),
        PlainHttp::Allowed,
    );
    Connection {
        id: ConnectionId::new(uuid::Uuid::from_u128(7)),
        retailer: RetailerId::new(uuid::Uuid::from_u128(1)),
        platform: PlatformCode::new(CODE).unwrap(),
        secrets: LiveSecrets::new(secrets.iter().map(|text| secret(text)).collect()).unwrap(),
        api: Some(api.unwrap()),
    }
}

pub fn connection(secrets: &[&str]) -> Connection {
    connection_to(&format!("https://{SHOP}"), secrets)
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

pub fn json(path: &str) -> Value {
    serde_json::from_slice(&fs::read(fixtures().join(path)).unwrap()).unwrap()
}

/// All deliveries, and the secret that signs them.
pub fn deliveries() -> (String, Vec<Delivery>) {
    let file = json("webhooks/deliveries.json");
    let deliveries = file["deliveries"].as_array().unwrap().iter().map(|row| {
        let file = row["file"].as_str().unwrap();
        let headers = headers(&row["headers"]);
        Delivery {
            file: file.to_owned(),
            topic: headers["x-shopify-topic"].to_str().unwrap().to_owned(),
            headers,
            body: fs::read(fixtures().join("webhooks").join(file)).unwrap(),
        }
    });
    (
        file["secret"].as_str().unwrap().to_owned(),
        deliveries.collect(),
    )
}

pub fn headers(row: &Value) -> HeaderMap {
    row.as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value.as_str().unwrap()).unwrap(),
            )
        })
        .collect()
}

/// The answer to `OrderById` in a scenario.
pub fn answer(scenario: &str) -> Value {
    json(&format!("graphql/order_by_id.{scenario}.json"))
}

pub fn read(answer: &Value) -> Reading {
    let body = answer.to_string();
    platform().read(&connection(&["any"]), Source::Fetched, body.as_bytes())
}

pub fn order(answer: &Value) -> Order {
    match read(answer) {
        Reading::Order { order, .. } => *order,
        other => panic!("{other:?}"),
    }
}

pub fn refusal(answer: &Value) -> Refusal {
    match read(answer) {
        Reading::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

pub fn line<'a>(order: &'a Order, key: &str) -> &'a OrderLine {
    order
        .lines
        .iter()
        .find(|line| line.key.as_str() == key)
        .unwrap_or_else(|| panic!("{key} is a line"))
}

pub fn is_product(line: &OrderLine) -> bool {
    matches!(line.kind, LineKind::Product(_))
}
