//! WooCommerce: its signature, its payloads as canonical orders, and asking a shop for them.
//!
//! Everything here was learned from real shops (WooCommerce 10.0 with orders in tables of their own,
//! 7.9 with orders as posts); what they sent is under `fixtures/`.
//!
//! No topic tells that a shop is gone or that its key was taken back: that shows when it is asked, as
//! [`FetchError::Refused`]. A webhook acts as the user whose key made it: once that user lost the right,
//! it goes on delivering the shop's own error, signed, which reads as nothing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use retail::posting::OrderUpdates;
use retail::{PlatformCode, ShopOrderId};
use service::clock::{Clock, Ids};
use shop::{
    Allowance, Connection, FetchError, HookAddress, HookReport, ImportRules, Listing, Notice, Page,
    PageToken, Platform, Reading, Refused, ShippingItem, ShopName, Source, StoreIdentity,
};

use self::client::Client;

mod client;
mod fetch;
mod hooks;
pub mod install;
mod list;
mod loose;
mod map;
mod note;
mod payload;
mod push;
mod read;
mod secret;
mod status;
mod store;
mod text;
mod verify;

#[cfg(feature = "sim")]
pub mod sim;

/// The platform's code, as it stands in subjects and in the seed file.
pub const CODE: &str = "woocommerce";

/// Orders are listed from where they are kept: this is for the clocks of two machines.
const LISTS_WITHIN: Duration = Duration::from_secs(1);

/// The platform.
#[derive(Clone)]
pub struct WooCommerce {
    client: Client,
}

impl WooCommerce {
    /// Takes the time of requests from `clock` and their nonces from `ids`. Fails when the machine
    /// has no TLS certificates to trust.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self, reqwest::Error> {
        Client::new(clock, ids).map(|client| Self { client })
    }

    /// The same for simulated shops: asks this machine alone, over TLS shops whose certificates `root` signed.
    #[cfg(feature = "sim")]
    pub fn trusting(
        root: reqwest::Certificate,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, reqwest::Error> {
        Client::trusting(root, clock, ids).map(|client| Self { client })
    }
}

impl fmt::Debug for WooCommerce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WooCommerce")
    }
}

#[async_trait]
impl Platform for WooCommerce {
    fn code(&self) -> PlatformCode {
        PlatformCode::new(CODE).expect("the constant is a platform code")
    }

    fn verify(
        &self,
        connection: &Connection,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notice, Refused> {
        verify::verify(connection, headers, body)
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
        fetch::fetch(&self.client, connection, order).await
    }

    async fn list(
        &self,
        connection: &Connection,
        listing: Listing,
        after: Option<&PageToken>,
    ) -> Result<Page, FetchError> {
        list::list(&self.client, connection, listing, after).await
    }

    fn lists_within(&self) -> Duration {
        LISTS_WITHIN
    }

    fn allowance(&self, _connection: &Connection) -> Allowance {
        Allowance::default()
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
        store::store(&self.client, connection).await
    }

    async fn ensure_hooks(
        &self,
        connection: &Connection,
        address: &HookAddress,
    ) -> Result<HookReport, FetchError> {
        hooks::ensure(&self.client, connection, address).await
    }

    async fn remove_hooks(
        &self,
        connection: &Connection,
        address: &HookAddress,
    ) -> Result<usize, FetchError> {
        hooks::remove(&self.client, connection, address).await
    }
}
