//! The shop's webhooks: listed, made, changed and taken away.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{Problem, page, pairs, php};
use crate::sim::body::{gmt, local};
use crate::sim::fields::{Hints, Itself, Link};
use crate::sim::live::Running;
use crate::sim::live::webhooks::{Switch, Webhook};
use crate::sim::php_json;

const ROWS_LIMIT: usize = 100;
const ROWS: usize = 10;
const RESOURCES: [&str; 4] = ["order", "product", "customer", "coupon"];
const EVENTS: [&str; 4] = ["created", "updated", "deleted", "restored"];

pub(super) async fn list(
    State(running): State<Arc<Running>>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = pairs(query.as_deref().unwrap_or_default());
    let number = |name: &str, otherwise: usize| {
        let value = query.iter().find(|(known, _)| known == name);
        value.map_or(Some(otherwise), |(_, value)| value.parse().ok())
    };
    let (Some(rows @ 1..=ROWS_LIMIT), Some(number @ 1..)) =
        (number("per_page", ROWS), number("page", 1))
    else {
        return Problem::invalid_parameter().into_response();
    };
    let state = running.state();
    let all = &state.webhooks.all;
    let shown: Vec<Vec<u8>> = all
        .iter()
        .skip((number - 1).saturating_mul(rows))
        .take(rows)
        .map(|webhook| encoded(webhook, state.home()))
        .collect();
    page(&shown, all.len(), all.len().div_ceil(rows))
}

pub(super) async fn one(State(running): State<Arc<Running>>, Path(id): Path<u64>) -> Response {
    let state = running.state();
    match state.webhooks.all.iter().find(|webhook| webhook.id == id) {
        Some(webhook) => php(StatusCode::OK, &Shown::of(webhook, state.home())),
        None => unknown().into_response(),
    }
}

/// What may be said of a webhook; what is not said stays or is as usual.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    name: Option<String>,
    topic: Option<String>,
    status: Option<String>,
    delivery_url: Option<String>,
    secret: Option<String>,
}

pub(super) async fn create(State(running): State<Arc<Running>>, body: Bytes) -> Response {
    let Ok(wanted) = serde_json::from_slice::<Wanted>(&body) else {
        return Problem::invalid_json().into_response();
    };
    let topic = wanted.topic.unwrap_or_default();
    let delivery_url = wanted.delivery_url.unwrap_or_default();
    if let Err(problem) = check(&topic, &delivery_url) {
        return problem.into_response();
    }
    let now = running.clock.now();
    let mut state = running.state();
    let home = state.home().to_owned();
    let webhook = state.webhooks.add(|id| Webhook {
        id,
        name: wanted
            .name
            .unwrap_or_else(|| format!("Webhook created on {}", local(now))),
        topic,
        switch: Switch::Active,
        delivery_url,
        // A real shop makes one up that nobody is told; as good as one nobody knows.
        secret: wanted.secret.unwrap_or_else(|| running.keys.store_id()),
        failures: 0,
        created_at: now,
        modified_at: None,
    });
    php(StatusCode::CREATED, &Shown::of(webhook, &home))
}

pub(super) async fn update(
    State(running): State<Arc<Running>>,
    Path(id): Path<u64>,
    body: Bytes,
) -> Response {
    let Ok(wanted) = serde_json::from_slice::<Wanted>(&body) else {
        return Problem::invalid_json().into_response();
    };
    let now = running.clock.now();
    let mut state = running.state();
    let home = state.home().to_owned();
    let Some(webhook) = state.webhooks.get_mut(id) else {
        return unknown().into_response();
    };
    let topic = wanted.topic.unwrap_or_else(|| webhook.topic.clone());
    let url = wanted
        .delivery_url
        .unwrap_or_else(|| webhook.delivery_url.clone());
    if let Err(problem) = check(&topic, &url) {
        return problem.into_response();
    }
    webhook.topic = topic;
    webhook.delivery_url = url;
    webhook.name = wanted.name.unwrap_or_else(|| webhook.name.clone());
    webhook.secret = wanted.secret.unwrap_or_else(|| webhook.secret.clone());
    // Its failures stay counted.
    let switch = wanted.status.as_deref().and_then(Switch::read);
    webhook.switch = switch.unwrap_or(webhook.switch);
    webhook.modified_at = Some(now);
    let shown = php(StatusCode::OK, &Shown::of(webhook, &home));
    if switch == Some(Switch::Active) {
        state.webhooks.ping(id);
    }
    shown
}

pub(super) async fn delete(
    State(running): State<Arc<Running>>,
    Path(id): Path<u64>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = pairs(query.as_deref().unwrap_or_default());
    if !query
        .iter()
        .any(|(name, value)| name == "force" && matches!(value.as_str(), "true" | "1"))
    {
        return Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            "woocommerce_rest_trash_not_supported",
            "Webhooks do not support trashing.",
        )
        .into_response();
    }
    let mut state = running.state();
    match state.webhooks.remove(id) {
        Some(webhook) => php(StatusCode::OK, &Shown::of(&webhook, state.home())),
        None => unknown().into_response(),
    }
}

fn check(topic: &str, delivery_url: &str) -> Result<(), Problem> {
    let (resource, event) = topic.split_once('.').unwrap_or_default();
    let is_topic = match resource {
        "action" => !event.is_empty(),
        resource => RESOURCES.contains(&resource) && EVENTS.contains(&event),
    };
    if !is_topic {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "woocommerce_rest_shop_webhook_invalid_topic",
            "Webhook topic is required and must be valid.",
        ));
    }
    if delivery_url.starts_with("http://") || delivery_url.starts_with("https://") {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::BAD_REQUEST,
        "woocommerce_rest_shop_webhook_invalid_delivery_url",
        "Webhook delivery URL must be a valid URL starting with http:// or https://.",
    ))
}

fn unknown() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "woocommerce_rest_shop_webhook_invalid_id",
        "Invalid ID.",
    )
}

/// A webhook as the API shows it: without its secret.
#[derive(Serialize)]
struct Shown<'a> {
    id: u64,
    name: &'a str,
    status: &'static str,
    topic: &'a str,
    resource: &'a str,
    event: &'a str,
    hooks: [&'a str; 1],
    delivery_url: &'a str,
    date_created: String,
    date_created_gmt: String,
    date_modified: Option<String>,
    date_modified_gmt: Option<String>,
    _links: Links,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    itself: [Itself; 1],
    collection: [Link; 1],
}

impl<'a> Shown<'a> {
    fn of(webhook: &'a Webhook, home: &str) -> Self {
        let Webhook {
            id,
            name,
            topic,
            switch,
            delivery_url,
            secret: _,
            failures: _,
            created_at,
            modified_at,
        } = webhook;
        let (resource, event) = topic.split_once('.').unwrap_or_default();
        let collection = format!("{home}/wp-json/wc/v3/webhooks");
        Self {
            id: *id,
            name,
            status: switch.as_str(),
            topic,
            resource,
            event,
            hooks: [match topic.as_str() {
                "order.created" => "woocommerce_new_order",
                "order.updated" => "woocommerce_update_order",
                "order.restored" => "untrashed_post",
                _ => event,
            }],
            delivery_url,
            date_created: local(*created_at),
            date_created_gmt: gmt(*created_at),
            date_modified: modified_at.map(local),
            date_modified_gmt: modified_at.map(gmt),
            _links: Links {
                itself: [Itself {
                    href: format!("{collection}/{id}"),
                    target_hints: Hints {
                        allow: ["GET", "POST", "PUT", "PATCH", "DELETE"],
                    },
                }],
                collection: [Link { href: collection }],
            },
        }
    }
}

fn encoded(webhook: &Webhook, home: &str) -> Vec<u8> {
    php_json::encode(&Shown::of(webhook, home)).expect("plain structs of texts and numbers encode")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_12_a_webhook_is_shown_as_a_real_shop_shows_it() {
        let captured = include_str!("../../../../fixtures/rest/webhook-disabled.body.json");
        let webhook = Webhook {
            id: 18,
            name: "code 500".to_owned(),
            topic: "order.created".to_owned(),
            switch: Switch::Disabled,
            delivery_url: "http://127.0.0.1:8097/code/500".to_owned(),
            secret: "secret".to_owned(),
            failures: 6,
            created_at: "2026-11-21T19:56:35Z".parse().unwrap(),
            modified_at: Some("2026-11-21T19:56:49Z".parse().unwrap()),
        };
        let shown = encoded(&webhook, "https://127.0.0.1:8448");
        assert_eq!(String::from_utf8(shown).unwrap(), captured.trim_end());
    }
}
