//! A delivery as Shopify posts it: headers, and a signature over the raw body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;
use shop::sim::ProductEdit;

use super::catalogue::{Catalogue, Product};
use super::order::Order;
use super::shelf::LOCATION_ID;
use super::trade::Change;

/// The topics that the shop tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    OrdersCreate,
    OrdersUpdated,
    OrdersPaid,
    OrdersEdited,
    OrdersCancelled,
    RefundsCreate,
    OrderTransactionsCreate,
    /// No sale depends on it; kept all the same.
    ProductsUpdate,
    InventoryItemsUpdate,
    InventoryLevelsUpdate,
    AppUninstalled,
    AppScopesUpdate,
    /// The three that nobody subscribes to: they are set in the app's settings.
    CustomersDataRequest,
    CustomersRedact,
    ShopRedact,
}

impl Topic {
    /// Those that the API knows.
    const ALL: [Self; 12] = [
        Self::OrdersCreate,
        Self::OrdersUpdated,
        Self::OrdersPaid,
        Self::OrdersEdited,
        Self::OrdersCancelled,
        Self::RefundsCreate,
        Self::OrderTransactionsCreate,
        Self::ProductsUpdate,
        Self::InventoryItemsUpdate,
        Self::InventoryLevelsUpdate,
        Self::AppUninstalled,
        Self::AppScopesUpdate,
    ];

    /// As deliveries have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.names().0
    }

    /// As the API has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.names().1
    }

    /// The topic that the API knows by this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::OrdersCreate => ("orders/create", "ORDERS_CREATE"),
            Self::OrdersUpdated => ("orders/updated", "ORDERS_UPDATED"),
            Self::OrdersPaid => ("orders/paid", "ORDERS_PAID"),
            Self::OrdersEdited => ("orders/edited", "ORDERS_EDITED"),
            Self::OrdersCancelled => ("orders/cancelled", "ORDERS_CANCELLED"),
            Self::RefundsCreate => ("refunds/create", "REFUNDS_CREATE"),
            Self::OrderTransactionsCreate => {
                ("order_transactions/create", "ORDER_TRANSACTIONS_CREATE")
            }
            Self::ProductsUpdate => ("products/update", "PRODUCTS_UPDATE"),
            Self::InventoryItemsUpdate => ("inventory_items/update", "INVENTORY_ITEMS_UPDATE"),
            Self::InventoryLevelsUpdate => ("inventory_levels/update", "INVENTORY_LEVELS_UPDATE"),
            Self::AppUninstalled => ("app/uninstalled", "APP_UNINSTALLED"),
            Self::AppScopesUpdate => ("app/scopes_update", "APP_SCOPES_UPDATE"),
            Self::CustomersDataRequest => ("customers/data_request", "CUSTOMERS_DATA_REQUEST"),
            Self::CustomersRedact => ("customers/redact", "CUSTOMERS_REDACT"),
            Self::ShopRedact => ("shop/redact", "SHOP_REDACT"),
        }
    }
}

/// What the shop tells of a change.
pub(super) fn topics(change: &Change) -> Vec<Topic> {
    let Change { before, after } = change;
    let was = |of: fn(&Order) -> usize| before.as_ref().map_or(0, of);
    let money = |order: &Order| order.received();
    let was_paid = before.as_ref().is_some_and(|before| money(before) > 0);
    let units = |order: &Order| -> i64 {
        let lines = order.lines.iter();
        lines.map(|line| line.quantity - line.removed).sum()
    };
    [
        (Topic::OrdersCreate, before.is_none()),
        (Topic::OrdersUpdated, true),
        (Topic::OrdersPaid, !was_paid && money(after) > 0),
        (
            Topic::OrdersEdited,
            before
                .as_ref()
                .is_some_and(|before| units(before) != units(after)),
        ),
        (
            Topic::OrdersCancelled,
            after.cancelled_at.is_some()
                && before
                    .as_ref()
                    .is_none_or(|before| before.cancelled_at.is_none()),
        ),
        (
            Topic::RefundsCreate,
            after.refunds.len() > was(|order| order.refunds.len()),
        ),
        (
            Topic::OrderTransactionsCreate,
            after.payments.len() > was(|order| order.payments.len()),
        ),
        (Topic::ProductsUpdate, before.is_none()),
    ]
    .into_iter()
    .filter_map(|(topic, happened)| happened.then_some(topic))
    .collect()
}

/// The shop that tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sender<'a> {
    pub(super) domain: &'a str,
    /// Of the app.
    pub(super) secret: &'a str,
}

/// What a delivery is known by: its own number, and that of what it tells of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub(super) delivery: u64,
    pub(super) event: u64,
}

impl Sender<'_> {
    pub(super) fn headers(
        self,
        topic: Topic,
        numbers: Numbers,
        at: Timestamp,
        body: &[u8],
    ) -> HeaderMap {
        let Numbers { delivery, event } = numbers;
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("x-shopify-topic", topic.as_str().to_owned()),
            ("x-shopify-hmac-sha256", signature(self.secret, body)),
            ("x-shopify-shop-domain", self.domain.to_owned()),
            ("x-shopify-api-version", crate::API_VERSION.to_owned()),
            ("x-shopify-webhook-id", id(1, delivery)),
            ("x-shopify-event-id", id(2, event)),
            ("x-shopify-triggered-at", at.to_string()),
        ];
        headers
            .into_iter()
            .filter_map(|(name, value)| {
                let value = HeaderValue::from_str(&value).ok()?;
                Some((HeaderName::from_static(name), value))
            })
            .collect()
    }
}

/// In the shape of the real ones.
fn id(kind: u64, number: u64) -> String {
    format!("b54557e4-0000-400{kind}-8000-{number:012x}")
}

/// Base64 of HMAC-SHA256 over the raw bytes.
fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

/// As little of the truth as a real delivery: no payments, deltas without prices, floats.
pub(super) fn body(catalogue: &Catalogue, order: &Order, topic: Topic) -> Value {
    let id = order.id;
    match topic {
        Topic::OrdersCreate | Topic::OrdersUpdated | Topic::OrdersPaid | Topic::OrdersCancelled => {
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
        }
        Topic::OrdersEdited => json!({ "order_edit": {
            "id": order.updated_at.as_second(),
            "order_id": id,
            "committed_at": order.updated_at.to_string(),
            "line_items": { "additions": [], "removals": [] },
        }}),
        Topic::RefundsCreate => json!({
            "id": order.refunds.last().map(|refund| refund.id),
            "order_id": id,
            "created_at": order.updated_at.to_string(),
        }),
        Topic::OrderTransactionsCreate => json!({
            "id": order.payments.last().map(|payment| payment.id),
            "order_id": id,
            "created_at": order.updated_at.to_string(),
        }),
        Topic::ProductsUpdate => {
            let place = order.lines.iter().find_map(|line| line.product);
            let product = catalogue.product(place.unwrap_or_default());
            json!({ "id": product.product_id, "title": product.name })
        }
        // Of no order.
        Topic::InventoryItemsUpdate
        | Topic::InventoryLevelsUpdate
        | Topic::AppUninstalled
        | Topic::AppScopesUpdate
        | Topic::CustomersDataRequest
        | Topic::CustomersRedact
        | Topic::ShopRedact => json!({}),
    }
}

/// What is told of a product that somebody edited.
pub(super) fn of_edit(product: &Product, edit: &ProductEdit, at: Timestamp) -> [(Topic, Value); 3] {
    let Product {
        product_id,
        variant_id,
        ..
    } = product;
    let ProductEdit {
        product: _,
        name,
        sku,
        barcode,
        price_cents,
        stock,
    } = edit;
    let at = at.to_string();
    let price = format!("{}.{:02}", price_cents / 100, price_cents % 100);
    [
        (
            Topic::ProductsUpdate,
            json!({
                "admin_graphql_api_id": format!("gid://shopify/Product/{product_id}"),
                "id": product_id,
                "title": name,
                "updated_at": at,
                "status": "active",
                "variants": [{
                    "id": variant_id,
                    "product_id": product_id,
                    "sku": sku,
                    "barcode": barcode,
                    "price": price,
                    "inventory_item_id": variant_id,
                    "inventory_quantity": stock,
                    "updated_at": at,
                }],
            }),
        ),
        (
            Topic::InventoryItemsUpdate,
            json!({
                "id": variant_id,
                "sku": sku,
                "updated_at": at,
                "tracked": true,
                "admin_graphql_api_id": format!("gid://shopify/InventoryItem/{variant_id}"),
            }),
        ),
        (
            Topic::InventoryLevelsUpdate,
            json!({
                "inventory_item_id": variant_id,
                "location_id": LOCATION_ID,
                "available": stock,
                "updated_at": at,
            }),
        ),
    ]
}
