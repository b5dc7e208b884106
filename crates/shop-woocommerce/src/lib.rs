//! WooCommerce: its signature, its payloads as canonical orders, and asking a shop for one.
//!
//! Everything here was learned from real shops (WooCommerce 10.0 with orders in tables of their own,
//! 7.9 with orders as posts); what they sent is under `fixtures/`.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use retail::{PlatformCode, ShopOrderId};
use service::clock::{Clock, Ids};
use shop::{Connection, FetchError, Notice, Platform, Reading, Refused, Source};

mod client;
mod loose;
mod map;
mod note;
mod oauth;
mod payload;
mod read;
mod secret;
mod status;
mod text;
mod verify;

#[cfg(feature = "sim")]
pub mod sim;

/// The platform's code, as it stands in subjects and in the seed file.
pub const CODE: &str = "woocommerce";

/// The platform.
#[derive(Clone)]
pub struct WooCommerce {
    tls: reqwest::Client,
    /// Asks shops without TLS: simulators, and shops on the same machine.
    plain: reqwest::Client,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl WooCommerce {
    /// Takes the time of requests from `clock` and their nonces from `ids`. Fails when the machine
    /// has no TLS certificates to trust.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self, reqwest::Error> {
        Ok(Self {
            tls: service::http::client()?,
            plain: service::http::loopback_client()?,
            clock,
            ids,
        })
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
}
