use proto::ledger::VerifyRequest;
use proto::ledger::integrity_client::IntegrityClient;

use super::{ApiError, Ledger};
use crate::view::Check;

impl Ledger {
    /// The ledger's own check of its promises.
    pub(crate) async fn verify(&self) -> Result<Vec<Check>, ApiError> {
        let request = VerifyRequest {
            retailer_id: self.retailer_id(),
        };
        let response = IntegrityClient::new(self.channel.clone())
            .verify(request)
            .await
            .map_err(|status| self.refused(&status))?;
        Ok(response
            .into_inner()
            .checks
            .into_iter()
            .map(Check::from)
            .collect())
    }
}
