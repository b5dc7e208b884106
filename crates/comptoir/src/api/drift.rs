//! What differs between shops and the catalogue, asked of it.

use proto::catalog as wire;
use proto::catalog::drift_client::DriftClient;
use proto::catalog::repair_drift_request::Entries;
use proto::ledger::Act;
use retail::{ConnectionId, ProductId};
use service::access::Authorized;

use super::{ApiError, Catalog, MAX_ANSWER_BYTES, Page};
use crate::view::{DriftEntry, RefusedRepair};

/// What became of a repair.
#[derive(Clone, Debug, Default)]
pub(crate) struct RepairAnswer {
    pub(crate) repaired: i64,
    pub(crate) refused: Vec<RefusedRepair>,
}

impl Catalog {
    /// A page, how many there are on all of them, and how many products are still to be looked at.
    pub(crate) async fn drift(
        &self,
        filter: wire::DriftFilter,
        page_size: i32,
        page_token: String,
    ) -> Result<(Page<DriftEntry>, i64, i64), ApiError> {
        let request = wire::ListDriftRequest {
            retailer_id: self.retailer_id(),
            filter: Some(filter),
            page_size,
            page_token,
        };
        let wire::ListDriftResponse {
            entries,
            next_page_token,
            total,
            waiting,
        } = self.heard(self.drifts().list_drift(request).await)?;
        Ok((Page::read(entries, next_page_token)?, total, waiting))
    }

    /// How many products are looked at.
    pub(crate) async fn scan_drift(
        &self,
        connection: ConnectionId,
        products: &[ProductId],
        act: Act,
    ) -> Result<i64, ApiError> {
        let request = wire::ScanDriftRequest {
            retailer_id: self.retailer_id(),
            connection_id: connection.to_string(),
            product_ids: products.iter().map(ToString::to_string).collect(),
            act: Some(act),
        };
        Ok(self
            .heard(self.drifts().scan_drift(request).await)?
            .products)
    }

    pub(crate) async fn repair_drift(
        &self,
        ids: wire::DriftIds,
        repair: wire::DriftRepair,
        act: Act,
    ) -> Result<RepairAnswer, ApiError> {
        let request = wire::RepairDriftRequest {
            retailer_id: self.retailer_id(),
            entries: Some(Entries::Ids(ids)),
            repair: repair.into(),
            act: Some(act),
        };
        let wire::RepairDriftResponse {
            repaired,
            refused,
            // Of conditions, which are asked for page by page.
            remaining: _,
        } = self.heard(self.drifts().repair_drift(request).await)?;
        Ok(RepairAnswer {
            repaired,
            refused: refused.into_iter().map(RefusedRepair::from).collect(),
        })
    }

    fn drifts(&self) -> DriftClient<Authorized> {
        DriftClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}
