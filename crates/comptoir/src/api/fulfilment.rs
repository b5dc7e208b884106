use proto::ledger::fulfilment_client::FulfilmentClient;
use proto::ledger::{FulfilmentState, ListFulfilmentRequest, ListFulfilmentResponse};

use super::{ApiError, Ledger, MAX_ANSWER_BYTES, Page};
use crate::view::FulfilmentEntry;

impl Ledger {
    /// Online sales as somebody hands them over, the longest placed first (POS-2).
    pub(crate) async fn fulfilment(
        &self,
        outlet: String,
        state: FulfilmentState,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<FulfilmentEntry>, ApiError> {
        let request = ListFulfilmentRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            outlet_id: outlet,
            state: state.into(),
        };
        let ListFulfilmentResponse {
            entries,
            next_page_token,
        } = FulfilmentClient::new(self.channel.clone())
            .max_decoding_message_size(MAX_ANSWER_BYTES)
            .list_fulfilment(request)
            .await
            .map_err(|status| self.refused(&status))?
            .into_inner();
        let rows = entries
            .into_iter()
            .map(FulfilmentEntry::try_from)
            .collect::<Result<_, _>>()?;
        Ok(Page::new(rows, next_page_token))
    }
}
