//! A platform whose shops are asked with tokens that come to an end: each is asked with one that is good, renewed
//! where it must be, and once more with another where the shop no longer accepts it.
//!
//! Everything else of the runtime knows nothing of tokens. A connection that no install flow linked is asked with what
//! its credentials say.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use retail::posting::OrderUpdates;
use retail::{ConnectionId, PlatformCode, ShopOrderId};
use secrecy::{ExposeSecret as _, SecretString};
use service::clock::Clock;
use shop::{
    Allowance, ApiAccess, App, Connection, FetchError, Granted, HookAddress, HookReport,
    ImportRules, Install, InstallRefusal, Journey, Listing, Notice, Page, PageToken, Platform,
    PrivacySubject, Proof, Reading, Refused, RenewError, Returned, ShippingItem, ShopName, Source,
    StoreIdentity, Tokens, Vault,
};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::store::{Store, StoreError};

/// How a shop says that it does not accept a token.
const NOT_ACCEPTED: u16 = 401;
/// For a renewal, its wait for another process's included. Shorter than the database's patience with locks; who gives up
/// in between has lost nothing.
const RENEWAL_TIMEOUT: Duration = Duration::from_secs(9);
/// Renewals of one process at once: each holds one of the database's few connections while a shop thinks.
const RENEWALS_AT_ONCE: usize = 3;

/// Any platform, with tokens that are looked after.
pub(crate) struct Renewing {
    platform: Arc<dyn Platform>,
    app: Arc<App>,
    store: Store,
    clock: Arc<dyn Clock>,
    /// As they were when they were needed last; `None`: the connection has none. What is outdated is found out when
    /// the shop does not accept it.
    held: Mutex<HashMap<ConnectionId, Option<Tokens>>>,
    renewals: Semaphore,
    /// Units that every shop gives back in a second; `None`: as it says, or its platform.
    per_second: Option<NonZeroU32>,
}

impl Renewing {
    pub(crate) fn new(
        platform: Arc<dyn Platform>,
        app: Arc<App>,
        store: Store,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            platform,
            app,
            store,
            clock,
            held: Mutex::default(),
            renewals: Semaphore::new(RENEWALS_AT_ONCE),
            per_second: None,
        }
    }

    /// Shops are asked so many units a second, whatever they and their platform say.
    pub(crate) fn at(self, per_second: Option<NonZeroU32>) -> Self {
        Self { per_second, ..self }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<ConnectionId, Option<Tokens>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection with a token that is good for a while; `refused`: one that is not.
    async fn fresh(
        &self,
        connection: &Connection,
        refused: Option<&SecretString>,
    ) -> Result<Connection, FetchError> {
        let known = match refused {
            None => self.held().get(&connection.id).cloned(),
            Some(_) => None,
        };
        let known = match known {
            Some(known) => known,
            None => self.look_up(connection.id).await?,
        };
        let Some(tokens) = known else {
            return Ok(connection.clone());
        };
        let is_refused = refused.is_some_and(|refused| is_same(refused, &tokens.access));
        let tokens = if is_refused || !tokens.is_fresh(self.clock.now()) {
            self.renewed(connection, &tokens, refused).await?
        } else {
            tokens
        };
        Ok(asked_with(connection, &tokens.access))
    }

    /// The connection as its shop is asked now, and until when; `None`: for good.
    pub(crate) async fn access(
        &self,
        connection: &Connection,
    ) -> Result<(Connection, Option<Timestamp>), FetchError> {
        let fresh = self.fresh(connection, None).await?;
        let held = self.held();
        let tokens = held.get(&connection.id).and_then(Option::as_ref);
        let until = tokens.and_then(|tokens| tokens.access_until);
        Ok((fresh, until))
    }

    async fn look_up(&self, id: ConnectionId) -> Result<Option<Tokens>, FetchError> {
        let tokens = self.store.tokens(id).await.map_err(|error| away(&error))?;
        self.held().insert(id, tokens.clone());
        Ok(tokens)
    }

    async fn renewed(
        &self,
        connection: &Connection,
        before: &Tokens,
        refused: Option<&SecretString>,
    ) -> Result<Tokens, FetchError> {
        let (id, asked_at) = (connection.id, self.clock.now());
        // Nothing to renew it with: it was good for ever, until it was not.
        if before.access_until.is_none() {
            let reason = "the shop no longer accepts the access that it gave";
            self.lost(id, reason, asked_at).await;
            return Err(FetchError::Refused {
                status: NOT_ACCEPTED,
            });
        }
        let vault = self.store.vault(id, Arc::clone(&self.clock));
        let renewing = async {
            let _turn = self
                .renewals
                .acquire()
                .await
                .map_err(|_| RenewError::TryLater {
                    why: "the process stops".to_owned(),
                })?;
            self.platform
                .access_token(&self.app, connection, &vault, refused)
                .await
        };
        match timeout(RENEWAL_TIMEOUT, renewing).await {
            Ok(Ok(tokens)) => {
                self.held().insert(id, Some(tokens.clone()));
                Ok(tokens)
            }
            Ok(Err(RenewError::Refused { code })) => {
                let reason = format!("the shop grants no more access ({code})");
                self.lost(id, &reason, asked_at).await;
                Err(FetchError::Refused {
                    status: NOT_ACCEPTED,
                })
            }
            Ok(Err(error @ (RenewError::Vault(_) | RenewError::TryLater { .. }))) => {
                Err(FetchError::later(error.to_string()))
            }
            Err(_) => Err(FetchError::later("no new token in time")),
        }
    }

    /// A person has to connect the shop again, and is told so.
    async fn lost(&self, id: ConnectionId, reason: &str, asked_at: Timestamp) {
        tracing::warn!(connection = %id, reason, "the shop has to be connected again");
        let told = self.store.access_refused(id, reason, asked_at).await;
        if let Err(error) = told {
            tracing::warn!(connection = %id, %error, "and that is not remembered");
        }
    }

    async fn asking(&self, connection: &Connection) -> Result<Asking<'_>, FetchError> {
        Ok(Asking {
            platform: self,
            connection: self.fresh(connection, None).await?,
        })
    }
}

/// One question to a shop, which may have to be asked again.
struct Asking<'a> {
    platform: &'a Renewing,
    connection: Connection,
}

impl Asking<'_> {
    /// Whether the shop did not accept the token, and there is another one now.
    async fn has_another<T>(&mut self, answer: &Result<T, FetchError>) -> Result<bool, FetchError> {
        let Err(FetchError::Refused {
            status: NOT_ACCEPTED,
        }) = answer
        else {
            return Ok(false);
        };
        let Some(ApiAccess { secret, .. }) = self.connection.api.clone() else {
            return Ok(false);
        };
        self.connection = self.platform.fresh(&self.connection, Some(&secret)).await?;
        let is_another = |api: &ApiAccess| !is_same(&api.secret, &secret);
        Ok(self.connection.api.as_ref().is_some_and(is_another))
    }
}

fn asked_with(connection: &Connection, token: &SecretString) -> Connection {
    let mut connection = connection.clone();
    if let Some(api) = &mut connection.api {
        api.secret = token.clone();
    }
    connection
}

fn is_same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

fn away(error: &StoreError) -> FetchError {
    FetchError::later(format!("its token cannot be read: {error}"))
}

#[async_trait]
impl Platform for Renewing {
    fn code(&self) -> PlatformCode {
        self.platform.code()
    }

    fn verify(
        &self,
        connection: &Connection,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notice, Refused> {
        self.platform.verify(connection, headers, body)
    }

    fn addressee(&self, headers: &HeaderMap, body: &[u8]) -> Option<ShopName> {
        self.platform.addressee(headers, body)
    }

    fn leads_to(&self, connection: &Connection, shop: &ShopName) -> bool {
        self.platform.leads_to(connection, shop)
    }

    fn read(&self, connection: &Connection, source: Source<'_>, body: &[u8]) -> Reading {
        self.platform.read(connection, source, body)
    }

    fn privacy_subject(&self, body: &[u8]) -> Option<PrivacySubject> {
        self.platform.privacy_subject(body)
    }

    fn lists_within(&self) -> Duration {
        self.platform.lists_within()
    }

    fn allowance(&self, connection: &Connection) -> Allowance {
        let allowance = self.platform.allowance(connection);
        self.per_second
            .map_or(allowance, |per_second| allowance.at(per_second))
    }

    fn import_rules(&self) -> ImportRules {
        self.platform.import_rules()
    }

    fn order_updates(&self) -> OrderUpdates {
        self.platform.order_updates()
    }

    fn shipping_item(&self) -> ShippingItem {
        self.platform.shipping_item()
    }

    async fn fetch(
        &self,
        connection: &Connection,
        order: &ShopOrderId,
    ) -> Result<Bytes, FetchError> {
        let mut asking = self.asking(connection).await?;
        let answer = self.platform.fetch(&asking.connection, order).await;
        if asking.has_another(&answer).await? {
            return self.platform.fetch(&asking.connection, order).await;
        }
        answer
    }

    async fn list(
        &self,
        connection: &Connection,
        listing: Listing,
        after: Option<&PageToken>,
    ) -> Result<Page, FetchError> {
        let mut asking = self.asking(connection).await?;
        let answer = self.platform.list(&asking.connection, listing, after).await;
        if asking.has_another(&answer).await? {
            return self.platform.list(&asking.connection, listing, after).await;
        }
        answer
    }

    async fn store(&self, connection: &Connection) -> Result<StoreIdentity, FetchError> {
        let mut asking = self.asking(connection).await?;
        let answer = self.platform.store(&asking.connection).await;
        if asking.has_another(&answer).await? {
            return self.platform.store(&asking.connection).await;
        }
        answer
    }

    async fn ensure_hooks(
        &self,
        connection: &Connection,
        address: &HookAddress,
    ) -> Result<HookReport, FetchError> {
        let mut asking = self.asking(connection).await?;
        let answer = self.platform.ensure_hooks(&asking.connection, address);
        let answer = answer.await;
        if asking.has_another(&answer).await? {
            return self
                .platform
                .ensure_hooks(&asking.connection, address)
                .await;
        }
        answer
    }

    async fn remove_hooks(
        &self,
        connection: &Connection,
        address: &HookAddress,
    ) -> Result<usize, FetchError> {
        let mut asking = self.asking(connection).await?;
        let answer = self.platform.remove_hooks(&asking.connection, address);
        let answer = answer.await;
        if asking.has_another(&answer).await? {
            return self
                .platform
                .remove_hooks(&asking.connection, address)
                .await;
        }
        answer
    }
}

#[async_trait]
impl Install for Renewing {
    fn shop(&self, typed: &str) -> Result<ShopName, InstallRefusal> {
        self.platform.shop(typed)
    }

    fn authorize(&self, app: &App, journey: &Journey) -> Result<String, InstallRefusal> {
        self.platform.authorize(app, journey)
    }

    fn returned(
        &self,
        app: &App,
        query: &[(String, String)],
        now: Timestamp,
    ) -> Result<Returned, InstallRefusal> {
        self.platform.returned(app, query, now)
    }

    fn posted(&self, body: &[u8]) -> Result<SecretString, InstallRefusal> {
        self.platform.posted(body)
    }

    async fn redeem(
        &self,
        app: &App,
        journey: &Journey,
        proof: Proof,
        now: Timestamp,
    ) -> Result<Granted, InstallRefusal> {
        self.platform.redeem(app, journey, proof, now).await
    }

    fn missing_rights(&self, granted: &[String]) -> Vec<&'static str> {
        self.platform.missing_rights(granted)
    }

    async fn own(
        &self,
        app: &App,
        shop: &ShopName,
        now: Timestamp,
    ) -> Result<Granted, InstallRefusal> {
        self.platform.own(app, shop, now).await
    }

    async fn access_token(
        &self,
        app: &App,
        connection: &Connection,
        vault: &dyn Vault,
        refused: Option<&SecretString>,
    ) -> Result<Tokens, RenewError> {
        let platform = &self.platform;
        platform.access_token(app, connection, vault, refused).await
    }
}
