use proto::ledger::integrity_client::IntegrityClient;
use proto::ledger::{ExportChainRequest, ExportChainResponse};
use tonic::Streaming;

use super::{ApiError, Ledger};
use crate::view::ChainPart;

/// The chain, part by part.
pub(crate) struct Chain {
    ledger: Ledger,
    parts: Streaming<ExportChainResponse>,
}

impl Ledger {
    /// The chain over movements and closures, beside the rows.
    pub(crate) async fn chain(&self) -> Result<Chain, ApiError> {
        let request = ExportChainRequest {
            retailer_id: self.retailer_id(),
        };
        let parts = IntegrityClient::new(self.channel.clone())
            .max_decoding_message_size(super::MAX_ANSWER_BYTES)
            .export_chain(request)
            .await
            .map_err(|status| self.refused(&status))?;
        Ok(Chain {
            ledger: self.clone(),
            parts: parts.into_inner(),
        })
    }
}

impl Chain {
    /// The next part; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<ChainPart>, ApiError> {
        let part = self.parts.message().await;
        let part = part.map_err(|status| self.ledger.refused(&status))?;
        let retailer = self.ledger.retailer.uuid();
        Ok(part
            .map(|part| ChainPart::from_wire(retailer, part))
            .transpose()?)
    }
}
