//! The log-in: where a merchant lets the app in, and where a code becomes a token.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use reqwest::Url;
use serde_json::json;

use super::api::{found, problem};
use super::live::Live;
use super::running::CLIENT_ID;

/// Largest form read, in bytes.
const FORM_LIMIT_BYTES: usize = 16 << 10;

/// What a code was given for. It stays known once it is used.
#[derive(Clone, Debug)]
pub(super) struct Code {
    redirect_uri: String,
    scope: String,
    /// The token it became.
    token: Option<String>,
}

pub(super) fn router(live: Arc<Live>) -> Router {
    Router::new()
        .route("/api/oauth/authorize", get(authorize))
        .route(
            "/api/oauth/token",
            post(token).layer(axum::extract::DefaultBodyLimit::max(FORM_LIMIT_BYTES)),
        )
        .with_state(live)
}

/// Asks the merchant. Who presses a button comes back with `answer=allow` or `answer=deny`; so may a test.
async fn authorize(State(live): State<Arc<Live>>, RawQuery(query): RawQuery) -> Response {
    let refused = || problem(StatusCode::BAD_REQUEST, "Wrong authorization request");
    let Some(given) = form(query.as_deref().unwrap_or_default()) else {
        return refused();
    };
    let value = |name: &str| given.get(name).map(String::as_str);
    let (Some(redirect_uri), Some(scope)) = (value("redirect_uri"), value("scope")) else {
        return refused();
    };
    let Ok(mut back) = redirect_uri.parse::<Url>() else {
        return refused();
    };
    if value("client_id") != Some(CLIENT_ID) || value("response_type") != Some("code") {
        return refused();
    }
    match value("answer") {
        None => {
            let links = ["allow", "deny"].map(|answer| {
                let mut parameters: Vec<(&String, &str)> = given
                    .iter()
                    .map(|(name, value)| (name, value.as_str()))
                    .collect();
                let name = "answer".to_owned();
                parameters.push((&name, answer));
                let link = Url::parse_with_params("http://localhost/", parameters);
                let query = link.ok().and_then(|link| link.query().map(str::to_owned));
                let query = query.unwrap_or_default().replace('&', "&amp;");
                format!(r#"<a href="/api/oauth/authorize?{query}">{answer}</a>"#)
            });
            Html(format!("<h1>{CLIENT_ID}</h1>{}", links.join(" "))).into_response()
        }
        Some("allow") => {
            let mut state = live.state();
            let code = format!("code-{}-{}", live.access.store, state.codes.len() + 1);
            state.codes.insert(
                code.clone(),
                Code {
                    redirect_uri: redirect_uri.to_owned(),
                    scope: scope.to_owned(),
                    token: None,
                },
            );
            back.query_pairs_mut().append_pair("code", &code);
            Redirect::to(back.as_str()).into_response()
        }
        Some(_) => {
            back.query_pairs_mut().append_pair("error", "access_denied");
            Redirect::to(back.as_str()).into_response()
        }
    }
}

/// A code for a token, once: for a second time the token is disabled.
async fn token(State(live): State<Arc<Live>>, body: String) -> Response {
    let refused = || problem(StatusCode::BAD_REQUEST, "Wrong token request");
    let Some(given) = form(&body) else {
        return refused();
    };
    let is = |name: &str, value: &str| given.get(name).is_some_and(|given| given == value);
    let is_app = is("client_id", CLIENT_ID) && is("client_secret", &live.access.client_secret);
    if !is_app || !is("grant_type", "authorization_code") {
        return refused();
    }
    let mut state = live.state();
    let count = state.codes.values().filter(|code| code.token.is_some());
    let token = format!("{}_{}", live.access.token, count.count() + 1);
    let Some(code) = given.get("code").and_then(|code| state.codes.get_mut(code)) else {
        return refused();
    };
    if let Some(given_before) = code.token.clone() {
        state.tokens.remove(&given_before);
        return refused();
    }
    if !is("redirect_uri", &code.redirect_uri) {
        return refused();
    }
    code.token = Some(token.clone());
    let scope = code.scope.clone();
    state.tokens.insert(token.clone());
    state.is_installed = true;
    found(&json!({
        "access_token": token,
        "token_type": "Bearer",
        "scope": scope,
        "store_id": live.access.store,
    }))
}

/// Names and values, each given once.
fn form(text: &str) -> Option<HashMap<String, String>> {
    let address: Url = format!("http://localhost/?{text}").parse().ok()?;
    let mut values = HashMap::new();
    for (name, value) in address.query_pairs() {
        if values
            .insert(name.into_owned(), value.into_owned())
            .is_some()
        {
            return None;
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests;
