//! What can be asked of the shop's API, and what asking costs.

use serde_json::Value;

use super::shelf::ShelfQuestion;

/// The operations that the shop knows, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    OrderById,
    OrderLineItemsPage,
    RefundLineItemsPage,
    OrdersPage,
    OrdersWholePage,
    Shop,
    WebhookSubscriptions,
    WebhookSubscriptionCreate,
    WebhookSubscriptionDelete,
    Shelf(ShelfQuestion),
}

impl Question {
    pub(super) fn of(query: &str) -> Option<Self> {
        let mut lines = query.lines();
        let begins = |line: &&str| line.starts_with("query ") || line.starts_with("mutation ");
        let name = lines.find(begins)?.split([' ', '(']).nth(1)?;
        Some(match name {
            "OrderById" => Self::OrderById,
            "OrderLineItemsPage" => Self::OrderLineItemsPage,
            "RefundLineItemsPage" => Self::RefundLineItemsPage,
            "OrdersPage" => Self::OrdersPage,
            "OrdersWholePage" => Self::OrdersWholePage,
            "Shop" => Self::Shop,
            "WebhookSubscriptions" => Self::WebhookSubscriptions,
            "WebhookSubscriptionCreate" => Self::WebhookSubscriptionCreate,
            "WebhookSubscriptionDelete" => Self::WebhookSubscriptionDelete,
            other => Self::Shelf(ShelfQuestion::of(other)?),
        })
    }

    /// What asking costs, in points, whatever comes of it.
    pub(super) fn cost(self, variables: &Value) -> i64 {
        match self {
            Self::OrderById => 187,
            Self::OrdersWholePage => 937,
            Self::OrderLineItemsPage => 135,
            Self::RefundLineItemsPage => 36,
            Self::OrdersPage | Self::WebhookSubscriptions => 13,
            Self::Shop => 1,
            Self::WebhookSubscriptionCreate | Self::WebhookSubscriptionDelete => 10,
            Self::Shelf(question) => question.cost(variables),
        }
    }

    /// What answering costs at least: changes cost the same, done or refused.
    pub(super) const fn least_cost(self) -> i64 {
        match self {
            Self::WebhookSubscriptionCreate | Self::WebhookSubscriptionDelete => 10,
            Self::OrderById
            | Self::OrderLineItemsPage
            | Self::RefundLineItemsPage
            | Self::OrdersPage
            | Self::OrdersWholePage
            | Self::Shop
            | Self::WebhookSubscriptions => 1,
            Self::Shelf(question) => question.least_cost(),
        }
    }
}
