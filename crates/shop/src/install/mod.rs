//! How a shop lets an app in.
//!
//! 1. [`Install::shop`]: which shop a person means.
//! 2. [`Install::authorize`]: where the person's browser is sent, to sign in and to agree.
//! 3. [`Install::returned`]: what the browser brings back; or [`Install::posted`], where the shop itself sends
//!    a key.
//! 4. [`Install::redeem`]: what it is worth: access to the shop.
//! 5. [`Install::access_token`]: from then on, where tokens come to an end, one that is accepted.
//!
//! A shop of the organisation that the app belongs to may need none of the first four: [`Install::own`].
//!
//! That a state is one of ours, that it comes with the browser it was given to, for the shop it was given for, in
//! time and once, is the runtime's to check.

mod refusal;
mod tokens;

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use secrecy::SecretString;

pub use refusal::InstallRefusal;
pub use tokens::{Opened, RenewError, Tokens, Vault, VaultError};

use crate::{ApiAccess, Connection, LiveSecrets, PlainHttp, ShopUrl};

/// The app that shops let in, as the operator has set it up.
#[derive(Clone, Debug)]
pub struct App {
    /// What a shopkeeper reads who is asked to agree, where the platform lets us say it.
    pub name: String,
    /// `None`: the operator registered none with the platform.
    pub registered: Option<RegisteredApp>,
    /// Where to sign in and to ask instead of at the platform's own addresses: a simulator, which may be without TLS.
    pub stand_in: Option<ShopUrl>,
}

/// What the platform knows an app by.
#[derive(Clone, Debug)]
pub struct RegisteredApp {
    pub client_id: String,
    /// The newest first. They sign deliveries too.
    pub secrets: LiveSecrets,
}

impl App {
    /// What the platform knows it by, where nothing goes without.
    pub fn registered(&self) -> Result<&RegisteredApp, InstallRefusal> {
        self.registered.as_ref().ok_or(InstallRefusal::NoApp)
    }

    /// The platform's own address, or what stands in for it.
    ///
    /// # Panics
    /// When `own` is no address: it is a platform's constant.
    #[must_use]
    pub fn address(&self, own: &'static str) -> ShopUrl {
        match &self.stand_in {
            Some(stand_in) => stand_in.clone(),
            None => ShopUrl::new(own).expect("the constant is an address"),
        }
    }

    /// Only a simulator may be asked without TLS.
    #[must_use]
    pub const fn plain_http(&self) -> PlainHttp {
        match self.stand_in {
            Some(_) => PlainHttp::Allowed,
            None => PlainHttp::Refused,
        }
    }
}

/// A shop as its platform writes it: a domain, a number, an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ShopName(Box<str>);

impl ShopName {
    /// For a platform, which has judged it: what a platform accepts is short.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ShopName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One way to a shop, from the click to the key.
#[derive(Clone, Debug)]
pub struct Journey {
    pub shop: ShopName,
    /// Unguessable, and used once: letters and digits.
    pub state: SecretString,
    /// Where the browser comes back to, and where a shop posts a key.
    pub callback: ShopUrl,
    /// Whether a shop that is named by its address may be without TLS.
    pub plain_http: PlainHttp,
}

/// What a browser brought back, as far as the platform can vouch for it.
#[derive(Clone, Debug)]
pub struct Returned {
    /// `None`: the platform takes none along.
    pub state: Option<SecretString>,
    /// `None`: it does not say which shop it is of.
    pub shop: Option<ShopName>,
    pub answer: Answer,
}

/// What the shopkeeper said.
#[derive(Clone, Debug)]
pub enum Answer {
    Agreed(Agreement),
    Declined,
    /// Yes, and the shop has posted the key before it sent the browser back.
    KeyPosted,
}

/// Not access yet: to be exchanged for it, once and soon.
#[derive(Clone, Debug)]
pub struct Agreement {
    pub code: SecretString,
    /// What stands beside it and has to be said again, in the platform's words.
    pub scopes: Option<String>,
}

/// What access is given for.
#[derive(Clone, Debug)]
pub enum Proof {
    Agreement(Agreement),
    /// What the shop posted.
    Posted(Bytes),
}

/// What an agreement was worth.
#[derive(Clone, Debug)]
pub struct Granted {
    pub api: ApiAccess,
    /// What the shop will sign its deliveries with; `None` where that is ours to choose.
    pub secrets: Option<LiveSecrets>,
    pub tokens: Tokens,
}

/// How a platform's shops let an app in.
#[async_trait]
pub trait Install: Send + Sync {
    /// The shop that a person names, in the platform's one way of writing it. Asks nobody.
    fn shop(&self, typed: &str) -> Result<ShopName, InstallRefusal>;

    /// Where the person's browser is sent.
    fn authorize(&self, app: &App, journey: &Journey) -> Result<String, InstallRefusal>;

    /// What a browser brings back: the names and values of its query, decoded, as they came.
    fn returned(
        &self,
        app: &App,
        query: &[(String, String)],
        now: Timestamp,
    ) -> Result<Returned, InstallRefusal>;

    /// The state that a posted key names. On most platforms no shop posts any.
    fn posted(&self, body: &[u8]) -> Result<SecretString, InstallRefusal> {
        let _ = body;
        Err(InstallRefusal::NotAuthentic)
    }

    /// Access to the shop of `journey` and to no other, with all that is needed.
    async fn redeem(
        &self,
        app: &App,
        journey: &Journey,
        proof: Proof,
        now: Timestamp,
    ) -> Result<Granted, InstallRefusal>;

    /// What is needed by now and not `granted`, in the platform's words: of a shop that was linked while less was asked
    /// for, that a person has to connect it again.
    fn missing_rights(&self, granted: &[String]) -> Vec<&'static str>;

    /// Access to `shop` without anybody's agreement, where the app belongs to the organisation whose shop it is.
    /// On most platforms there is no such way.
    async fn own(
        &self,
        app: &App,
        shop: &ShopName,
        now: Timestamp,
    ) -> Result<Granted, InstallRefusal> {
        let _ = (app, shop, now);
        Err(InstallRefusal::NoOwnShops)
    }

    /// Tokens that are good for a while, out of `vault`, renewed where they must be. `refused`: an access token that
    /// the shop did not accept. Asked only of connections whose tokens come to an end.
    async fn access_token(
        &self,
        app: &App,
        connection: &Connection,
        vault: &dyn Vault,
        refused: Option<&SecretString>,
    ) -> Result<Tokens, RenewError> {
        let _ = (app, connection, vault, refused);
        Err(RenewError::Refused {
            code: "tokens are for ever here".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_app_with_a_stand_in_asks_without_tls() {
        let app = App {
            name: "Comptoir".to_owned(),
            registered: None,
            stand_in: None,
        };
        assert_eq!(app.plain_http(), PlainHttp::Refused);
        assert_eq!(app.registered().unwrap_err(), InstallRefusal::NoApp);
        let simulated = App {
            stand_in: Some(ShopUrl::new("http://127.0.0.1:1").unwrap()),
            ..app
        };
        assert_eq!(simulated.plain_http(), PlainHttp::Allowed);
    }
}
