//! What each topic is to us. The table is data: adding a topic is adding a row.

use shop::{PrivacyKind, ShopEvent};

/// Where a delivery names the order it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The order is the body's own subject: `id`.
    Order,
    /// `order_id` names it.
    OrderId,
    /// `order_edit.order_id` names it.
    OrderEdit,
    /// No order.
    Event(ShopEvent),
    /// Nothing that sales depend on, and why.
    Nothing(&'static str),
}

/// The first row that fits: a name, or the beginning of names where it ends in `/`.
const TOPICS: [(&str, About); 19] = [
    (
        "orders/delete",
        About::Nothing("an order deleted in the shop; its sale stays"),
    ),
    ("orders/edited", About::OrderEdit),
    ("orders/", About::Order),
    ("refunds/", About::OrderId),
    ("order_transactions/", About::OrderId),
    ("fulfillments/", About::OrderId),
    ("fulfillment_events/", About::OrderId),
    (
        "products/",
        About::Nothing("a product; the point of sale is its record"),
    ),
    (
        "inventory_levels/",
        About::Nothing("a stock level; the ledger counts stock itself"),
    ),
    (
        "inventory_items/",
        About::Nothing("an inventory item; the point of sale is its record"),
    ),
    (
        "locations/",
        About::Nothing("a location, which no sale depends on"),
    ),
    (
        "shop/update",
        About::Nothing("the shop's own settings, which no sale depends on"),
    ),
    ("app/uninstalled", About::Event(ShopEvent::AppRemoved)),
    (
        "app/scopes_update",
        About::Nothing("the app's rights changed; connections do not follow that yet"),
    ),
    (
        "bulk_operations/finish",
        About::Nothing("a bulk operation ended; nobody asked for one yet"),
    ),
    (
        "customers/data_request",
        About::Event(ShopEvent::Privacy(PrivacyKind::CustomerData)),
    ),
    (
        "customers/redact",
        About::Event(ShopEvent::Privacy(PrivacyKind::CustomerErasure)),
    ),
    (
        "shop/redact",
        About::Event(ShopEvent::Privacy(PrivacyKind::ShopErasure)),
    ),
    ("", About::Nothing("a topic that no sale depends on")),
];

pub(crate) fn about(topic: &str) -> About {
    TOPICS
        .iter()
        .find(|(name, _)| {
            *name == topic || (topic.starts_with(name) && (name.is_empty() || name.ends_with('/')))
        })
        .map_or(
            About::Nothing("a topic that no sale depends on"),
            |(_, about)| about.clone(),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_that_fits_decides() {
        for (topic, what) in [
            ("orders/create", About::Order),
            ("orders/risk_assessment_changed", About::Order),
            ("orders/edited", About::OrderEdit),
            ("refunds/create", About::OrderId),
            ("order_transactions/create", About::OrderId),
            ("fulfillments/update", About::OrderId),
        ] {
            assert_eq!(about(topic), what, "{topic}");
        }
        for topic in [
            "",
            "orders",
            "orders/delete",
            "draft_orders/create",
            "app/scopes_update",
        ] {
            assert!(matches!(about(topic), About::Nothing(_)), "{topic}");
        }
    }

    #[test]
    fn what_a_shop_tells_of_itself_is_no_order() {
        for (topic, event) in [
            ("app/uninstalled", ShopEvent::AppRemoved),
            (
                "customers/data_request",
                ShopEvent::Privacy(PrivacyKind::CustomerData),
            ),
            (
                "customers/redact",
                ShopEvent::Privacy(PrivacyKind::CustomerErasure),
            ),
            ("shop/redact", ShopEvent::Privacy(PrivacyKind::ShopErasure)),
        ] {
            assert_eq!(about(topic), About::Event(event), "{topic}");
        }
    }
}
