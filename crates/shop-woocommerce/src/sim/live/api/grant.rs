//! The owner's part of linking: approving that somebody gets a key. Whoever comes is the owner.
//!
//! A real shop posts the key before it sends the browser on; here the post is one more delivery, which
//! its driver makes when it comes to it, and a key that was not taken is not forgotten.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde::Serialize;

use super::pairs;
use crate::client::oauth::escaped;
use crate::sim::live::Running;
use crate::sim::php_json;

const SCOPES: [&str; 3] = ["read", "write", "read_write"];

/// What is asked for, as it comes in the query of every step.
struct Asked {
    app_name: String,
    scope: String,
    user_id: String,
    return_url: String,
    callback_url: String,
}

impl Asked {
    fn read(query: Option<String>) -> Result<Self, &'static str> {
        let query = pairs(&query.unwrap_or_default());
        let value = |name: &str| {
            let found = query.iter().find(|(known, _)| known == name);
            found
                .map(|(_, value)| value.clone())
                .filter(|value| !value.is_empty())
                .ok_or("a parameter is missing")
        };
        let asked = Self {
            app_name: value("app_name")?,
            scope: value("scope")?,
            user_id: value("user_id")?,
            return_url: value("return_url")?,
            callback_url: value("callback_url")?,
        };
        if !SCOPES.contains(&asked.scope.as_str()) {
            return Err("Invalid scope");
        }
        if !asked.callback_url.starts_with("https://") {
            return Err("The callback_url needs to be over SSL");
        }
        Ok(asked)
    }

    fn query(&self) -> String {
        let Self {
            app_name,
            scope,
            user_id,
            return_url,
            callback_url,
        } = self;
        let pairs = [
            ("app_name", app_name),
            ("user_id", user_id),
            ("return_url", return_url),
            ("callback_url", callback_url),
            ("scope", scope),
        ];
        let pairs = pairs.map(|(name, value)| format!("{name}={}", escaped(value)));
        pairs.join("&")
    }

    fn back(&self, success: u8) -> String {
        let Self {
            return_url,
            user_id,
            ..
        } = self;
        format!(
            "{return_url}?success={success}&user_id={}",
            escaped(user_id)
        )
    }
}

fn refused(why: &str) -> Response {
    let page = Html(format!("<html><body><p>Error: {why}.</p></body></html>"));
    (StatusCode::UNAUTHORIZED, page).into_response()
}

fn to(address: String) -> Response {
    (StatusCode::FOUND, [(LOCATION, address)]).into_response()
}

pub(super) async fn authorize(
    State(running): State<Arc<Running>>,
    RawQuery(query): RawQuery,
) -> Response {
    match Asked::read(query) {
        Ok(asked) => {
            let home = running.state().home().to_owned();
            to(format!("{home}/wc-auth/v1/login/?{}", asked.query()))
        }
        Err(why) => refused(why),
    }
}

/// The page with the two buttons.
pub(super) async fn login(
    State(running): State<Arc<Running>>,
    RawQuery(query): RawQuery,
) -> Response {
    match Asked::read(query) {
        Ok(asked) => {
            let approve = format!(
                "{}/wc-auth/v1/access_granted/?{}",
                running.state().home(),
                asked.query()
            );
            let links =
                [approve, asked.back(0)].map(|link| html_escape::encode_safe(&link).into_owned());
            let [approve, decline] = links;
            Html(format!(
                "<html><body><a href=\"{approve}\">Approve</a> <a href=\"{decline}\">Deny</a></body></html>"
            ))
            .into_response()
        }
        Err(why) => refused(why),
    }
}

#[derive(Serialize)]
struct Posted<'a> {
    key_id: u64,
    user_id: &'a str,
    consumer_key: &'a str,
    consumer_secret: &'a str,
    key_permissions: &'a str,
}

pub(super) async fn access_granted(
    State(running): State<Arc<Running>>,
    RawQuery(query): RawQuery,
) -> Response {
    let asked = match Asked::read(query) {
        Ok(asked) => asked,
        Err(why) => return refused(why),
    };
    let (key, secret) = running.keys.pair();
    let body = php_json::encode(&Posted {
        key_id: 1,
        user_id: &asked.user_id,
        consumer_key: key,
        consumer_secret: secret,
        key_permissions: &asked.scope,
    })
    .expect("plain structs of texts and numbers encode");
    running
        .state()
        .webhooks
        .post(asked.callback_url.clone(), body);
    to(asked.back(1))
}
