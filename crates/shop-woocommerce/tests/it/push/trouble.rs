//! Shops that are away, busy, old or strict.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use serde_json::Value;
use shop::FetchError;
use shop::push::{Outcome, Push as _};

use super::goods::mug;
use super::shop::{Told, row};

const READ_KEY: &str = include_str!("../../../fixtures/errors/webhook-read-key.body.json");
const TOO_MANY: &str = include_str!("../../../fixtures/errors/batch-over-limit.body.json");
const NO_ROUTE: &str = include_str!("../../../fixtures/errors/no-route.body.json");

type Answers = fn() -> Response;

/// Gives one answer to all that writes.
fn answering(answer: Answers) -> impl Fn(Router) -> Router {
    move |shop| {
        shop.layer(from_fn(move |request: Request, next: Next| async move {
            if request.method() == Method::GET {
                next.run(request).await
            } else {
                answer()
            }
        }))
    }
}

#[tokio::test]
async fn a_shop_that_is_away_or_busy_is_told_later() {
    let cases: [(Answers, &[u64]); 4] = [
        (
            || (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")], "{}").into_response(),
            &[7],
        ),
        (
            || (StatusCode::TOO_MANY_REQUESTS, "{}").into_response(),
            &[30],
        ),
        (|| "<html>Maintenance</html>".into_response(), &[]),
        (|| (StatusCode::BAD_GATEWAY, "<html>").into_response(), &[]),
    ];
    for (answer, waits) in cases {
        let told = Told::through(answering(answer)).await;
        let ownership = retail::listing::Ownership::default();
        let made = told.platform().create(told.to(), &mug(7), &ownership).await;
        assert!(matches!(made, Err(FetchError::TryLater { .. })), "{made:?}");
        let ids = [retail::listing::ShopProductId::new("7").unwrap()];
        let deleted = told.platform().delete(told.to(), &ids).await;
        assert!(
            matches!(deleted, Err(FetchError::TryLater { .. })),
            "never gone"
        );
        let mut expected: Vec<_> = waits
            .iter()
            .map(|wait| Duration::from_secs(*wait))
            .collect();
        expected.extend(expected.clone());
        assert_eq!(*told.waits.lock().unwrap(), expected);
    }
}

#[tokio::test]
async fn a_key_that_may_only_read_is_said_to_be_refused() {
    let answer = || (StatusCode::UNAUTHORIZED, READ_KEY).into_response();
    let told = Told::through(answering(answer)).await;
    let ownership = retail::listing::Ownership::default();
    let made = told.platform().create(told.to(), &mug(7), &ownership).await;
    assert_eq!(made, Err(FetchError::Refused { status: 401 }));
}

/// A plugin may make the limit of a batch smaller.
#[tokio::test]
async fn a_batch_that_is_refused_whole_is_halved_until_it_is_taken() {
    async fn at_most_three(request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        let rows: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if rows["update"].as_array().is_some_and(|rows| rows.len() > 3) {
            return (StatusCode::PAYLOAD_TOO_LARGE, TOO_MANY).into_response();
        }
        next.run(Request::from_parts(parts, Body::from(bytes)))
            .await
    }
    let told = Told::through(|shop| shop.layer(from_fn(at_most_three))).await;
    let mut rows = Vec::new();
    for n in 0..10 {
        let mut wanted = mug(n);
        let made = told.made(&wanted).await;
        wanted.is_on_sale = false;
        wanted.title = format!("Mug {n}").into();
        rows.push(row(&wanted, &made));
    }
    let done = told.platform().change(told.to(), &rows).await.unwrap();
    assert!(
        done.iter().all(|done| matches!(done, Outcome::Done(_))),
        "{done:?}"
    );
    for row in &rows {
        assert_eq!(told.read(&row.shop).await.title, row.wanted.title);
    }
}

/// WooCommerce before 9.6 knows no brands.
#[tokio::test]
async fn ec_01_a_shop_without_brands_is_told_of_none() {
    async fn without_brands(request: Request, next: Next) -> Response {
        if request.uri().path().ends_with("/products/brands") {
            return (StatusCode::NOT_FOUND, NO_ROUTE).into_response();
        }
        next.run(request).await
    }
    let told = Told::through(|shop| shop.layer(from_fn(without_brands))).await;
    let mut wanted = mug(7);
    wanted.brand = "Lin".into();
    let made = told.made(&wanted).await;
    assert_eq!(&*made.brand, "");
    let writes = told.writes();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].1.get("brands"), None);
}
