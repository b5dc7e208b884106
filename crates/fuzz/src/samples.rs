//! The platforms, each with what the fixtures of its crate hold.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use http::{HeaderMap, HeaderName, HeaderValue};
use retail::{ConnectionId, Order, PlatformCode, RetailerId};
use secrecy::SecretString;
use serde_json::{Value, json};
use service::clock::{ManualClock, SequentialIds, SystemClock};
use shop::conformance::Signed;
use shop::{ApiAccess, Connection, LiveSecrets, PlainHttp, Reading, ShopUrl, Source};
use shop_bigcommerce::BigCommerce;
use shop_ecom::Ecom;
use shop_shopify::Shopify;
use shop_woocommerce::WooCommerce;

use crate::subject::{Delivery, Subject};

/// When the fixtures that are signed with an instant were.
const BIGCOMMERCE_NOW: &str = "2023-11-14T22:13:30Z";
/// Signs the fixtures' `order.updated`.
const WOOCOMMERCE_SECRET: &str = "secret-order-updated";
const ECOM_NOW: &str = "2026-01-05T09:10:00Z";

pub fn subjects() -> Result<Vec<Subject>> {
    Ok(vec![bigcommerce()?, ecom()?, shopify()?, woocommerce()?])
}

/// Every sample that is an order.
pub fn orders() -> Result<Vec<Order>> {
    let mut orders = Vec::new();
    for subject in subjects()? {
        for body in &subject.orders {
            let reading = subject
                .platform
                .read(&subject.connection, Source::Fetched, body);
            if let Reading::Order { order, .. } = reading {
                orders.push(*order);
            }
        }
    }
    Ok(orders)
}

fn woocommerce() -> Result<Subject> {
    let fixtures = fixtures("woocommerce").join("webhooks");
    let secrets = json_of(&fixtures.join("secrets.json"))?;
    let mut deliveries = Vec::new();
    let mut orders = Vec::new();
    for row in rows(&json_of(&fixtures.join("index.json"))?)? {
        let (Some(file), Some(hook)) = (row["file"].as_str(), row["webhook_id"].as_str()) else {
            continue;
        };
        let topic = text(&row["topic"])?;
        let body = fs::read(fixtures.join(format!("{file}.body")))?;
        if topic.starts_with("order.") {
            orders.push(body.clone());
        }
        // Each webhook has its secret; one connection knows one.
        if secrets["by_webhook_id"][hook] == WOOCOMMERCE_SECRET {
            let lines = fs::read_to_string(fixtures.join(format!("{file}.headers")))?;
            deliveries.push(Delivery {
                topic,
                headers: lines
                    .lines()
                    .filter_map(|line| line.split_once(": "))
                    .map(header)
                    .collect::<Result<_>>()?,
                body,
            });
        }
    }
    let clock = ManualClock::at(ECOM_NOW.parse()?);
    Ok(Subject {
        platform: Arc::new(WooCommerce::new(
            Arc::new(clock),
            Arc::new(SequentialIds::default()),
        )?),
        connection: connection(
            shop_woocommerce::CODE,
            "https://shop.example",
            WOOCOMMERCE_SECRET,
        )?,
        signed: Signed::Body,
        orders,
        deliveries,
    })
}

fn shopify() -> Result<Subject> {
    let fixtures = fixtures("shopify");
    let file = json_of(&fixtures.join("webhooks/deliveries.json"))?;
    let mut deliveries = Vec::new();
    for row in rows(&file["deliveries"])? {
        let headers = headers(&row["headers"])?;
        deliveries.push(Delivery {
            topic: headers
                .get("x-shopify-topic")
                .context("a delivery without topic")?
                .to_str()?
                .to_owned(),
            headers,
            body: fs::read(fixtures.join("webhooks").join(text(&row["file"])?))?,
        });
    }
    Ok(Subject {
        platform: Arc::new(Shopify::new(Arc::new(SystemClock))?),
        connection: connection(
            shop_shopify::CODE,
            "https://pos-test.myshopify.com",
            &text(&file["secret"])?,
        )?,
        signed: Signed::Body,
        orders: files(&fixtures.join("graphql"))?
            .iter()
            .map(fs::read)
            .collect::<Result<_, _>>()?,
        deliveries,
    })
}

fn bigcommerce() -> Result<Subject> {
    let fixtures = fixtures("bigcommerce");
    let file = json_of(&fixtures.join("webhook-signature-vectors.json"))?;
    let mut deliveries = Vec::new();
    for vector in rows(&file["vectors"])? {
        let body = text(vector.get("body").unwrap_or(&file["body"]))?;
        deliveries.push(Delivery {
            topic: json_text(&body, "scope").unwrap_or_default(),
            headers: headers(&vector["headers"])?,
            body: body.into_bytes(),
        });
    }
    for path in files(&fixtures.join("webhooks"))? {
        let body = fs::read_to_string(path)?;
        deliveries.push(Delivery {
            topic: json_text(&body, "scope").unwrap_or_default(),
            headers: HeaderMap::new(),
            body: body.into_bytes(),
        });
    }
    let mut orders = Vec::new();
    for folder in files(&fixtures.join("orders"))? {
        orders.push(bigcommerce_order(&folder)?.to_string().into_bytes());
    }
    Ok(Subject {
        platform: Arc::new(BigCommerce::new(Arc::new(ManualClock::at(
            BIGCOMMERCE_NOW.parse()?,
        )))?),
        connection: connection(
            shop_bigcommerce::CODE,
            "https://api.bigcommerce.com/stores/abc123",
            &text(&file["client_secret"])?,
        )?,
        // The connection's own header is enough for a hint.
        signed: Signed::EventOnly,
        orders,
        deliveries,
    })
}

/// The order with its parts, as a fetch puts them together.
fn bigcommerce_order(folder: &Path) -> Result<Value> {
    let part = |name: &str| {
        let path = folder.join(format!("{name}.json"));
        if path.exists() {
            json_of(&path)
        } else {
            Ok(json!([]))
        }
    };
    Ok(json!({
        "order": part("order")?,
        "products": part("products")?,
        "shipping_addresses": part("shipping_addresses")?,
        "coupons": part("coupons")?,
        "taxes": part("taxes")?,
        "fees": [],
        "refunds": part("refunds")?["data"],
        "transactions": part("transactions")?["data"],
    }))
}

fn ecom() -> Result<Subject> {
    let fixtures = fixtures("ecom");
    let mut deliveries = Vec::new();
    for path in files(&fixtures.join("webhooks"))? {
        let hook = json_of(&path)?;
        deliveries.push(Delivery {
            topic: text(&hook["body"]["eventType"])?,
            headers: headers(&hook["headers"])?,
            body: hook["body"].to_string().into_bytes(),
        });
    }
    let mut orders = Vec::new();
    for path in files(&fixtures.join("orders"))? {
        let order = json_of(&path)?;
        orders.push(
            json!({"currency": "EUR", "order": order})
                .to_string()
                .into_bytes(),
        );
    }
    let vectors = json_of(&fixtures.join("webhook-signature-vectors.json"))?;
    Ok(Subject {
        platform: Arc::new(Ecom::new(Arc::new(ManualClock::at(ECOM_NOW.parse()?)))?),
        connection: connection(
            shop_ecom::CODE,
            "https://app.ecwid.com/api/v3/1003",
            &text(&vectors["client_secret"])?,
        )?,
        signed: Signed::EventOnly,
        orders,
        deliveries,
    })
}

fn connection(platform: &str, url: &str, secret: &str) -> Result<Connection> {
    let api = ApiAccess::new(
        ShopUrl::new(url)?,
        SecretString::from("key"),
        SecretString::from("key's secret"),
        PlainHttp::Refused,
    )?;
    Ok(Connection {
        id: ConnectionId::new(uuid::Uuid::from_u128(7)),
        retailer: RetailerId::new(uuid::Uuid::from_u128(1)),
        platform: PlatformCode::new(platform)?,
        secrets: LiveSecrets::new(vec![SecretString::from(secret)])?,
        api: Some(api),
    })
}

fn fixtures(platform: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../shop-{platform}/fixtures"))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    paths.sort();
    Ok(paths)
}

fn json_of(path: &Path) -> Result<Value> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn rows(value: &Value) -> Result<Vec<Value>> {
    value.as_array().cloned().context("not a list")
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("not a text")?.to_owned())
}

fn json_text(document: &str, field: &str) -> Option<String> {
    let document: Value = serde_json::from_str(document).ok()?;
    Some(document[field].as_str()?.to_owned())
}

fn headers(fields: &Value) -> Result<HeaderMap> {
    let fields = fields.as_object().context("headers are no object")?;
    fields
        .iter()
        .map(|(name, value)| header((name, value.as_str().unwrap_or_default())))
        .collect()
}

fn header((name, value): (&str, &str)) -> Result<(HeaderName, HeaderValue)> {
    Ok((name.parse()?, value.parse()?))
}
