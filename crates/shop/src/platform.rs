//! What a platform must be able to do.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use retail::posting::OrderUpdates;
use retail::{PlatformCode, ShopOrderId};

use crate::{
    Allowance, Connection, FetchError, HookAddress, HookReport, ImportRules, Install, Listing,
    Notice, Page, PageToken, PrivacySubject, Reading, Refused, ShippingItem, ShopName, Source,
    StoreIdentity,
};

/// One shop platform.
#[async_trait]
pub trait Platform: Install + 'static {
    /// The platform's short name: part of subjects, of stream names and of a connection's settings.
    fn code(&self) -> PlatformCode;

    /// Proves that a delivery comes from `connection`'s shop, over the raw bytes, and says what it is.
    /// The time it takes to refuse one says nothing about the secrets.
    fn verify(
        &self,
        connection: &Connection,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notice, Refused>;

    /// The shop that a delivery says it is of, where all shops of an app deliver to one address. Proves nothing: whose
    /// connection it is for decides which secrets it is verified by.
    fn addressee(&self, headers: &HeaderMap, body: &[u8]) -> Option<ShopName>;

    /// Whether a connection leads to that shop.
    fn leads_to(&self, connection: &Connection, shop: &ShopName) -> bool;

    /// Reads a payload. Pure: the same bytes of the same source always read the same.
    fn read(&self, connection: &Connection, source: Source<'_>, body: &[u8]) -> Reading;

    /// Whom a privacy request about a customer speaks of. `None`: it does not say, or the platform sends none.
    fn privacy_subject(&self, _: &[u8]) -> Option<PrivacySubject> {
        None
    }

    /// Asks the shop for an order as it is now; the answer reads as [`Source::Fetched`].
    async fn fetch(
        &self,
        connection: &Connection,
        order: &ShopOrderId,
    ) -> Result<Bytes, FetchError>;

    /// Asks the shop which orders it has, a page at a time; `after` is what the page before gave.
    async fn list(
        &self,
        connection: &Connection,
        listing: Listing,
        after: Option<&PageToken>,
    ) -> Result<Page, FetchError>;

    /// How long after it happened a change of an order is in the shop's listings, as far as is known, and clocks included.
    fn lists_within(&self) -> Duration;

    /// How much the connection's shop lets itself be asked, as far as its answers have told by now.
    fn allowance(&self, connection: &Connection) -> Allowance;

    /// What holds for imports of past orders.
    fn import_rules(&self) -> ImportRules;

    /// What is done about updates of orders that are sales already, where no person decided otherwise.
    fn order_updates(&self) -> OrderUpdates;

    /// When the product comes to be that shipping charges are sold as.
    fn shipping_item(&self) -> ShippingItem;

    /// Asks the shop who it is.
    async fn store(&self, connection: &Connection) -> Result<StoreIdentity, FetchError>;

    /// Makes the shop's webhooks what they should be: each topic once, active, at `address`, signed with
    /// the connection's first secret. Touches no webhook that is not ours. Repeating it changes nothing.
    async fn ensure_hooks(
        &self,
        connection: &Connection,
        address: &HookAddress,
    ) -> Result<HookReport, FetchError>;

    /// Takes away every webhook of ours that leads to `address`. How many there were.
    async fn remove_hooks(
        &self,
        connection: &Connection,
        address: &HookAddress,
    ) -> Result<usize, FetchError>;
}
