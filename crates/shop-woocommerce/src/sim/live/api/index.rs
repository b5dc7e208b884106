//! Which shop it is.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::{Problem, pairs, php};
use crate::sim::live::Running;

/// Five hours behind Greenwich the whole year round: local times need no table of time zones.
const TIME_ZONE: &str = "America/Panama";

/// What `WordPress` tells everybody who does not come with a key: that it takes for a user's password.
pub(super) async fn index(
    State(running): State<Arc<Running>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if headers.contains_key(AUTHORIZATION) {
        return Problem::new(
            StatusCode::UNAUTHORIZED,
            "invalid_username",
            "Unknown username.",
        )
        .into_response();
    }
    let home = running.state().home().to_owned();
    let whole = json!({
        "name": "Boutique simul\u{e9}e",
        "url": home,
        "home": home,
        "gmt_offset": -5,
        "timezone_string": TIME_ZONE,
        "namespaces": ["oembed/1.0", "wc/v3", "wc/v2", "wc/v1", "wp/v2"],
    });
    php(StatusCode::OK, &only(whole, query))
}

pub(super) async fn system_status(
    State(running): State<Arc<Running>>,
    RawQuery(query): RawQuery,
) -> Response {
    let home = running.state().home().to_owned();
    let (currency, symbol) = running.state().currency;
    let whole = json!({
        "environment": {
            "home_url": home,
            "site_url": home,
            "store_id": running.keys.store_id(),
            "version": "10.0.2",
            "wp_version": "6.8.8",
            "php_version": "8.2.36",
            "default_timezone": "UTC",
        },
        "settings": {"currency": currency, "currency_symbol": symbol, "number_of_decimals": 2},
        "database": {"wc_database_version": "10.0.2"},
    });
    php(StatusCode::OK, &only(whole, query))
}

/// `_fields` of an object: names, or names within names after a point.
pub(super) fn only(whole: Value, query: Option<String>) -> Value {
    let query = pairs(&query.unwrap_or_default());
    let Some((_, fields)) = query.into_iter().find(|(name, _)| name == "_fields") else {
        return whole;
    };
    let mut kept = Map::new();
    for field in fields.split(',') {
        let (outer, inner) = field
            .split_once('.')
            .map_or((field, None), |(outer, inner)| (outer, Some(inner)));
        match (whole.get(outer), inner) {
            (None, _) => {}
            (Some(value), None) => {
                kept.insert(outer.to_owned(), value.clone());
            }
            (Some(value), Some(inner)) => {
                let part = kept
                    .entry(outer)
                    .or_insert_with(|| Value::Object(Map::new()));
                if let (Some(part), Some(value)) = (part.as_object_mut(), value.get(inner)) {
                    part.insert(inner.to_owned(), value.clone());
                }
            }
        }
    }
    Value::Object(kept)
}
