use proto::convert::WireError;
use proto::ledger;
use proto::ledger::fulfilment_client::FulfilmentClient;
use proto::ledger::{
    GetFulfilmentRequest, ListFulfilmentRequest, ListFulfilmentResponse, TakeStepRequest,
    UndoStepRequest,
};
use service::access::Authorized;

use super::{ApiError, Ledger, MAX_ANSWER_BYTES, Page};
use crate::view::{FulfilmentAct, FulfilmentEntry};

impl Ledger {
    /// Online sales as somebody hands them over, the longest placed first (POS-2).
    pub(crate) async fn fulfilment(
        &self,
        mut request: ListFulfilmentRequest,
    ) -> Result<Page<FulfilmentEntry>, ApiError> {
        request.retailer_id = self.retailer_id();
        let answer = self.fulfilment_client().list_fulfilment(request).await;
        let ListFulfilmentResponse {
            entries,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(entries, next_page_token)?)
    }

    /// One of them, with what people did.
    pub(crate) async fn fulfilment_of(
        &self,
        sale_id: String,
    ) -> Result<(FulfilmentEntry, Vec<FulfilmentAct>), ApiError> {
        let request = GetFulfilmentRequest {
            retailer_id: self.retailer_id(),
            sale_id,
        };
        let answer = self.fulfilment_client().get_fulfilment(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        let acts = answer.acts.into_iter().map(FulfilmentAct::try_from);
        let acts = acts.collect::<Result<_, _>>()?;
        Ok((entry(answer.entry)?, acts))
    }

    pub(crate) async fn take_step(
        &self,
        mut request: TakeStepRequest,
    ) -> Result<FulfilmentEntry, ApiError> {
        request.retailer_id = self.retailer_id();
        let answer = self.fulfilment_client().take_step(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        entry(answer.entry)
    }

    pub(crate) async fn undo_step(
        &self,
        mut request: UndoStepRequest,
    ) -> Result<FulfilmentEntry, ApiError> {
        request.retailer_id = self.retailer_id();
        let answer = self.fulfilment_client().undo_step(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        entry(answer.entry)
    }

    fn fulfilment_client(&self) -> FulfilmentClient<Authorized> {
        FulfilmentClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

fn entry(entry: Option<ledger::FulfilmentEntry>) -> Result<FulfilmentEntry, ApiError> {
    let entry = entry.ok_or(WireError::Missing("entry"))?;
    Ok(FulfilmentEntry::try_from(entry)?)
}
