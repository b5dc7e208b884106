//! The fixtures, and a connection they belong to.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use retail::{ConnectionId, PlatformCode, RetailerId};
use secrecy::SecretString;
use serde_json::Value;
use service::clock::ManualClock;
use shop::{ApiAccess, Connection, LiveSecrets, PlainHttp, Reading, ShopUrl, Source};
use shop_ecom::{CODE, Ecom};

/// What the deliveries of the fixtures are signed with.
pub const SECRET: &str = "abcde123456789";

/// The fixtures' store.
pub const STORE: &str = "https://app.ecwid.com/api/v3/1003";

/// At the time of the fixtures' deliveries.
pub fn platform() -> &'static Ecom {
    static PLATFORM: LazyLock<Ecom> =
        LazyLock::new(|| platform_at("2026-01-05T09:10:00Z".parse().unwrap()));
    &PLATFORM
}

pub fn platform_at(now: Timestamp) -> Ecom {
    Ecom::new(Arc::new(ManualClock::at(now))).unwrap()
}

/// A connection to the fixtures' store.
pub fn connection(secrets: &[&str]) -> Connection {
    connection_to(STORE, secrets)
}

pub fn connection_to(url: &str, secrets: &[&str]) -> Connection {
    let secrets = secrets
        .iter()
        .map(|text| SecretString::from(*text))
        .collect();
    let api = ApiAccess::new(
        ShopUrl::new(url).unwrap(),
        SecretString::from("client-id"),
        SecretString::from("secret_token"),
        PlainHttp::Allowed,
    );
    Connection {
        id: ConnectionId::new(uuid::Uuid::from_u128(7)),
        retailer: RetailerId::new(uuid::Uuid::from_u128(1)),
        platform: PlatformCode::new(CODE).unwrap(),
        secrets: LiveSecrets::new(secrets).unwrap(),
        api: Some(api.unwrap()),
    }
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

pub fn text(path: &str) -> String {
    fs::read_to_string(folder().join(path)).unwrap()
}

pub fn json(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}

/// What a fetch answers with: an order of a store with this currency.
pub fn fetched(currency: &str, order: &str) -> Vec<u8> {
    format!(r#"{{"currency":"{currency}","order":{order}}}"#).into_bytes()
}

/// The order of a fixture `NAME.CURRENCY`, as it is fetched.
pub fn order(name: &str) -> Vec<u8> {
    let (_, currency) = name.rsplit_once('.').unwrap();
    fetched(
        &currency.to_uppercase(),
        &text(&format!("orders/{name}.json")),
    )
}

pub fn read(fetched: &[u8]) -> Reading {
    use shop::Platform as _;
    platform().read(&connection(&["any"]), Source::Fetched, fetched)
}

/// One delivery.
#[derive(Clone)]
pub struct Hook {
    pub topic: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Hook {
    pub fn bytes(&self) -> Vec<u8> {
        self.body.to_string().into_bytes()
    }
}

/// All deliveries of the fixtures.
pub fn hooks() -> Vec<Hook> {
    fs::read_dir(folder().join("webhooks"))
        .unwrap()
        .map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let hook = json(&format!("webhooks/{name}"));
            Hook {
                topic: name.strip_suffix(".json").unwrap().to_owned(),
                headers: headers(&hook["headers"]),
                body: hook["body"].clone(),
            }
        })
        .collect()
}

pub fn hook(topic: &str) -> Hook {
    hooks()
        .into_iter()
        .find(|hook| hook.topic == topic)
        .unwrap()
}

fn headers(headers: &Value) -> HeaderMap {
    headers
        .as_object()
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
