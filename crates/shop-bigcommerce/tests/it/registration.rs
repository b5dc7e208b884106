//! The webhooks of a connection, against a store that keeps them on this machine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use retail::ConnectionId;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use shop::conformance::serve;
use shop::{Connection, FetchError, HookAddress, HookReport, LiveSecrets, Platform as _, ShopUrl};
use shop_bigcommerce::{HOOK_SECRET_HEADER, hook_secret};

use crate::store::{HASH, connection_at, platform};

const ADDRESS: &str = "https://pos.example/hooks/7";
const ORDERS: &str = "store/order/*";
const UNINSTALLED: &str = "store/app/uninstalled";

#[derive(Default)]
struct Inner {
    hooks: BTreeMap<u64, Value>,
    given: u64,
    /// Answers of this status to what would change anything.
    refuses: Option<u16>,
    /// Taken away by somebody else once they were listed.
    vanishing: Vec<u64>,
    changes: usize,
}

#[derive(Clone, Default)]
struct Hooks(Arc<Mutex<Inner>>);

impl Hooks {
    async fn start() -> (Self, Connection) {
        let hooks = Self::default();
        let router = Router::new().fallback(answer).with_state(hooks.clone());
        let url = format!("{}/stores/{HASH}", serve(router).await);
        (hooks, connection_at(&url, &["new", "old"]))
    }

    fn add(&self, hook: Value) -> u64 {
        let mut inner = self.0.lock().unwrap();
        inner.given += 1;
        let id = inner.given;
        inner.hooks.insert(id, hook);
        id
    }

    fn all(&self) -> BTreeMap<u64, Value> {
        self.0.lock().unwrap().hooks.clone()
    }

    fn changes(&self) -> usize {
        self.0.lock().unwrap().changes
    }

    /// Whether there are our two, right in every way.
    fn are_ours(&self, connection: &Connection) -> bool {
        let secret = hook_secret(connection).unwrap();
        let mut scopes: Vec<Value> = Vec::new();
        for hook in self.all().into_values() {
            if hook["destination"] != ADDRESS {
                continue;
            }
            assert_eq!(hook["is_active"], true, "{hook}");
            assert_eq!(
                hook["headers"],
                json!({HOOK_SECRET_HEADER: secret.expose_secret()}),
                "{hook}"
            );
            scopes.push(hook["scope"].clone());
        }
        scopes.sort_by_key(Value::to_string);
        scopes == [UNINSTALLED, ORDERS]
    }
}

async fn answer(State(Hooks(inner)): State<Hooks>, request: Request) -> Response {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let below = path
        .strip_prefix(&format!("/stores/{HASH}/v3/hooks"))
        .unwrap();
    let id = below.strip_prefix('/').map(|id| id.parse::<u64>().unwrap());
    let body = axum::body::to_bytes(request.into_body(), 10_000)
        .await
        .unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut inner = inner.lock().unwrap();
    let shown = |id: u64, hook: &Value| {
        let mut hook = hook.clone();
        hook["id"] = json!(id);
        hook
    };
    if method == Method::GET {
        let rows: Vec<Value> = inner
            .hooks
            .iter()
            .map(|(id, hook)| shown(*id, hook))
            .collect();
        for id in std::mem::take(&mut inner.vanishing) {
            inner.hooks.remove(&id);
        }
        let pages = json!({"pagination": {"total": rows.len(), "total_pages": 1}});
        return axum::Json(json!({"data": rows, "meta": pages})).into_response();
    }
    if let Some(status) = inner.refuses {
        let status = StatusCode::from_u16(status).unwrap();
        return (status, axum::Json(json!({"status": status.as_u16()}))).into_response();
    }
    inner.changes += 1;
    let missing = || (StatusCode::NOT_FOUND, axum::Json(json!({"status": 404}))).into_response();
    match (method, id) {
        (Method::POST, None) => {
            inner.given += 1;
            let id = inner.given;
            let made = shown(id, &body);
            inner.hooks.insert(id, body);
            axum::Json(json!({"data": made})).into_response()
        }
        (Method::PUT, Some(id)) => match inner.hooks.get_mut(&id) {
            Some(hook) => {
                *hook = body;
                axum::Json(json!({"data": shown(id, hook)})).into_response()
            }
            None => missing(),
        },
        (Method::DELETE, Some(id)) => match inner.hooks.remove(&id) {
            Some(hook) => axum::Json(json!({"data": hook})).into_response(),
            None => missing(),
        },
        other => panic!("{other:?}"),
    }
}

fn address() -> HookAddress {
    HookAddress(ShopUrl::new(ADDRESS).unwrap())
}

/// A right one of `connection`.
fn right(connection: &Connection, scope: &str) -> Value {
    let secret = hook_secret(connection).unwrap();
    json!({"scope": scope, "destination": ADDRESS, "is_active": true,
        "headers": {HOOK_SECRET_HEADER: secret.expose_secret()}})
}

async fn ensure(connection: &Connection) -> HookReport {
    platform()
        .ensure_hooks(connection, &address())
        .await
        .unwrap()
}

const SOUND: HookReport = HookReport {
    sound: 2,
    mended: 0,
    created: 0,
    removed: 0,
};

#[tokio::test]
async fn missing_webhooks_are_made_and_found_sound_afterwards() {
    let (hooks, connection) = Hooks::start().await;
    let made = ensure(&connection).await;
    assert_eq!(
        made,
        HookReport {
            sound: 0,
            created: 2,
            ..SOUND
        }
    );
    assert!(hooks.are_ours(&connection));
    let changes = hooks.changes();
    assert_eq!(ensure(&connection).await, SOUND);
    assert_eq!(hooks.changes(), changes, "nothing was left to do");
}

#[tokio::test]
async fn what_the_platform_switched_off_is_switched_on() {
    let (hooks, connection) = Hooks::start().await;
    for scope in [ORDERS, UNINSTALLED] {
        let mut off = right(&connection, scope);
        off["is_active"] = json!(false);
        hooks.add(off);
    }
    let report = ensure(&connection).await;
    assert_eq!(
        report,
        HookReport {
            sound: 0,
            mended: 2,
            ..SOUND
        }
    );
    assert!(hooks.are_ours(&connection));
    assert_eq!(hooks.all().len(), 2);
}

#[tokio::test]
async fn a_webhook_of_ours_that_leads_elsewhere_or_has_an_old_secret_is_mended() {
    let (hooks, connection) = Hooks::start().await;
    let mut moved = right(&connection, ORDERS);
    moved["destination"] = json!("https://former.example/hooks/7");
    // As people write it, headers' names have no case.
    moved["headers"] = json!({"X-Hook-Secret": hook_secret(&connection).unwrap().expose_secret()});
    hooks.add(moved);
    let mut before = connection.clone();
    before.secrets = LiveSecrets::new(vec![SecretString::from("old")]).unwrap();
    let mut aged = right(&before, UNINSTALLED);
    aged["destination"] = json!("https://former.example/hooks/7");
    hooks.add(aged);
    let report = ensure(&connection).await;
    assert_eq!(
        report,
        HookReport {
            sound: 0,
            mended: 2,
            ..SOUND
        }
    );
    assert!(hooks.are_ours(&connection));
    assert_eq!(hooks.all().len(), 2);
}

#[tokio::test]
async fn twins_and_scopes_nobody_needs_are_taken_away_and_the_sound_one_stays() {
    let (hooks, connection) = Hooks::start().await;
    let mut off = right(&connection, ORDERS);
    off["is_active"] = json!(false);
    hooks.add(off);
    let kept = hooks.add(right(&connection, ORDERS));
    hooks.add(right(&connection, ORDERS));
    hooks.add(right(&connection, UNINSTALLED));
    hooks.add(right(&connection, "store/product/updated"));
    let report = ensure(&connection).await;
    assert_eq!(
        report,
        HookReport {
            removed: 3,
            ..SOUND
        }
    );
    assert!(hooks.are_ours(&connection));
    assert!(hooks.all().contains_key(&kept));
}

#[tokio::test]
async fn others_webhooks_are_left_alone() {
    let (hooks, connection) = Hooks::start().await;
    let mut neighbour = connection.clone();
    neighbour.id = ConnectionId::new(uuid::Uuid::from_u128(8));
    let mut theirs = right(&neighbour, ORDERS);
    theirs["destination"] = json!("https://pos.example/hooks/8");
    for foreign in [
        theirs,
        json!({"scope": ORDERS, "destination": "https://erp.example/in", "is_active": false, "headers": null}),
        json!({"scope": ORDERS, "destination": "https://pos.example/hooks/70", "is_active": true, "headers": []}),
        json!({"scope": ORDERS, "destination": "https://erp.example/2", "is_active": true,
            "headers": {"X-Hook-Secret": "another"}}),
    ] {
        hooks.add(foreign);
    }
    let before = hooks.all();
    ensure(&connection).await;
    ensure(&connection).await;
    let after = hooks.all();
    assert!(before.iter().all(|(id, hook)| after.get(id) == Some(hook)));
    assert_eq!(after.len(), before.len() + 2);
    let removed = platform().remove_hooks(&connection, &address()).await;
    assert_eq!(removed, Ok(2));
    assert_eq!(hooks.all(), before);
    let removed = platform().remove_hooks(&connection, &address()).await;
    assert_eq!(removed, Ok(0));
}

#[tokio::test]
async fn what_goes_while_it_is_mended_is_made_again() {
    let (hooks, connection) = Hooks::start().await;
    let mut off = right(&connection, ORDERS);
    off["is_active"] = json!(false);
    let off = hooks.add(off);
    hooks.add(right(&connection, UNINSTALLED));
    let twin = hooks.add(right(&connection, UNINSTALLED));
    hooks.0.lock().unwrap().vanishing = vec![off, twin];
    let report = ensure(&connection).await;
    assert_eq!(
        report,
        HookReport {
            sound: 1,
            created: 1,
            ..SOUND
        }
    );
    assert!(hooks.are_ours(&connection));
}

#[tokio::test]
async fn a_store_that_refuses_says_so_and_nothing_is_claimed() {
    let (hooks, connection) = Hooks::start().await;
    for (status, expected) in [
        (403, FetchError::Refused { status: 403 }),
        (
            422,
            FetchError::Unreadable {
                why: "status 422 Unprocessable Entity".to_owned(),
            },
        ),
    ] {
        hooks.0.lock().unwrap().refuses = Some(status);
        let refused = platform().ensure_hooks(&connection, &address()).await;
        assert_eq!(refused, Err(expected));
        assert!(hooks.all().is_empty());
    }
    let mut alone = connection;
    alone.api = None;
    let nowhere = platform().ensure_hooks(&alone, &address()).await;
    assert_eq!(nowhere, Err(FetchError::NoAccess));
    let nowhere = platform().remove_hooks(&alone, &address()).await;
    assert_eq!(nowhere, Err(FetchError::NoAccess));
}
