use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Map, Value};
use tokio::sync::watch;

use super::State;
use crate::http::Problem;

pub(super) fn router(state: watch::Receiver<State>) -> Router {
    Router::new()
        .route("/livez", get(async || "live\n"))
        .route("/readyz", get(ready))
        .with_state(state)
}

async fn ready(Shared(state): Shared<watch::Receiver<State>>) -> Response {
    let (is_ready, State { draining, checks }) = {
        let state = state.borrow();
        (state.is_ready(), state.clone())
    };
    let failing = checks.values().flatten().count();
    let checks: Map<String, Value> = checks
        .into_iter()
        .map(|(name, reason)| {
            (
                name.to_owned(),
                reason.map_or(Value::Bool(true), Value::String),
            )
        })
        .collect();
    if is_ready {
        return Json(serde_json::json!({ "status": "ready", "checks": checks })).into_response();
    }
    let detail = if draining {
        "the process is stopping".to_owned()
    } else {
        format!("{failing} of {} checks do not pass", checks.len())
    };
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not ready")
        .detail(detail)
        .with("checks", checks)
        .into_response()
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http::header::CONTENT_TYPE;
    use tower::ServiceExt as _;

    use super::*;
    use crate::health::Health;

    async fn asked(health: &Health, path: &str) -> (StatusCode, String, Value) {
        let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
        let response = health.router().oneshot(request).await.unwrap();
        let kind = response.headers()[CONTENT_TYPE]
            .to_str()
            .unwrap()
            .to_owned();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        (
            status,
            kind,
            serde_json::from_slice(&body).unwrap_or_default(),
        )
    }

    #[tokio::test]
    async fn live_whatever_is_missing() {
        let health = Health::new();
        let _never = health.check("database");
        assert_eq!(asked(&health, "/livez").await.0, StatusCode::OK);
        health.drain();
        assert_eq!(asked(&health, "/livez").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn not_ready_says_why() {
        let health = Health::new();
        health.check("broker").pass();
        let database = health.check("database");
        database.fail("schema version 3, want 4");
        let (status, kind, body) = asked(&health, "/readyz").await;
        assert_eq!(
            (status, kind.as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "application/problem+json")
        );
        assert_eq!(body["detail"], "1 of 2 checks do not pass");
        assert_eq!(body["checks"]["broker"], true);
        assert_eq!(body["checks"]["database"], "schema version 3, want 4");

        database.pass();
        let (status, _, body) = asked(&health, "/readyz").await;
        assert_eq!(
            (status, &body["status"]),
            (StatusCode::OK, &Value::from("ready"))
        );

        health.drain();
        let (status, _, body) = asked(&health, "/readyz").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body["detail"], "the process is stopping");
    }
}
