//! A connection to a store, and the sample orders.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use retail::{ConnectionId, Order, PlatformCode, RetailerId};
use secrecy::SecretString;
use serde_json::{Value, json};
use service::clock::ManualClock;
use shop::{
    ApiAccess, Connection, LiveSecrets, PlainHttp, Platform as _, Reading, ShopUrl, Source,
};
use shop_bigcommerce::{BigCommerce, CODE};

/// The store that the samples are of.
pub const HASH: &str = "abc123";
pub const TOKEN: &str = "access-token";

/// Ten seconds after the signature vectors were signed.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_010).unwrap()
}

pub fn platform() -> &'static BigCommerce {
    static PLATFORM: LazyLock<BigCommerce> =
        LazyLock::new(|| BigCommerce::new(Arc::new(ManualClock::at(now()))).unwrap());
    &PLATFORM
}

/// A connection to the samples' store, at BigCommerce's own address.
pub fn connection(secrets: &[&str]) -> Connection {
    connection_at(
        &format!("https://api.bigcommerce.com/stores/{HASH}"),
        secrets,
    )
}

pub fn connection_at(url: &str, secrets: &[&str]) -> Connection {
    let secrets = secrets
        .iter()
        .map(|text| SecretString::from(*text))
        .collect();
    let api = ApiAccess::new(
        ShopUrl::new(url).unwrap(),
        SecretString::from("client-id"),
        SecretString::from(TOKEN),
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

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

pub fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The folders of all sample orders.
pub fn samples() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(fixtures().join("orders"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    folders
}

/// The sample whose name begins with this id, as the document that a fetch makes of it.
pub fn sample(id: &str) -> Value {
    static DOCUMENTS: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
        samples()
            .iter()
            .map(|folder| (id_of(folder), document(folder)))
            .collect()
    });
    DOCUMENTS[id].clone()
}

/// The id of a sample's order: what its folder's name begins with.
pub fn id_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap().to_str().unwrap();
    name.split_once('-').unwrap().0.to_owned()
}

pub fn document(folder: &Path) -> Value {
    let part = |name: &str| {
        let path = folder.join(format!("{name}.json"));
        // No file: the list answers 204 and nothing.
        if path.exists() {
            json_of(&path)
        } else {
            json!([])
        }
    };
    json!({
        "order": part("order"),
        "products": part("products"),
        "shipping_addresses": part("shipping_addresses"),
        "coupons": part("coupons"),
        "taxes": part("taxes"),
        "fees": [],
        "refunds": part("refunds")["data"],
        "transactions": part("transactions")["data"],
    })
}

pub fn read(document: &Value) -> Reading {
    let body = document.to_string();
    platform().read(&connection(&["any"]), Source::Fetched, body.as_bytes())
}

pub fn order(document: &Value) -> Order {
    match read(document) {
        Reading::Order {
            order,
            status_known,
        } => {
            assert!(status_known);
            *order
        }
        other => panic!("{other:?}"),
    }
}
