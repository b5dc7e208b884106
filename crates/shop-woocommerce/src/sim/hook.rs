//! A delivery as the shop posts it: topic, headers and a signature over the raw body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// The shop's webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    OrderCreated,
    OrderUpdated,
    /// No sale depends on it; kept all the same.
    ProductUpdated,
}

impl Topic {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrderCreated => "order.created",
            Self::OrderUpdated => "order.updated",
            Self::ProductUpdated => "product.updated",
        }
    }

    const fn webhook_id(self) -> &'static str {
        match self {
            Self::OrderCreated => "1",
            Self::OrderUpdated => "2",
            Self::ProductUpdated => "6",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Hook {
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

pub(super) const SOURCE: &str = "http://127.0.0.1:8088/";

impl Hook {
    /// Any body, signed with the webhook's secret.
    #[must_use]
    pub fn sign(topic: Topic, at: Timestamp, body: Vec<u8>, secret: &str) -> Self {
        let headers = Envelope {
            source: SOURCE,
            topic: topic.as_str(),
            webhook: topic.webhook_id(),
            at,
        };
        headers.sign(body, secret)
    }
}

/// What a delivery's headers are made of.
pub(super) struct Envelope<'a> {
    /// The shop's home, with a slash.
    pub(super) source: &'a str,
    pub(super) topic: &'a str,
    pub(super) webhook: &'a str,
    pub(super) at: Timestamp,
}

impl Envelope<'_> {
    pub(super) fn sign(&self, body: Vec<u8>, secret: &str) -> Hook {
        let Self {
            source,
            topic,
            webhook,
            at,
        } = self;
        let (resource, event) = topic.split_once('.').unwrap_or((topic, ""));
        let text = |text: &str| text.to_owned();
        let headers = vec![
            (
                "user-agent",
                text("WooCommerce/10.0.2 Hookshot (WordPress/6.8.8)"),
            ),
            ("accept", text("*/*")),
            ("content-type", text("application/json")),
            ("x-wc-webhook-source", text(source)),
            ("x-wc-webhook-topic", text(topic)),
            ("x-wc-webhook-resource", text(resource)),
            ("x-wc-webhook-event", text(event)),
            ("x-wc-webhook-signature", signature(secret, &body)),
            ("x-wc-webhook-id", text(webhook)),
            ("x-wc-webhook-delivery-id", delivery_id(webhook, *at)),
        ];
        Hook { headers, body }
    }
}

/// Base64 of HMAC-SHA256 over the raw bytes.
#[must_use]
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Of webhook and second alone: many deliveries share one, as in a real shop.
fn delivery_id(webhook: &str, at: Timestamp) -> String {
    let hash = Sha256::digest(format!("{webhook}:{}", at.as_second()));
    hash[..16].iter().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
