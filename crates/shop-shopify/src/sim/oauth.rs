//! The shop's log-in pages: a merchant who always consents, and tokens that expire and rotate.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde_json::{Value, json};
use sha2::Sha256;

/// The app that may ask.
pub(super) const CLIENT_ID: &str = "simulated-client-id";
/// The shop's name in what its browser pages say.
pub(super) const DOMAIN: &str = "maison-simulee.myshopify.com";

const CODE_LIVES: SignedDuration = SignedDuration::from_mins(1);
const ACCESS_SECONDS: i64 = 3_600;
const REFRESH_SECONDS: i64 = 7_776_000;
/// Of a token for an app of the shop's own organisation.
const ORGANISATION_SECONDS: i64 = 86_399;
const SCOPES: &str =
    "read_orders,write_inventory,write_products,write_publications,read_locations,read_customers";

/// What was granted, and until when it is good.
#[derive(Debug)]
pub(super) struct Grants {
    /// Of the app.
    secret: String,
    /// Whether app and shop belong to one organisation.
    is_own: bool,
    access: BTreeMap<String, Option<Timestamp>>,
    codes: BTreeMap<String, Timestamp>,
    refresh: Option<Rotation>,
    given: u64,
}

/// The refresh tokens that are good: the one before is until the current one is used.
#[derive(Debug)]
struct Rotation {
    current: String,
    before: Option<String>,
    until: Timestamp,
}

impl Grants {
    /// A shop in which the app holds `token`, for ever.
    pub(super) fn new(secret: &str, token: &str) -> Self {
        Self {
            secret: secret.to_owned(),
            is_own: true,
            access: BTreeMap::from([(token.to_owned(), None)]),
            codes: BTreeMap::new(),
            refresh: None,
            given: 0,
        }
    }

    pub(super) fn accepts(&self, token: &str, now: Timestamp) -> bool {
        let until = self.access.get(token);
        until.is_some_and(|until| until.is_none_or(|until| now < until))
    }

    /// The merchant takes everything back.
    pub(super) fn clear(&mut self) {
        self.access.clear();
        self.codes.clear();
        self.refresh = None;
    }

    /// The shop goes to another organisation than the app's.
    pub(super) const fn sell(&mut self) {
        self.is_own = false;
    }

    /// Where the merchant's browser goes from the page at `address`; `None`: it shows an error.
    pub(super) fn consented(&mut self, address: &Url, now: Timestamp) -> Option<String> {
        let asked: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        if asked.get("client_id")? != CLIENT_ID {
            return None;
        }
        let code = self.next("code");
        self.codes
            .insert(code.clone(), now.checked_add(CODE_LIVES).ok()?);
        // In the order of their names, which is the order they are signed in.
        let mut parameters = vec![
            ("code", code),
            ("shop", DOMAIN.to_owned()),
            ("state", asked.get("state")?.clone()),
            ("timestamp", now.as_second().to_string()),
        ];
        let signed: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        parameters.push(("hmac", self.signature(&signed.join("&"))));
        let target = Url::parse_with_params(asked.get("redirect_uri")?, parameters).ok()?;
        Some(target.to_string())
    }

    /// What the token endpoint answers.
    pub(super) fn answer(&mut self, body: &Value, now: Timestamp) -> (StatusCode, Value) {
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        if text("client_id") != CLIENT_ID || text("client_secret") != self.secret {
            return (
                StatusCode::UNAUTHORIZED,
                json!({ "error": "invalid_client" }),
            );
        }
        match body["grant_type"].as_str() {
            Some("client_credentials") if !self.is_own => (
                StatusCode::BAD_REQUEST,
                json!({
                    "error": "shop_not_permitted",
                    "error_description": "Client credentials cannot be performed on this shop.",
                }),
            ),
            Some("client_credentials") => {
                let access = self.access(now, ORGANISATION_SECONDS);
                let granted = json!({
                    "access_token": access, "scope": SCOPES, "expires_in": ORGANISATION_SECONDS,
                });
                (StatusCode::OK, granted)
            }
            Some("refresh_token") => {
                let token = text("refresh_token");
                let rotated = self.refresh.take_if(|known| {
                    now < known.until
                        && (known.current == token || known.before.as_deref() == Some(token))
                });
                match rotated {
                    Some(_) => self.rotate(Some(token.to_owned()), now),
                    None => (
                        StatusCode::UNAUTHORIZED,
                        json!({
                            "error": "invalid_request",
                            "error_description": "This request requires an active refresh_token",
                        }),
                    ),
                }
            }
            None if body["expiring"] == "1" => match self.codes.remove(text("code")) {
                Some(until) if now < until => self.rotate(None, now),
                Some(_) | None => (
                    StatusCode::BAD_REQUEST,
                    json!({ "error": "invalid_request" }),
                ),
            },
            // Tokens that never expire are given no more.
            Some(_) | None => (
                StatusCode::BAD_REQUEST,
                json!({ "error": "invalid_request" }),
            ),
        }
    }

    /// A new pair; of the refresh tokens before only `used` stays good, until the new one is used.
    fn rotate(&mut self, used: Option<String>, now: Timestamp) -> (StatusCode, Value) {
        self.access.retain(|_, until| until.is_none());
        let access = self.access(now, ACCESS_SECONDS);
        let refresh = self.next("shprt");
        self.refresh = Some(Rotation {
            current: refresh.clone(),
            before: used,
            until: now + SignedDuration::from_secs(REFRESH_SECONDS),
        });
        let granted = json!({
            "access_token": access,
            "scope": SCOPES,
            "expires_in": ACCESS_SECONDS,
            "refresh_token": refresh,
            "refresh_token_expires_in": REFRESH_SECONDS,
        });
        (StatusCode::OK, granted)
    }

    fn access(&mut self, now: Timestamp, seconds: i64) -> String {
        let token = self.next("shpat");
        let until = now + SignedDuration::from_secs(seconds);
        self.access.insert(token.clone(), Some(until));
        token
    }

    fn next(&mut self, kind: &str) -> String {
        self.given += 1;
        format!("{kind}_{:032x}", self.given)
    }

    /// In hexadecimal, as in addresses.
    fn signature(&self, message: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(message.as_bytes());
        let mut digits = String::new();
        for byte in mac.finalize().into_bytes() {
            write!(digits, "{byte:02x}").expect("a string takes what is written to it");
        }
        digits
    }
}
