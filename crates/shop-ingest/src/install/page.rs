//! What a shopkeeper's browser shows at the end.

use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use http::{HeaderName, HeaderValue, StatusCode};

use super::finish::Ended;
use super::refusal::Refusal;

/// No copy of it is kept, nothing is loaded for it, and nobody hears where it was.
const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

pub(super) fn ended(ended: Ended) -> Response {
    let (title, text) = match ended {
        Ended::Linked => (
            "The shop is linked",
            "You can close this window: its orders come by themselves now.",
        ),
        Ended::Waiting => (
            "Waiting for the shop",
            "You agreed, and the shop has not sent its key yet. Please load this page again in a moment.",
        ),
    };
    page(StatusCode::OK, title, text)
}

pub(super) fn refused(refusal: &Refusal) -> Response {
    let status = match refusal {
        Refusal::Shop(_)
        | Refusal::NoAccess
        | Refusal::NoRegister
        | Refusal::NotChecked(_)
        | Refusal::AnotherShop(_)
        | Refusal::StockSide
        | Refusal::NotInPlan { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Unknown => StatusCode::NOT_FOUND,
        Refusal::Used | Refusal::Expired => StatusCode::GONE,
        Refusal::OtherBrowser => StatusCode::FORBIDDEN,
        Refusal::Ours => StatusCode::SERVICE_UNAVAILABLE,
    };
    page(status, "The shop is not linked", &refusal.to_string())
}

/// The name of a shop may stand in it.
fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let text = html_escape::encode_text(text);
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <h1>{title}</h1><p>{text}</p></html>"
    );
    (status, HEADERS, Html(html)).into_response()
}
