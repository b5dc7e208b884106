//! The platform's login, as far as an app sees it: merchants agree to everything, and a code is good once.

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;
use http::header::LOCATION;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::json;

use super::Store;
use super::api::json_of;

/// What the app asks for, whoever it is.
const SCOPES: &str = "store_v2_orders_read_only store_v2_transactions_read_only \
    store_v2_information_read_only store_v2_products store_inventory store_locations_read_only \
    store_v2_default";
const ACCOUNT: &str = "8d4d492f-17a1-4d95-b396-e1c5720815a5";

/// Codes that were given and not used yet.
#[derive(Debug, Default)]
pub struct Codes {
    given: u64,
    open: BTreeSet<String>,
}

pub fn routes() -> Router<Store> {
    Router::new()
        .route("/app/{client}/install", get(install))
        .route("/oauth2/token", post(token))
}

/// The merchant signs in and agrees, and the browser is sent back.
async fn install(State(store): State<Store>, Path(client): Path<String>) -> Response {
    if client != store.options.client_id {
        return StatusCode::NOT_FOUND.into_response();
    }
    let code = {
        let codes = &mut store.lock().codes;
        codes.given += 1;
        let code = format!("code{}", codes.given);
        codes.open.insert(code.clone());
        code
    };
    let context = format!("stores/{}", store.options.hash);
    let query = [
        ("account_uuid", ACCOUNT),
        ("code", &code),
        ("context", &context),
        ("scope", SCOPES),
        ("external_install", "1"),
    ];
    match reqwest::Url::parse_with_params(&store.options.auth_callback, query) {
        Ok(url) => (StatusCode::FOUND, [(LOCATION, url.to_string())]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[derive(Deserialize)]
struct Asked {
    client_id: String,
    client_secret: String,
    code: String,
    context: String,
    scope: String,
    grant_type: String,
    redirect_uri: String,
}

async fn token(State(store): State<Store>, body: Bytes) -> Response {
    let options = &store.options;
    let context = format!("stores/{}", options.hash);
    let is_right = serde_json::from_slice::<Asked>(&body).is_ok_and(|asked| {
        let Asked {
            client_id,
            client_secret,
            code,
            context: of,
            scope,
            grant_type,
            redirect_uri,
        } = asked;
        // Whatever else is wrong, the code is used.
        let is_open = store.lock().codes.open.remove(&code);
        is_open
            && client_id == options.client_id
            && client_secret == options.client_secret.expose_secret()
            && of == context
            && scope == SCOPES
            && grant_type == "authorization_code"
            && redirect_uri == options.auth_callback
    });
    if !is_right {
        let refused = json_of(&json!({"error": "invalid_grant"}));
        return (StatusCode::BAD_REQUEST, refused).into_response();
    }
    json_of(&json!({
        "access_token": options.access_token.expose_secret(),
        "scope": SCOPES,
        "user": {"id": 24_654, "username": "zoe@kanariva.test", "email": "zoe@kanariva.test"},
        "owner": {"id": 12_345, "username": "zoe@kanariva.test", "email": "zoe@kanariva.test"},
        "context": context,
        "account_uuid": ACCOUNT,
    }))
}
