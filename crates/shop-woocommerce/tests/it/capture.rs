//! The captured deliveries: the copies in `fixtures/`, and the collection they come from where it is at hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use http::{HeaderMap, HeaderName, HeaderValue};
use retail::{ConnectionId, PlatformCode, RetailerId};
use secrecy::SecretString;
use serde_json::Value;
use service::clock::{ManualClock, SequentialIds};
use shop::{Connection, LiveSecrets};
use shop_woocommerce::{CODE, WooCommerce};

/// One delivery, byte for byte.
#[derive(Clone)]
pub struct Capture {
    /// `folder/SHAPE.NN.TOPIC`
    pub file: String,
    pub topic: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// `None`: a ping, which nothing signs.
    pub secret: Option<String>,
    /// What `index.json` read from the body.
    pub status: Option<String>,
    pub code: Option<String>,
}

pub fn platform() -> &'static WooCommerce {
    static PLATFORM: LazyLock<WooCommerce> = LazyLock::new(|| {
        let clock = ManualClock::at("2026-11-21T19:54:12Z".parse().unwrap());
        WooCommerce::new(Arc::new(clock), Arc::new(SequentialIds::default())).unwrap()
    });
    &PLATFORM
}

pub fn connection(secrets: &[&str]) -> Connection {
    let secrets = secrets
        .iter()
        .map(|text| SecretString::from(*text))
        .collect();
    Connection {
        id: ConnectionId::new(uuid::Uuid::from_u128(7)),
        retailer: RetailerId::new(uuid::Uuid::from_u128(1)),
        platform: PlatformCode::new(CODE).unwrap(),
        secrets: LiveSecrets::new(secrets).unwrap(),
        api: None,
    }
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// All deliveries of both shops, from every place where they are.
pub fn all() -> Vec<Capture> {
    let mut roots = vec![fixtures()];
    let collection = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/contracts/woocommerce"))
        .find(|folder| folder.is_dir());
    match collection {
        Some(folder) => roots.push(folder),
        None => println!("skipped: the collection the fixtures were copied from is not at hand"),
    }
    roots
        .iter()
        .flat_map(|root| {
            ["webhooks", "posts-storage-7.9/webhooks"].map(|folder| folder_of(root, folder))
        })
        .flatten()
        .collect()
}

/// One delivery of the fixtures, by its name without folder and ending.
pub fn one(name: &str) -> Capture {
    static ALL: LazyLock<Vec<Capture>> = LazyLock::new(|| folder_of(&fixtures(), "webhooks"));
    ALL.iter()
        .find(|capture| capture.file == format!("webhooks/{name}"))
        .unwrap_or_else(|| panic!("{name} is among the fixtures"))
        .clone()
}

fn folder_of(root: &Path, folder: &str) -> Vec<Capture> {
    let path = root.join(folder);
    let json = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(path.join(name)).unwrap()).unwrap()
    };
    let secrets = json("secrets.json");
    let text = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    json("index.json")
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| Some((row, row["file"].as_str()?)))
        .map(|(row, file)| {
            let secret = row["webhook_id"]
                .as_str()
                .map(|id| secrets["by_webhook_id"][id].as_str().unwrap().to_owned());
            Capture {
                file: format!("{folder}/{file}"),
                topic: text(row, "topic").unwrap(),
                headers: headers(&path.join(format!("{file}.headers"))),
                body: fs::read(path.join(format!("{file}.body"))).unwrap(),
                secret,
                status: text(row, "status"),
                code: text(row, "code"),
            }
        })
        .collect()
}

fn headers(path: &Path) -> HeaderMap {
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| {
            (
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            )
        })
        .collect()
}
