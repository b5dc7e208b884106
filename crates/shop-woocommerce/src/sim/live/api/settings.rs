//! The shop's settings, as far as they say in what it counts.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Problem, index, php};
use crate::sim::live::Running;

const TAX: [(&str, &str); 2] = [
    ("woocommerce_prices_include_tax", "no"),
    ("woocommerce_tax_round_at_subtotal", "no"),
];
const PRODUCTS: [(&str, &str); 3] = [
    ("woocommerce_weight_unit", "kg"),
    ("woocommerce_dimension_unit", "cm"),
    ("woocommerce_manage_stock", "yes"),
];

pub(super) async fn list(
    State(running): State<Arc<Running>>,
    Path(group): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let (currency, _) = running.state().currency;
    let general = [
        ("woocommerce_default_country", "CA:QC"),
        ("woocommerce_currency", currency),
        ("woocommerce_price_num_decimals", "2"),
    ];
    let settings = match group.as_str() {
        "general" => &general[..],
        "tax" => &TAX[..],
        "products" => &PRODUCTS[..],
        _ => {
            return Problem::new(
                StatusCode::NOT_FOUND,
                "rest_setting_setting_group_invalid",
                "Invalid setting group.",
            )
            .into_response();
        }
    };
    let rows = settings.iter().map(|(id, value)| {
        let whole =
            json!({"id": id, "value": value, "default": value, "type": "text", "label": id});
        index::only(whole, query.clone())
    });
    php(StatusCode::OK, &rows.collect::<Vec<Value>>())
}
