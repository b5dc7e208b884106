use proto::ledger::CheckCatalogueRequest;
use proto::ledger::items_client::ItemsClient;

use super::{ApiError, Ledger};
use crate::view::Catalogue;

impl Ledger {
    /// What to look at before a shop is linked.
    pub(crate) async fn check_catalogue(&self) -> Result<Catalogue, ApiError> {
        let request = CheckCatalogueRequest {
            retailer_id: self.retailer_id(),
        };
        let response = ItemsClient::new(self.channel.clone())
            .check_catalogue(request)
            .await
            .map_err(|status| self.refused(&status))?;
        Ok(Catalogue::try_from(response.into_inner())?)
    }
}
