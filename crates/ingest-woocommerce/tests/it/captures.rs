//! The captured deliveries that the platform's crate keeps.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use uuid::Uuid;

use crate::support::Shop;

pub struct Capture {
    pub name: String,
    pub headers: http::HeaderMap,
    pub body: Vec<u8>,
    /// `None`: a ping.
    pub secret: Option<String>,
}

/// Every delivery of the newer shop, in the order they came.
pub fn all() -> Vec<Capture> {
    let folder = fixtures().join("webhooks");
    let read = |name: String| std::fs::read(folder.join(name)).unwrap();
    let json = |name: &str| -> Value { serde_json::from_slice(&read(name.to_owned())).unwrap() };
    let secrets = json("secrets.json");
    let index = json("index.json");
    let rows = index.as_array().unwrap().iter();
    rows.filter_map(|row| Some((row, row["file"].as_str()?)))
        .map(|(row, name)| Capture {
            name: name.to_owned(),
            headers: headers(&read(format!("{name}.headers"))),
            body: read(format!("{name}.body")),
            secret: row["webhook_id"]
                .as_str()
                .map(|id| secrets["by_webhook_id"][id].as_str().unwrap().to_owned()),
        })
        .collect()
}

pub fn body(name: &str) -> Vec<u8> {
    std::fs::read(fixtures().join("webhooks").join(format!("{name}.body"))).unwrap()
}

/// The captured shop signed each topic with a secret of its own: one connection for each.
pub fn shops(captures: &[Capture]) -> BTreeMap<String, Shop> {
    let mut shops = BTreeMap::new();
    for secret in captures.iter().filter_map(|capture| capture.secret.clone()) {
        let id = Uuid::from_u128(0x100 + shops.len() as u128);
        shops.entry(secret.clone()).or_insert(Shop {
            id,
            secrets: vec![secret],
            url: None,
        });
    }
    shops
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shop-woocommerce/fixtures")
}

/// As they came, but for what belongs to that connection alone.
fn headers(text: &[u8]) -> http::HeaderMap {
    let of_the_connection = ["host", "connection", "content-length", "accept-encoding"];
    String::from_utf8(text.to_vec())
        .unwrap()
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| !of_the_connection.contains(&name.to_ascii_lowercase().as_str()))
        .map(|(name, value)| {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            (name, value.parse().unwrap())
        })
        .collect()
}
