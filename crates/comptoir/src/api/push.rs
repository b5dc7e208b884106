//! What shops are told, asked of the catalogue.

use jiff::Timestamp;
use proto::catalog as wire;
use proto::catalog::push_client::PushClient;
use proto::convert::instant_into;
use proto::ledger::Act;
use retail::{ConnectionId, ItemId, ProductId};
use service::access::Authorized;

use super::{ApiError, Catalog, MAX_ANSWER_BYTES, Page};
use crate::view::{PushStatus, PushedListing, ToldShop};

/// Which products in which shops.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListingsAsked {
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) standing: wire::ListingStanding,
    pub(crate) only_refused: bool,
}

/// Of what shops were told, what is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct ToldAsked {
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) product: Option<ProductId>,
    pub(crate) item: Option<ItemId>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
}

impl Catalog {
    pub(crate) async fn push_status(&self) -> Result<Vec<PushStatus>, ApiError> {
        let request = wire::ListConnectionStatusRequest {
            retailer_id: self.retailer_id(),
        };
        let answer = self.push().list_connection_status(request).await;
        let found = self.heard(answer)?.connections.into_iter();
        Ok(found.map(PushStatus::try_from).collect::<Result<_, _>>()?)
    }

    pub(crate) async fn listings(
        &self,
        asked: &ListingsAsked,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<PushedListing>, ApiError> {
        let request = wire::ListListingsRequest {
            retailer_id: self.retailer_id(),
            connection_id: text(asked.connection),
            standing: asked.standing.into(),
            only_refused: asked.only_refused,
            page_size,
            page_token,
        };
        let wire::ListListingsResponse {
            listings,
            next_page_token,
        } = self.heard(self.push().list_listings(request).await)?;
        Ok(Page::read(listings, next_page_token)?)
    }

    /// How many products in shops are told again.
    pub(crate) async fn repush(
        &self,
        asked: &ListingsAsked,
        products: &[ProductId],
        act: Act,
    ) -> Result<i64, ApiError> {
        let request = wire::RepushRequest {
            retailer_id: self.retailer_id(),
            connection_id: text(asked.connection),
            product_ids: products.iter().map(ToString::to_string).collect(),
            standing: asked.standing.into(),
            act: Some(act),
        };
        Ok(self.heard(self.push().repush(request).await)?.listings)
    }

    pub(crate) async fn told(
        &self,
        asked: ToldAsked,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<ToldShop>, ApiError> {
        let ToldAsked {
            connection,
            product,
            item,
            from,
            until,
        } = asked;
        let request = wire::ListToldRequest {
            retailer_id: self.retailer_id(),
            connection_id: text(connection),
            product_id: text(product),
            item_id: text(item),
            from: from.map(instant_into),
            until: until.map(instant_into),
            page_size,
            page_token,
        };
        let wire::ListToldResponse {
            entries,
            next_page_token,
        } = self.heard(self.push().list_told(request).await)?;
        Ok(Page::read(entries, next_page_token)?)
    }

    fn push(&self) -> PushClient<Authorized> {
        PushClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

/// Empty: all.
fn text(id: Option<impl ToString>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}
