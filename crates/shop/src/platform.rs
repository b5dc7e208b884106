//! What a platform must be able to do.

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use retail::{PlatformCode, ShopOrderId};

use crate::{Connection, FetchError, Notice, Reading, Refused, Source};

/// One shop platform.
#[async_trait]
pub trait Platform: Send + Sync + 'static {
    /// The platform's short name: part of subjects, of stream names and of a connection's settings.
    fn code(&self) -> PlatformCode;

    /// Proves that a delivery comes from `connection`'s shop, over the raw bytes and in a time that
    /// does not depend on them, and says what it is. It costs the same with any connection's secrets.
    fn verify(
        &self,
        connection: &Connection,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notice, Refused>;

    /// Reads a payload. Pure: the same bytes of the same source always read the same.
    fn read(&self, connection: &Connection, source: Source<'_>, body: &[u8]) -> Reading;

    /// Asks the shop for an order as it is now; the answer reads as [`Source::Fetched`].
    async fn fetch(
        &self,
        connection: &Connection,
        order: &ShopOrderId,
    ) -> Result<Bytes, FetchError>;
}
