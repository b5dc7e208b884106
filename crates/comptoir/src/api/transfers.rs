use proto::convert::WireError;
use proto::ledger::transfers_client::TransfersClient;
use proto::ledger::{
    Act, GetTransferRequest, ListTransfersRequest, ListTransfersResponse, ReceiveTransferRequest,
    SendTransferRequest, TransferState,
};
use retail::{Quantity, Sku};
use service::access::Authorized;

use super::stock_work::lines_into;
use super::{ApiError, Ledger, MAX_ANSWER_BYTES, Page};
use crate::view::Transfer;

/// What somebody sends.
#[derive(Clone, Debug)]
pub(crate) struct TransferSent {
    pub(crate) from_outlet_id: String,
    pub(crate) to_outlet_id: String,
    pub(crate) lines: Vec<(Sku, Quantity)>,
    pub(crate) reference: String,
}

/// Which transfers are asked for.
#[derive(Clone, Debug)]
pub(crate) struct TransfersQuery {
    /// Empty: all.
    pub(crate) outlet_id: String,
    pub(crate) state: TransferState,
    pub(crate) only_differences: bool,
    pub(crate) page_size: i32,
    pub(crate) page_token: String,
}

impl Ledger {
    pub(crate) async fn send_transfer(
        &self,
        sent: TransferSent,
        act: Act,
    ) -> Result<Transfer, ApiError> {
        let TransferSent {
            from_outlet_id,
            to_outlet_id,
            lines,
            reference,
        } = sent;
        let request = SendTransferRequest {
            retailer_id: self.retailer_id(),
            from_outlet_id,
            to_outlet_id,
            lines: lines_into(lines),
            reference,
            act: Some(act),
        };
        let answer = self.transfers_client().send_transfer(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        transfer(answer.transfer)
    }

    pub(crate) async fn receive_transfer(
        &self,
        transfer_id: String,
        lines: Vec<(Sku, Quantity)>,
        more_to_come: bool,
        act: Act,
    ) -> Result<Transfer, ApiError> {
        let request = ReceiveTransferRequest {
            retailer_id: self.retailer_id(),
            transfer_id,
            lines: lines_into(lines),
            more_to_come,
            act: Some(act),
        };
        let answer = self.transfers_client().receive_transfer(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        transfer(answer.transfer)
    }

    pub(crate) async fn transfer(&self, transfer_id: String) -> Result<Transfer, ApiError> {
        let request = GetTransferRequest {
            retailer_id: self.retailer_id(),
            transfer_id,
        };
        let answer = self.transfers_client().get_transfer(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        transfer(answer.transfer)
    }

    pub(crate) async fn transfers(
        &self,
        query: TransfersQuery,
    ) -> Result<Page<Transfer>, ApiError> {
        let TransfersQuery {
            outlet_id,
            state,
            only_differences,
            page_size,
            page_token,
        } = query;
        let request = ListTransfersRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            outlet_id,
            state: state.into(),
            only_differences,
        };
        let answer = self.transfers_client().list_transfers(request).await;
        let ListTransfersResponse {
            transfers,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(transfers, next_page_token)?)
    }

    fn transfers_client(&self) -> TransfersClient<Authorized> {
        TransfersClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

fn transfer(transfer: Option<proto::ledger::Transfer>) -> Result<Transfer, ApiError> {
    let transfer = transfer.ok_or(WireError::Missing("transfer"))?;
    Ok(Transfer::try_from(transfer)?)
}
