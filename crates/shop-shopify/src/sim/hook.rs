//! A delivery as Shopify posts it: headers, and a signature over the raw body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::catalogue::Catalogue;
use super::order::Order;

/// The topics that the shop tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    OrdersCreate,
    OrdersUpdated,
    OrdersPaid,
    OrdersEdited,
    OrdersCancelled,
    RefundsCreate,
    /// No sale depends on it; kept all the same.
    ProductsUpdate,
}

impl Topic {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrdersCreate => "orders/create",
            Self::OrdersUpdated => "orders/updated",
            Self::OrdersPaid => "orders/paid",
            Self::OrdersEdited => "orders/edited",
            Self::OrdersCancelled => "orders/cancelled",
            Self::RefundsCreate => "refunds/create",
            Self::ProductsUpdate => "products/update",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Hook {
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Hook {
    /// Any body, of the shop at `domain`, signed with the app's secret.
    #[must_use]
    pub fn sign(topic: Topic, domain: &str, body: Vec<u8>, secret: &str) -> Self {
        let id = STANDARD.encode(Sha256::digest(&body));
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("x-shopify-topic", topic.as_str().to_owned()),
            ("x-shopify-hmac-sha256", signature(secret, &body)),
            ("x-shopify-shop-domain", domain.to_owned()),
            ("x-shopify-api-version", crate::API_VERSION.to_owned()),
            ("x-shopify-webhook-id", id),
        ];
        Self { headers, body }
    }
}

/// Base64 of HMAC-SHA256 over the raw bytes.
fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

pub(super) fn of(
    catalogue: &Catalogue,
    order: &Order,
    topic: Topic,
    domain: &str,
    secret: &str,
) -> Hook {
    let body = body(catalogue, order, topic);
    Hook::sign(topic, domain, body.to_string().into_bytes(), secret)
}

/// As little of the truth as a real delivery: no payments, deltas without prices, floats.
fn body(catalogue: &Catalogue, order: &Order, topic: Topic) -> Value {
    let head = |id: u64| {
        json!({
            "id": id,
            "admin_graphql_api_id": format!("gid://shopify/Order/{id}"),
            "name": format!("#{}", order.number),
            "created_at": order.created_at.to_string(),
            "updated_at": order.updated_at.to_string(),
            "cancelled_at": order.cancelled_at.map(|at| at.to_string()),
            "test": order.test,
            "email": order.person.as_ref().map(|person| &person.email),
        })
    };
    match topic {
        Topic::OrdersCreate | Topic::OrdersUpdated | Topic::OrdersPaid | Topic::OrdersCancelled => {
            head(order.id)
        }
        Topic::OrdersEdited => json!({ "order_edit": {
            "id": order.updated_at.as_second(),
            "order_id": order.id,
            "committed_at": order.updated_at.to_string(),
            "line_items": { "additions": [], "removals": [] },
        }}),
        Topic::RefundsCreate => json!({
            "id": order.refunds.last().map(|refund| refund.id),
            "order_id": order.id,
            "created_at": order.updated_at.to_string(),
        }),
        Topic::ProductsUpdate => {
            let place = order.lines.iter().find_map(|line| line.product);
            let product = catalogue.product(place.unwrap_or_default());
            json!({ "id": product.product_id, "title": product.name })
        }
    }
}
