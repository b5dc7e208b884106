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

    const fn event(self) -> &'static str {
        match self {
            Self::OrderCreated => "created",
            Self::OrderUpdated | Self::ProductUpdated => "updated",
        }
    }

    const fn resource(self) -> &'static str {
        match self {
            Self::OrderCreated | Self::OrderUpdated => "order",
            Self::ProductUpdated => "product",
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
        let text = |text: &str| text.to_owned();
        let headers = vec![
            (
                "user-agent",
                text("WooCommerce/10.0.2 Hookshot (WordPress/6.8.8)"),
            ),
            ("accept", text("*/*")),
            ("content-type", text("application/json")),
            ("x-wc-webhook-source", text(SOURCE)),
            ("x-wc-webhook-topic", text(topic.as_str())),
            ("x-wc-webhook-resource", text(topic.resource())),
            ("x-wc-webhook-event", text(topic.event())),
            ("x-wc-webhook-signature", signature(secret, &body)),
            ("x-wc-webhook-id", text(topic.webhook_id())),
            ("x-wc-webhook-delivery-id", delivery_id(topic, at)),
        ];
        Self { headers, body }
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
fn delivery_id(topic: Topic, at: Timestamp) -> String {
    let hash = Sha256::digest(format!("{}:{}", topic.webhook_id(), at.as_second()));
    hash[..16].iter().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
