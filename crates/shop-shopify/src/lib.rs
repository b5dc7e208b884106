//! Shopify: its signatures, its orders as canonical ones, asking a shop for one, and how an app gets access.
//!
//! A delivery is never read for what it says of an order: it carries no payments, and its signature does
//! not cover the header that names the shop. It only names the order, which is then fetched whole from the
//! connection's own shop, by the Admin API in version [`API_VERSION`].
//!
//! Deliveries are hints, and some are lost: the truth about which orders there are is [`Platform::list`]. Drafts
//! are no orders in Shopify; closed, cancelled and test orders are listed like others, and none that is older
//! than 60 days. Which deliveries a shop sends is set by [`Platform::ensure_hooks`], but for the three about
//! privacy, which are set in the app's own settings. `app/uninstalled` says that the token is dead and the
//! connection with it; `shop/redact`, two days later, that nothing of the shop may be kept. After
//! `app/scopes_update` the app may see more or less than before.
//!
//! A connection's `api.url` is `https://` and the shop's `myshopify.com` domain, its `api.key` the app's
//! client id and its `api.secret` the access token.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use retail::posting::OrderUpdates;
use retail::{PlatformCode, ShopOrderId};
use service::clock::Clock;
use service::http::Clients;
use shop::{
    Allowance, Allowances, Connection, FetchError, HookAddress, HookReport, ImportRules, Listing,
    Notice, Page, PageToken, Platform, PrivacySubject, Reading, Refused, ShippingItem, ShopName,
    ShopUrl, Source, StoreIdentity,
};

mod amount;
mod answer;
mod client;
mod document;
mod envelope;
mod fetch;
mod hooks;
mod id;
mod import_rules;
pub mod install;
mod list;
mod map;
mod operation;
mod payload;
mod place;
mod privacy;
mod push;
mod read;
mod shop_domain;
mod signature;
mod store;
mod text;
mod topic;
mod verify;

#[cfg(feature = "sim")]
pub mod sim;

use client::Asker;
pub use shop_domain::{NotAShopDomain, ShopDomain};

/// The platform's code, as it stands in subjects and in the seed file.
pub const CODE: &str = "shopify";

/// The version of the Admin API that is asked. A version that Shopify no longer has is answered by
/// another one without an error, so every answer's own version is compared.
pub const API_VERSION: &str = "2026-10";

/// Points of the smallest plan, until the shop's own answers tell.
const ALLOWANCE: Allowance = Allowance {
    per_second: 100,
    at_once: 2_000,
    changed_page: 13,
    placed_page: 937,
    order: 187,
};

/// Orders are searched for in an index that follows them; nobody says how fast.
const LISTS_WITHIN: Duration = Duration::from_secs(30);

/// The platform.
#[derive(Clone)]
pub struct Shopify {
    clients: Clients,
    clock: Arc<dyn Clock>,
    allowances: Arc<Allowances>,
    known: Arc<push::Known>,
}

impl Shopify {
    /// Judges the age of tokens by `clock`. Fails when the machine has no TLS certificates to trust.
    pub fn new(clock: Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        Ok(Self {
            clients: Clients::new()?,
            clock,
            allowances: Arc::new(Allowances::new(ALLOWANCE)),
            known: Arc::default(),
        })
    }

    /// What asks the shop at `url`.
    fn client(&self, url: &ShopUrl) -> &reqwest::Client {
        self.clients.at(url.is_https())
    }
}

impl fmt::Debug for Shopify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shopify")
    }
}

#[async_trait]
impl Platform for Shopify {
    fn code(&self) -> PlatformCode {
        PlatformCode::new(CODE).expect("the constant is a platform code")
    }

    fn lists_within(&self) -> Duration {
        LISTS_WITHIN
    }

    fn allowance(&self, connection: &Connection) -> Allowance {
        let api = connection.api.as_ref();
        api.map_or(ALLOWANCE, |api| self.allowances.of(&api.url))
    }

    fn import_rules(&self) -> ImportRules {
        import_rules::IMPORT_RULES
    }

    /// Unless the retailer wants it otherwise, the sale stays as it was first recorded (SH-12).
    fn order_updates(&self) -> OrderUpdates {
        OrderUpdates::Ask
    }

    /// There before the first order (SH-6).
    fn shipping_item(&self) -> ShippingItem {
        ShippingItem::AtLink
    }

    fn verify(
        &self,
        connection: &Connection,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notice, Refused> {
        verify::verify(connection, headers, body)
    }

    /// The three about privacy go to one address, which is set in the app's settings.
    fn addressee(&self, headers: &HeaderMap, _: &[u8]) -> Option<ShopName> {
        verify::named(headers).map(|host| ShopName::new(&host.to_ascii_lowercase()))
    }

    fn leads_to(&self, connection: &Connection, shop: &ShopName) -> bool {
        verify::is_same(verify::host(connection).as_deref(), Some(shop.as_str()))
    }

    fn read(&self, connection: &Connection, source: Source<'_>, body: &[u8]) -> Reading {
        read::read(connection, source, body)
    }

    fn privacy_subject(&self, body: &[u8]) -> Option<PrivacySubject> {
        privacy::subject(body)
    }

    async fn fetch(
        &self,
        connection: &Connection,
        order: &ShopOrderId,
    ) -> Result<Bytes, FetchError> {
        fetch::fetch(Asker::new(self, connection)?, order).await
    }

    async fn list(
        &self,
        connection: &Connection,
        listing: Listing,
        after: Option<&PageToken>,
    ) -> Result<Page, FetchError> {
        list::list(Asker::new(self, connection)?, listing, after).await
    }

    async fn store(&self, connection: &Connection) -> Result<StoreIdentity, FetchError> {
        store::store(Asker::new(self, connection)?).await
    }

    async fn ensure_hooks(
        &self,
        connection: &Connection,
        address: &HookAddress,
    ) -> Result<HookReport, FetchError> {
        hooks::ensure(Asker::new(self, connection)?, connection.id, address).await
    }

    async fn remove_hooks(
        &self,
        connection: &Connection,
        address: &HookAddress,
    ) -> Result<usize, FetchError> {
        hooks::remove(Asker::new(self, connection)?, address).await
    }
}
