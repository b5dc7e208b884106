//! Which product of a shop is which, asked of the catalogue.

use proto::catalog as wire;
use proto::catalog::links_client::LinksClient;
use proto::ledger::Act;
use retail::ConnectionId;
use service::access::Authorized;

use super::{ApiError, Catalog, MAX_ANSWER_BYTES, PAGE_SIZE, Page};
use crate::view::{LinksImported, ProductLink};

impl Catalog {
    pub(crate) async fn product_links(
        &self,
        connection: ConnectionId,
        standing: wire::ListingStanding,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<ProductLink>, ApiError> {
        let request = wire::ListLinksRequest {
            retailer_id: self.retailer_id(),
            connection_id: connection.to_string(),
            standing: standing.into(),
            product_ids: Vec::new(),
            page_size,
            page_token,
        };
        let wire::ListLinksResponse {
            links,
            next_page_token,
        } = self.heard(self.links().list_links(request).await)?;
        let links = links.into_iter().map(ProductLink::from).collect();
        Ok(Page::new(links, next_page_token))
    }

    /// About how many products something is said.
    pub(crate) async fn set_links(
        &self,
        connection: ConnectionId,
        changes: Vec<wire::ProductLinkChange>,
        act: Act,
    ) -> Result<i64, ApiError> {
        let request = wire::SetLinksRequest {
            retailer_id: self.retailer_id(),
            connection_id: connection.to_string(),
            changes,
            act: Some(act),
        };
        Ok(self.heard(self.links().set_links(request).await)?.products)
    }

    /// How many products are looked for, and how many that are linked are overwritten.
    pub(crate) async fn link_all(
        &self,
        connection: ConnectionId,
        overwrite: bool,
        act: Act,
    ) -> Result<(i64, i64), ApiError> {
        let request = wire::LinkAllRequest {
            retailer_id: self.retailer_id(),
            connection_id: connection.to_string(),
            overwrite,
            act: Some(act),
        };
        let wire::LinkAllResponse {
            sought,
            overwritten,
        } = self.heard(self.links().link_all(request).await)?;
        Ok((sought, overwritten))
    }

    pub(crate) async fn link_rows(
        &self,
        connection: ConnectionId,
        page_token: String,
    ) -> Result<wire::ListLinkRowsResponse, ApiError> {
        let request = wire::ListLinkRowsRequest {
            retailer_id: self.retailer_id(),
            connection_id: connection.to_string(),
            page_size: PAGE_SIZE,
            page_token,
        };
        self.heard(self.links().list_link_rows(request).await)
    }

    /// Without an act nothing happens, and what would is told.
    pub(crate) async fn import_links(
        &self,
        connection: ConnectionId,
        rows: Vec<Vec<String>>,
        act: Option<Act>,
    ) -> Result<LinksImported, ApiError> {
        let cells = |cells| wire::LinkCells { cells };
        let request = wire::ImportLinksRequest {
            retailer_id: self.retailer_id(),
            connection_id: connection.to_string(),
            rows: rows.into_iter().map(cells).collect(),
            preview: act.is_none(),
            act,
        };
        let answer = self.heard(self.links().import_links(request).await)?;
        Ok(LinksImported::from(answer))
    }

    fn links(&self) -> LinksClient<Authorized> {
        LinksClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}
