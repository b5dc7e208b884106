//! `/install`: where browsers set out for a shop and come back, and where a shop posts a key.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, COOKIE, LOCATION, REFERRER_POLICY, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use secrecy::{ExposeSecret as _, SecretString};
use service::http::Problem;
use service::trace::TraceLayer;

use super::begin::SentOn;
use super::refusal::Refusal;
use super::{Installer, LIFETIME, page};

/// Where browsers come back to, and where a shop posts a key. No ticket is called so.
pub(super) const CALLBACK: &str = "/install/callback";
const OPEN: &str = "/install/{ticket}";

/// Marks the browser that was sent to a shop.
const COOKIE_NAME: &str = "comptoir_install";
/// Longest posted key read, in bytes: a real one is a hundredth of it.
const KEY_LIMIT_BYTES: usize = 16 << 10;
/// Longest query and longest set of cookies looked at, in bytes.
const TEXT_LIMIT_BYTES: usize = 16 << 10;

/// The routes of this file.
pub(crate) fn router(installer: Installer) -> Router {
    let callback = get(come_back).post(take_key);
    Router::new()
        .route(
            CALLBACK,
            callback.layer(TraceLayer::http("/install/callback")),
        )
        .route(
            OPEN,
            get(open).layer(TraceLayer::http("GET /install/{ticket}")),
        )
        .with_state(Arc::new(installer))
}

async fn open(State(installer): State<Arc<Installer>>, Path(ticket): Path<String>) -> Response {
    match installer.send_on(&SecretString::from(ticket)).await {
        Ok(SentOn { address, mark }) => {
            sent_on(&installer, &address, &mark).unwrap_or_else(|| page::refused(&Refusal::Ours))
        }
        Err(refusal) => page::refused(&refusal),
    }
}

/// `None`: the address is none that a header takes.
fn sent_on(installer: &Installer, address: &str, mark: &SecretString) -> Option<Response> {
    let is_secure = installer.addresses.own()?.is_https();
    // Lax: it comes back when the shop sends the browser back, and with nothing that another page asks for.
    let cookie = format!(
        "{COOKIE_NAME}={}; Path=/install; Max-Age={}; HttpOnly; SameSite=Lax{}",
        mark.expose_secret(),
        LIFETIME.as_secs(),
        if is_secure { "; Secure" } else { "" },
    );
    let headers = [
        (LOCATION, HeaderValue::from_str(address).ok()?),
        (SET_COOKIE, HeaderValue::from_str(&cookie).ok()?),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    Some((StatusCode::SEE_OTHER, headers).into_response())
}

async fn come_back(
    State(installer): State<Arc<Installer>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    if query.len() > TEXT_LIMIT_BYTES {
        return page::refused(&Refusal::Unknown);
    }
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    match installer.come_back(&query, mark(&headers).as_ref()).await {
        Ok(ended) => page::ended(ended),
        Err(refusal) => page::refused(&refusal),
    }
}

async fn take_key(State(installer): State<Arc<Installer>>, body: Body) -> Response {
    let Ok(body) = Limited::new(body, KEY_LIMIT_BYTES).collect().await else {
        return problem(StatusCode::BAD_REQUEST, &Refusal::Unknown);
    };
    let body: Bytes = body.to_bytes();
    match installer.take_key(body).await {
        Ok(()) => StatusCode::OK.into_response(),
        // Nothing but 200 makes the shop keep the key it posted.
        Err(refusal) => problem(StatusCode::FORBIDDEN, &refusal),
    }
}

fn problem(status: StatusCode, refusal: &Refusal) -> Response {
    Problem::new(status, "key is not taken")
        .detail(refusal.to_string())
        .with("code", refusal.code())
        .into_response()
}

/// What the browser was marked with.
fn mark(headers: &HeaderMap) -> Option<SecretString> {
    let cookies = headers.get_all(COOKIE).iter();
    let cookies = cookies.filter_map(|cookies| cookies.to_str().ok());
    cookies
        .filter(|cookies| cookies.len() <= TEXT_LIMIT_BYTES)
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            (name == COOKIE_NAME).then(|| value.into())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_its_mark_among_other_cookies() {
        let marked = |cookies: &str| {
            let headers = [(COOKIE, HeaderValue::from_str(cookies).unwrap())];
            mark(&headers.into_iter().collect()).map(|mark| mark.expose_secret().to_owned())
        };
        assert_eq!(
            marked("a=b; comptoir_install=7f; c=d").as_deref(),
            Some("7f")
        );
        assert_eq!(marked("comptoir_install_2=7f"), None);
        assert_eq!(marked("a=comptoir_install=7f"), None);
    }
}
