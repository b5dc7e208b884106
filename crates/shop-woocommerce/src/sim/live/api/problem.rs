//! A refusal: `{"code","message","data":{"status"}}`.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

use super::php;

#[derive(Clone, Debug, Serialize)]
pub(in crate::sim::live) struct Problem {
    pub(super) code: String,
    message: &'static str,
    data: ProblemData,
}

#[derive(Clone, Debug, Serialize)]
struct ProblemData {
    status: u16,
    /// What is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_sku: Option<String>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &str, message: &'static str) -> Self {
        Self {
            code: code.to_owned(),
            message,
            data: ProblemData {
                status: status.as_u16(),
                resource_id: None,
                unique_sku: None,
            },
        }
    }

    fn about(mut self, resource_id: Option<u64>) -> Self {
        self.data.resource_id = resource_id;
        self
    }

    /// The same problem of a row that is to change is another status.
    pub(super) fn with(mut self, status: StatusCode) -> Self {
        self.data.status = status.as_u16();
        self
    }

    pub(in crate::sim::live) fn invalid_parameter() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "rest_invalid_param",
            "Invalid parameter(s)",
        )
    }

    pub(super) fn invalid_json() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "rest_invalid_json",
            "Invalid JSON body passed.",
        )
    }

    pub(super) fn no_product() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "woocommerce_rest_product_invalid_id",
            "Invalid ID.",
        )
    }

    pub(super) fn no_variation() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "woocommerce_rest_product_variation_invalid_id",
            "Invalid ID.",
        )
    }

    pub(in crate::sim::live) fn trashed() -> Self {
        Self::new(
            StatusCode::GONE,
            "woocommerce_rest_already_trashed",
            "The product has already been deleted.",
        )
    }

    pub(super) fn too_many() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "woocommerce_rest_request_entity_too_large",
            "Unable to accept more than 100 items for this request.",
        )
    }

    pub(super) fn brand_exists(id: u64) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "term_exists",
            "A term with the name provided already exists with this parent.",
        )
        .about(Some(id))
    }

    pub(in crate::sim::live) fn sku_taken(by: u64, free: Option<String>) -> Self {
        let mut problem = Self::new(
            StatusCode::BAD_REQUEST,
            "product_invalid_sku",
            "Invalid or duplicated SKU.",
        )
        .about(Some(by));
        problem.data.unique_sku = free;
        problem
    }

    /// What has the SKU is in the trash.
    pub(in crate::sim::live) fn not_created() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "woocommerce_rest_product_not_created",
            "The product could not be created.",
        )
    }

    pub(in crate::sim::live) fn barcode(taken_by: Option<u64>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "product_invalid_global_unique_id",
            "Invalid or duplicated GTIN, UPC, EAN or ISBN.",
        )
        .about(taken_by)
    }

    pub(in crate::sim::live) fn picture(why: &'static str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "woocommerce_product_image_upload_error",
            why,
        )
    }

    pub(in crate::sim::live) fn picture_id() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "woocommerce_product_invalid_image_id",
            "It is an invalid image ID.",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.data.status);
        php(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::php_json;

    #[test]
    fn r_12_refusals_are_worded_as_a_real_shop_words_them() {
        for (problem, captured) in [
            (
                Problem::sku_taken(11, Some("TS-001-1".to_owned())),
                include_str!("../../../../fixtures/errors/sku-taken.body.json"),
            ),
            (
                Problem::barcode(Some(11)),
                include_str!("../../../../fixtures/errors/gtin-taken.body.json"),
            ),
            (
                Problem::too_many(),
                include_str!("../../../../fixtures/errors/batch-over-limit.body.json"),
            ),
            (
                Problem::no_product(),
                include_str!("../../../../fixtures/errors/product-unknown.body.json"),
            ),
            (
                Problem::no_variation(),
                include_str!("../../../../fixtures/errors/variation-of-other-product.body.json"),
            ),
        ] {
            let said = php_json::encode(&problem).unwrap();
            assert_eq!(String::from_utf8(said).unwrap(), captured.trim_end());
        }
    }
}
