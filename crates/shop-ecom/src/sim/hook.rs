//! A delivery as the shop posts it: where to, and a signature over two of its fields.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::live::Access;
use super::order::{Order, Status};

/// What the shop tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    OrderCreated,
    OrderUpdated,
    UnfinishedOrderCreated,
    UnfinishedOrderUpdated,
    /// No sale depends on it.
    ProductUpdated,
    Uninstalled,
}

impl Event {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrderCreated => "order.created",
            Self::OrderUpdated => "order.updated",
            Self::UnfinishedOrderCreated => "unfinished_order.created",
            Self::UnfinishedOrderUpdated => "unfinished_order.updated",
            Self::ProductUpdated => "product.updated",
            Self::Uninstalled => "application.uninstalled",
        }
    }

    /// What an order's version is told as, after the one before it.
    pub(super) fn of(before: Option<&Order>, now: &Order) -> Self {
        let finished = |order: &Order| order.status != Status::Incomplete;
        match (before.map(finished), finished(now)) {
            (None, false) => Self::UnfinishedOrderCreated,
            (Some(_), false) => Self::UnfinishedOrderUpdated,
            (None | Some(false), true) => Self::OrderCreated,
            (Some(true), true) => Self::OrderUpdated,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// `?eventtype=…`, added to the app's address.
    pub query: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Hook {
    /// Tells, at `at`, what `order` has become.
    #[must_use]
    pub fn of_order(access: &Access, event: Event, at: Timestamp, order: &Order) -> Self {
        // Two savings of one order within a second are two events.
        let what = format!("{}:{}", order.internal_id, order.touched);
        let id = event_id(access, event, order.modified_at, &what);
        let data = json!({
            "orderId": order.id,
            "newPaymentStatus": order.status.as_str(),
            "newFulfillmentStatus": order.fulfilment.as_str(),
        });
        Self::sign(access, event, at, &id, order.internal_id, &data)
    }

    /// Tells of a product, about which no sale cares.
    #[must_use]
    pub fn of_product(access: &Access, at: Timestamp, product: u64) -> Self {
        let id = event_id(access, Event::ProductUpdated, at, &product.to_string());
        Self::sign(access, Event::ProductUpdated, at, &id, product, &json!({}))
    }

    /// Tells that the store has the app no more.
    #[must_use]
    pub fn of_uninstallation(access: &Access, at: Timestamp) -> Self {
        let id = event_id(access, Event::Uninstalled, at, "");
        Self::sign(
            access,
            Event::Uninstalled,
            at,
            &id,
            access.store,
            &json!({}),
        )
    }

    fn sign(
        access: &Access,
        event: Event,
        at: Timestamp,
        id: &str,
        entity: u64,
        data: &serde_json::Value,
    ) -> Self {
        let created = at.as_second();
        let body = json!({
            "eventId": id,
            "eventCreated": created,
            "storeId": access.store,
            "entityId": entity,
            "eventType": event.as_str(),
            "data": data,
        });
        let signature = signature(&access.client_secret, &format!("{created}.{id}"));
        Self {
            query: format!("?eventtype={}", event.as_str()),
            headers: vec![
                ("content-type", "application/json; charset=UTF-8".to_owned()),
                ("x-ecwid-webhook-signature", signature),
            ],
            body: body.to_string().into_bytes(),
        }
    }
}

/// Base64 of HMAC-SHA256.
pub(super) fn signature(secret: &str, message: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(message.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Dressed as a UUID; the same for the same happening, as over all tries of one delivery.
fn event_id(access: &Access, event: Event, at: Timestamp, entity: &str) -> String {
    let what = format!(
        "{}:{}:{}:{entity}",
        access.store,
        event.as_str(),
        at.as_second()
    );
    let hash = Sha256::digest(what);
    let hex = hash[..16].iter().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        let _infallible = write!(text, "{byte:02x}");
        text
    });
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}
