//! The webhooks of a connection, by the API that makes them.
//!
//! An app sees its own webhooks only, and of these ours are the ones that lead to the connection's
//! address or carry its secret: another instance of the app may well listen to the same store.

use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use shop::{Connection, FetchError, HookAddress, HookReport};

use super::answer::{Answer, odd_missing, unreadable};
use super::api::Api;
use super::{PAGE_ROWS, PAGE_ROWS_TEXT};
use crate::BigCommerce;
use crate::scalar::Scalar;
use crate::verify::{HOOK_SECRET_HEADER, carries_hook_secret, hook_secret};

/// What a connection listens to: everything of orders, and the app being taken away.
const SCOPES: [&str; 2] = ["store/order/*", crate::APP_UNINSTALLED];

/// Pages of webhooks read: a scope has ten at most, and there are fewer than a hundred scopes.
const PAGES_LIMIT: usize = 5;

/// Each of our scopes once, active, at `address`, with the secret that deliveries are known by.
///
/// The platform switches a webhook off after 48 hours of failed deliveries and after 90 days without
/// any; asking for it again is all that wakes it.
pub(crate) async fn ensure_hooks(
    shop: &BigCommerce,
    connection: &Connection,
    address: &HookAddress,
) -> Result<HookReport, FetchError> {
    let mut api = Api::of(shop, connection)?;
    let wanted = Wanted {
        destination: address.0.as_str(),
        secret: hook_secret(connection).ok_or(FetchError::NoAccess)?,
    };
    let mut ours = all(&mut api).await?;
    ours.retain(|hook| hook.leads_to(address) || carries_hook_secret(connection, &hook.secret));
    let mut report = HookReport::default();
    for scope in SCOPES {
        let (mut of_scope, others) = ours
            .into_iter()
            .partition::<Vec<Hook>, _>(|h| h.scope == scope);
        ours = others;
        of_scope.sort_by_key(|hook| !wanted.is_met_by(hook));
        let mut of_scope = of_scope.into_iter();
        let kept = of_scope.next();
        // First: a scope has one webhook at most for each destination.
        for twin in of_scope {
            report.removed += usize::from(remove(&mut api, &twin).await?);
        }
        match kept {
            Some(hook) if wanted.is_met_by(&hook) => report.sound += 1,
            Some(hook) if mend(&mut api, &hook, &wanted).await? => report.mended += 1,
            // None, or gone just now.
            Some(_) | None => {
                create(&mut api, scope, &wanted).await?;
                report.created += 1;
            }
        }
    }
    for superfluous in &ours {
        report.removed += usize::from(remove(&mut api, superfluous).await?);
    }
    Ok(report)
}

/// Takes away what leads to `address`. How many that were.
pub(crate) async fn remove_hooks(
    shop: &BigCommerce,
    connection: &Connection,
    address: &HookAddress,
) -> Result<usize, FetchError> {
    let mut api = Api::of(shop, connection)?;
    let mut removed = 0;
    for hook in all(&mut api).await? {
        if hook.leads_to(address) {
            removed += usize::from(remove(&mut api, &hook).await?);
        }
    }
    Ok(removed)
}

/// What a webhook of ours says, besides its scope.
struct Wanted<'a> {
    destination: &'a str,
    secret: SecretString,
}

impl Wanted<'_> {
    fn is_met_by(&self, hook: &Hook) -> bool {
        hook.is_active
            && hook.destination == self.destination
            && hook.secret.expose_secret() == self.secret.expose_secret()
    }

    fn body(&self, scope: &str) -> Value {
        json!({
            "scope": scope,
            "destination": self.destination,
            "is_active": true,
            "headers": {HOOK_SECRET_HEADER: self.secret.expose_secret()},
        })
    }
}

/// A webhook as the store keeps it.
struct Hook {
    id: String,
    scope: String,
    destination: String,
    is_active: bool,
    /// What it sends in our header; empty for none.
    secret: SecretString,
}

impl Hook {
    fn leads_to(&self, address: &HookAddress) -> bool {
        self.destination.trim_end_matches('/') == address.0.as_str()
    }

    fn path(&self) -> String {
        format!("/v3/hooks/{}", self.id)
    }
}

async fn create(api: &mut Api<'_>, scope: &str, wanted: &Wanted<'_>) -> Result<(), FetchError> {
    match api.post("/v3/hooks", &wanted.body(scope)).await? {
        Answer::Body(_) => Ok(()),
        Answer::Nothing | Answer::Missing => Err(odd_missing("webhook that was made")),
    }
}

/// False when there is no such webhook any more.
async fn mend(api: &mut Api<'_>, hook: &Hook, wanted: &Wanted<'_>) -> Result<bool, FetchError> {
    match api.put(&hook.path(), &wanted.body(&hook.scope)).await? {
        Answer::Body(_) | Answer::Nothing => Ok(true),
        Answer::Missing => Ok(false),
    }
}

/// False when there was no such webhook any more.
async fn remove(api: &mut Api<'_>, hook: &Hook) -> Result<bool, FetchError> {
    match api.delete(&hook.path()).await? {
        Answer::Body(_) | Answer::Nothing => Ok(true),
        Answer::Missing => Ok(false),
    }
}

async fn all(api: &mut Api<'_>) -> Result<Vec<Hook>, FetchError> {
    let mut hooks = Vec::new();
    for page in 1..=PAGES_LIMIT {
        let page = page.to_string();
        let query = [("page", page.as_str()), ("limit", PAGE_ROWS_TEXT)];
        let rows = match api.get("/v3/hooks", &query).await? {
            Answer::Body(body) => rows(&body)?,
            Answer::Nothing => Vec::new(),
            Answer::Missing => return Err(odd_missing("list of webhooks")),
        };
        let is_last = rows.len() < PAGE_ROWS;
        hooks.extend(rows);
        if is_last {
            return Ok(hooks);
        }
    }
    Err(unreadable("the store has more webhooks than it allows"))
}

fn rows(body: &Bytes) -> Result<Vec<Hook>, FetchError> {
    #[derive(Deserialize)]
    #[serde(bound(deserialize = "'de: 'a"))]
    struct Data<'a> {
        data: Vec<Written<'a>>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Written<'a> {
        id: Scalar<'a>,
        scope: Scalar<'a>,
        destination: Scalar<'a>,
        is_active: Scalar<'a>,
        /// An empty one may be a list.
        headers: Value,
    }

    let odd = || unreadable("the list of webhooks is not what is documented");
    let Data { data } = serde_json::from_slice(body).map_err(|_| odd())?;
    data.iter()
        .map(|row| {
            let Written {
                id,
                scope,
                destination,
                is_active,
                headers,
            } = row;
            Ok(Hook {
                id: id.id().ok_or_else(odd)?.to_owned(),
                scope: scope.as_str().to_owned(),
                destination: destination.as_str().to_owned(),
                is_active: is_active.is_true(),
                secret: secret_in(headers).into(),
            })
        })
        .collect()
}

/// Headers' names have no case.
fn secret_in(headers: &Value) -> &str {
    headers
        .as_object()
        .into_iter()
        .flatten()
        .find(|(name, _)| name.eq_ignore_ascii_case(HOOK_SECRET_HEADER))
        .and_then(|(_, value)| value.as_str())
        .unwrap_or_default()
}
