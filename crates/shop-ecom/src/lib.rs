//! eCom (E-Series, the REST API v3 of Ecwid): its signature, its orders as canonical ones, asking a shop
//! for one and for what orders there are, and telling it products, prices, stock and images.
//!
//! A connection's [`shop::ApiAccess`] holds the address of one store's API
//! (`https://app.ecwid.com/api/v3/1003`: the store's id is its last part), the app's client id as
//! `key` and the store's access token as `secret`. Its live secrets are the app's client secret.
//!
//! eCom has no API for webhooks: the app's one address and the events that it is told of are set by
//! eCom's staff, for all stores at once. They are `order.created`, `order.updated`, `order.deleted`,
//! `unfinished_order.created`, `unfinished_order.updated`, `unfinished_order.deleted` and
//! [`UNINSTALLED`].
//!
//! What the API is known to do was taken from its documents, not from a live store: the samples
//! under `fixtures/` say which.

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
    Allowance, Connection, FetchError, HookAddress, HookReport, ImportRules, Listing, Notice, Page,
    PageToken, Platform, Reading, Refused, ShippingItem, ShopName, ShopUrl, Source, StoreIdentity,
};

mod amount;
mod client;
mod currencies;
pub mod install;
mod loose;
mod map;
mod payload;
mod push;
mod read;
mod status;
mod store;
mod text;
mod verify;

#[cfg(feature = "sim")]
pub mod sim;

/// The platform's code, as it stands in subjects and in the seed file.
pub const CODE: &str = "ecom";

/// Where merchants sign in, and where a code becomes a token.
pub const LOGIN_URL: &str = "https://my.ecwid.com";

/// Where all stores' APIs answer, each under `/api/v3/{store}`.
pub const API_URL: &str = "https://app.ecwid.com";

/// The topic of the event that the app was taken away: its token is worth nothing from then on, and it
/// hears no more. The signature does not cover an event's type, so this is a reason to ask the store
/// ([`Platform::store`] is refused then), and no more.
pub const UNINSTALLED: &str = "application.uninstalled";

/// Of the 600 requests a minute that a token has: a whole minute's pace beside a burst stays within them. A page
/// is one request, but for the few that halve the time asked for and the store's currency.
const ALLOWANCE: Allowance = Allowance {
    per_second: 8,
    at_once: 100,
    changed_page: 2,
    placed_page: 2,
    order: 1,
};

/// The platform.
#[derive(Clone)]
pub struct Ecom {
    clients: Clients,
    clock: Arc<dyn Clock>,
    currencies: Arc<currencies::Currencies>,
}

impl Ecom {
    /// Tells by `clock` how old a delivery is and how long a store's currency is known. Fails when the machine has no TLS
    /// certificates to trust.
    pub fn new(clock: Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        Ok(Self {
            clients: Clients::new()?,
            clock,
            currencies: Arc::default(),
        })
    }
}

impl Ecom {
    /// The client for this address: without TLS only where it has none.
    fn client(&self, url: &ShopUrl) -> &reqwest::Client {
        self.clients.at(url.is_https())
    }
}

impl fmt::Debug for Ecom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ecom")
    }
}

#[async_trait]
impl Platform for Ecom {
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

    /// The app has one address for all stores.
    fn addressee(&self, _: &HeaderMap, body: &[u8]) -> Option<ShopName> {
        verify::store_in(body)
    }

    fn leads_to(&self, connection: &Connection, shop: &ShopName) -> bool {
        store::id(connection) == Some(shop.as_str())
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
        client::INDEX_LAG.unsigned_abs()
    }

    fn allowance(&self, _connection: &Connection) -> Allowance {
        ALLOWANCE
    }

    fn import_rules(&self) -> ImportRules {
        ImportRules::default()
    }

    fn order_updates(&self) -> OrderUpdates {
        OrderUpdates::Apply
    }

    fn shipping_item(&self) -> ShippingItem {
        ShippingItem::AtFirstUse
    }

    async fn store(&self, connection: &Connection) -> Result<StoreIdentity, FetchError> {
        client::identity(self, connection).await
    }

    /// eCom has no API for webhooks: all that is tried is whether the app is still installed.
    async fn ensure_hooks(
        &self,
        connection: &Connection,
        _address: &HookAddress,
    ) -> Result<HookReport, FetchError> {
        client::ensure_hooks(self, connection).await
    }

    /// eCom has no API for webhooks: there are none to take away.
    async fn remove_hooks(
        &self,
        connection: &Connection,
        _address: &HookAddress,
    ) -> Result<usize, FetchError> {
        client::remove_hooks(connection)
    }
}
