//! BigCommerce: its signature, its orders as canonical ones, and asking a store for them, for who it is
//! and for its webhooks; and telling it products, prices and stock ([`shop::push::Push`]).
//!
//! A delivery says only *which* order changed. The order is read by API with its sub-resources, each
//! a request of its own, and composed into one document, which is what [`Source::Fetched`] reads.

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
    Notice, Page, PageToken, Platform, Reading, Refused, ShippingItem, ShopName, ShopUrl, Source,
    StoreIdentity,
};

mod client;
mod date;
pub mod install;
mod map;
mod payload;
mod push;
mod read;
mod scalar;
mod stand_in;
mod status;
mod store;
mod text;
mod verify;

#[cfg(feature = "sim")]
pub mod sim;

pub use verify::{HOOK_SECRET_HEADER, hook_secret};

/// The platform's code, as it stands in subjects and in the seed file.
pub const CODE: &str = "bigcommerce";

/// Where all stores' APIs answer.
pub const API_URL: &str = "https://api.bigcommerce.com";
/// Where merchants agree to an app, and where it gets its tokens.
pub const LOGIN_URL: &str = "https://login.bigcommerce.com";

/// The topic of the delivery that says that the store is gone: its owner took the app away, and with it
/// the access token and all webhooks.
pub const APP_UNINSTALLED: &str = "store/app/uninstalled";

/// Orders are listed from where they are kept: this is for the clocks of two machines.
const LISTS_WITHIN: Duration = Duration::from_secs(1);

/// The platform.
///
/// A connection's address ends in `/stores/{hash}`, its API secret is the access token, and its live
/// secrets are the app's client secret, old and new.
#[derive(Clone)]
pub struct BigCommerce {
    clients: Clients,
    clock: Arc<dyn Clock>,
    allowances: Arc<Allowances>,
    storefronts: Arc<push::Storefronts>,
}

impl BigCommerce {
    /// Judges the age of signatures by `clock`. Fails when the machine has no TLS certificates to trust.
    pub fn new(clock: Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        Ok(Self {
            clients: Clients::new()?,
            clock,
            allowances: Arc::new(Allowances::new(client::allowance())),
            storefronts: Arc::default(),
        })
    }
}

impl BigCommerce {
    fn client(&self, url: &ShopUrl) -> &reqwest::Client {
        self.clients.at(url.is_https())
    }
}

impl fmt::Debug for BigCommerce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BigCommerce")
    }
}

#[async_trait]
impl Platform for BigCommerce {
    fn code(&self) -> PlatformCode {
        PlatformCode::new(CODE).expect("the constant is a platform code")
    }

    fn verify(
        &self,
        connection: &Connection,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notice, Refused> {
        verify::verify(connection, headers, body, self.clock.now())
    }

    /// Every connection has an address of its own.
    fn addressee(&self, _headers: &HeaderMap, _body: &[u8]) -> Option<ShopName> {
        None
    }

    fn leads_to(&self, _connection: &Connection, _shop: &ShopName) -> bool {
        false
    }

    fn read(&self, connection: &Connection, source: Source<'_>, body: &[u8]) -> Reading {
        read::read(connection, source, body)
    }

    async fn fetch(
        &self,
        connection: &Connection,
        order: &ShopOrderId,
    ) -> Result<Bytes, FetchError> {
        client::fetch(self, connection, order).await
    }

    async fn list(
        &self,
        connection: &Connection,
        listing: Listing,
        after: Option<&PageToken>,
    ) -> Result<Page, FetchError> {
        client::list(self, connection, listing, after).await
    }

    fn lists_within(&self) -> Duration {
        LISTS_WITHIN
    }

    fn allowance(&self, connection: &Connection) -> Allowance {
        let api = connection.api.as_ref();
        api.map_or_else(Allowance::default, |api| self.allowances.of(&api.url))
    }

    fn import_rules(&self) -> ImportRules {
        ImportRules::default()
    }

    fn order_updates(&self) -> OrderUpdates {
        OrderUpdates::Apply
    }

    /// As handling and gift wrapping are (BC-5).
    fn shipping_item(&self) -> ShippingItem {
        ShippingItem::AtFirstUse
    }

    async fn store(&self, connection: &Connection) -> Result<StoreIdentity, FetchError> {
        client::identity(self, connection).await
    }

    async fn ensure_hooks(
        &self,
        connection: &Connection,
        address: &HookAddress,
    ) -> Result<HookReport, FetchError> {
        client::ensure_hooks(self, connection, address).await
    }

    async fn remove_hooks(
        &self,
        connection: &Connection,
        address: &HookAddress,
    ) -> Result<usize, FetchError> {
        client::remove_hooks(self, connection, address).await
    }
}
