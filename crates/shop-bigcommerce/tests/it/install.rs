//! What a browser brings back from the login, and what is answered to the code in it.

use http::StatusCode;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use shop::ShopUrl;
use shop_bigcommerce::install::callback::{Callback, CallbackRefused, read};
use shop_bigcommerce::install::token::{App, Scopes, TokenError, answer, endpoint, request};
use shop_bigcommerce::install::{SCOPES, StoreHash};

use crate::store::platform;

/// As the platform's documents show it.
fn documented() -> Vec<(String, String)> {
    [
        ("account_uuid", "12345678-90ab-cdef-1234-567890abcdef"),
        ("code", "qr6h3thvbvag2ffq"),
        ("context", "stores/g5cd38"),
        ("scope", "store_v2_orders store_channel_listings_read_only"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn callback() -> Callback {
    read(&documented()).unwrap()
}

fn granted() -> Value {
    json!({
        "access_token": "xxxxalphanumstringxxxx",
        "scope": "store_v2_orders store_channel_listings_read_only",
        "user": {"id": 24654, "username": "merchant@example.com", "email": "merchant@example.com"},
        "owner": {"id": 12345, "username": "owner@example.com", "email": "owner@example.com"},
        "context": "stores/g5cd38",
        "account_uuid": "12345678-90ab-cdef-1234-567890abcdef"
    })
}

#[test]
fn the_documented_callback_is_read_and_answered_as_documented() {
    let callback = callback();
    assert_eq!(callback.store.to_string(), "g5cd38");
    assert!(!callback.is_external);
    let app = App {
        client_id: "id".to_owned(),
        client_secret: "hush".into(),
        redirect_uri: "https://your_app.example.com/auth".to_owned(),
    };
    let body: Value = serde_json::from_str(request(&app, &callback).expose_secret()).unwrap();
    assert_eq!(
        body,
        json!({
            "client_id": "id",
            "client_secret": "hush",
            "code": "qr6h3thvbvag2ffq",
            "context": "stores/g5cd38",
            "scope": "store_v2_orders store_channel_listings_read_only",
            "grant_type": "authorization_code",
            "redirect_uri": "https://your_app.example.com/auth"
        })
    );
    let login = ShopUrl::new(shop_bigcommerce::LOGIN_URL).unwrap();
    assert_eq!(
        endpoint(&login),
        "https://login.bigcommerce.com/oauth2/token"
    );
    let body = granted().to_string();
    let granted = answer(StatusCode::OK, body.as_bytes(), &callback).unwrap();
    assert_eq!(granted.store, callback.store);
    assert_eq!(
        granted.access_token.expose_secret(),
        "xxxxalphanumstringxxxx"
    );
    assert_eq!(
        granted.scopes.missing(&SCOPES),
        [
            "store_v2_transactions_read_only",
            "store_v2_information_read_only",
            "store_v2_products",
            "store_inventory",
            "store_locations_read_only",
        ]
    );
}

#[test]
fn a_query_that_is_no_callback_is_refused_with_its_reason() {
    let changed = |name: &str, value: Option<&str>| {
        let mut query = documented();
        query.retain(|(given, _)| given != name);
        query.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        read(&query).err()
    };
    assert_eq!(changed("account_uuid", None), None);
    assert_eq!(changed("external_install", Some("true")), None);
    for value in [None, Some("")] {
        assert_eq!(changed("code", value), Some(CallbackRefused::NoCode));
    }
    for value in [
        None,
        Some("g5cd38"),
        Some("stores/g5cd38/../other"),
        Some("stores/evil.example/"),
        Some("stores/G5CD38"),
    ] {
        assert_eq!(changed("context", value), Some(CallbackRefused::NoStore));
    }
    for value in [None, Some(""), Some(" ")] {
        assert_eq!(changed("scope", value), Some(CallbackRefused::NoScopes));
    }
    let endless = "x".repeat(4_097);
    assert_eq!(changed("code", Some(&endless)), Some(CallbackRefused::Odd));
    let mut twice = documented();
    twice.push(("context".to_owned(), "stores/other1".to_owned()));
    assert_eq!(read(&twice).err(), Some(CallbackRefused::Odd));
}

#[test]
fn an_answer_that_is_no_token_of_the_store_is_refused() {
    let told = |status: u16, body: &str| {
        let status = StatusCode::from_u16(status).unwrap();
        answer(status, body.as_bytes(), &callback()).err()
    };
    for status in [400, 401, 403, 404, 422] {
        let refused = Some(TokenError::Refused { status });
        assert_eq!(told(status, r#"{"error":"invalid_grant"}"#), refused);
    }
    for status in [302, 408, 429, 500, 503] {
        assert_eq!(told(status, ""), Some(TokenError::TryLater { status }));
    }
    let changed = |name: &str, value: Value| {
        let mut body = granted();
        body[name] = value;
        told(200, &body.to_string())
    };
    assert_eq!(changed("new_field", json!([])), None);
    assert_eq!(
        changed("context", json!("stores/other1")),
        Some(TokenError::OtherStore)
    );
    for (name, value) in [
        ("context", json!("other")),
        ("access_token", json!("")),
        ("access_token", json!(null)),
        ("scope", json!("")),
    ] {
        assert_eq!(changed(name, value), Some(TokenError::Unreadable), "{name}");
    }
    assert_eq!(told(200, "<html>"), Some(TokenError::Unreadable));
}

#[test]
fn to_modify_is_also_to_read() {
    let scopes = |text: &str| Scopes::new(text).unwrap();
    let all = "store_v2_orders store_v2_transactions_read_only  store_v2_information \
        store_v2_products store_inventory store_locations";
    assert!(scopes(all).missing(&SCOPES).is_empty());
    // To read is not to modify.
    let near = "store_v2_orders_read store_v2_transactions_read_only_too store_inventory_read_only \
        store_v2_products_read_only x";
    let near = scopes(near);
    assert_eq!(near.missing(&SCOPES), SCOPES);
    assert_eq!(Scopes::new("  "), None);
}

#[tokio::test]
async fn a_login_that_is_away_keeps_no_secret_in_the_error() {
    let login = ShopUrl::new("http://127.0.0.1:1").unwrap();
    let app = App {
        client_id: "id".to_owned(),
        client_secret: "hush".into(),
        redirect_uri: "https://pos.example/auth".to_owned(),
    };
    let away = platform()
        .grant(&login, &app, &callback())
        .await
        .unwrap_err();
    assert_eq!(away, TokenError::Away);
    assert!(StoreHash::new("g5cd38").is_some());
}
