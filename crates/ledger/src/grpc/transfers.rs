//! Goods on their way from one outlet to another.

use proto::convert::{instant_into, quantity_into};
use proto::ledger as wire;
use retail::stock::{Transferred, Transit};
use retail::{Entitlement, PlanOption};
use tonic::{Request, Response, Status};

use super::ask;
use super::error::{bad_field, not_found};
use super::once::once;
use super::page::Page;
use super::stock_entry::{Allowed, entry_into, lines, lines_or_none, reference};
use crate::store::{
    Asked, EntryKey, Reader, ReceiptAsked, Store, TransferAsked, TransferFilter, TransferLineView,
    TransferState, TransferView,
};
use crate::wake::Wake;

#[derive(Clone, Debug)]
pub struct Transfers {
    store: Store,
    reader: Reader,
    wake: Wake,
}

impl Transfers {
    pub fn new(store: Store, reader: Reader, wake: Wake) -> Self {
        Self {
            store,
            reader,
            wake,
        }
    }
}

#[tonic::async_trait]
impl wire::transfers_server::Transfers for Transfers {
    async fn send_transfer(
        &self,
        request: Request<wire::SendTransferRequest>,
    ) -> Result<Response<wire::SendTransferResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Transfers.SendTransfer", &request);
        let wire::SendTransferRequest {
            retailer_id: _,
            from_outlet_id,
            to_outlet_id,
            lines: sent,
            reference: paper,
            act: _,
        } = request;
        let transfer = TransferAsked {
            from: ask::required("from_outlet_id", &from_outlet_id)?,
            to: ask::required("to_outlet_id", &to_outlet_id)?,
            lines: lines(sent, Allowed::MoreThanZero)?,
            reference: reference(paper)?,
        };
        if transfer.from == transfer.to {
            return Err(bad_field("to_outlet_id", "is where the goods are"));
        }
        let answer = once(&self.store, asked, async |once| {
            let transfers = Entitlement::Option(PlanOption::Transfers);
            once.check_entitled(transfers).await?;
            let transfer = once.send_transfer(&transfer).await?;
            Ok(wire::SendTransferResponse {
                transfer: Some(transfer_into(transfer)),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn receive_transfer(
        &self,
        request: Request<wire::ReceiveTransferRequest>,
    ) -> Result<Response<wire::ReceiveTransferResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Transfers.ReceiveTransfer", &request);
        let wire::ReceiveTransferRequest {
            retailer_id: _,
            transfer_id,
            lines: arrived,
            more_to_come,
            act: _,
        } = request;
        let receipt = ReceiptAsked {
            transfer: ask::required("transfer_id", &transfer_id)?,
            lines: lines_or_none(arrived, Allowed::MoreThanZero)?,
            is_last: !more_to_come,
        };
        if receipt.lines.is_empty() && more_to_come {
            return Err(bad_field("lines", "is missing, with more to come"));
        }
        let answer = once(&self.store, asked, async |once| {
            let transfer = once.receive_transfer(&receipt).await?;
            Ok(wire::ReceiveTransferResponse {
                transfer: Some(transfer_into(transfer)),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn get_transfer(
        &self,
        request: Request<wire::GetTransferRequest>,
    ) -> Result<Response<wire::GetTransferResponse>, Status> {
        let wire::GetTransferRequest {
            retailer_id,
            transfer_id,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let transfer = ask::required("transfer_id", &transfer_id)?;
        let found = self.reader.transfer(retailer, transfer).await?;
        let found = found.ok_or_else(|| not_found("transfer", &transfer_id))?;
        Ok(Response::new(wire::GetTransferResponse {
            transfer: Some(transfer_into(found)),
        }))
    }

    async fn list_transfers(
        &self,
        request: Request<wire::ListTransfersRequest>,
    ) -> Result<Response<wire::ListTransfersResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<EntryKey> = Page::asked(&request, size, &token)?;
        let wire::ListTransfersRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            outlet_id,
            state,
            only_differences,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let filter = TransferFilter {
            outlet: ask::optional("outlet_id", &outlet_id)?,
            state: state_from(state)?,
            only_differences,
        };
        let mut transfers = self
            .reader
            .transfers(retailer, filter, page.after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut transfers, TransferView::key);
        Ok(Response::new(wire::ListTransfersResponse {
            transfers: transfers.into_iter().map(transfer_into).collect(),
            next_page_token,
        }))
    }
}

/// `None` when all are meant.
fn state_from(state: i32) -> Result<Option<TransferState>, Status> {
    match wire::TransferState::try_from(state) {
        Ok(wire::TransferState::Unspecified) => Ok(None),
        Ok(wire::TransferState::InTransit) => Ok(Some(TransferState::InTransit)),
        Ok(wire::TransferState::Received) => Ok(Some(TransferState::Received)),
        Err(error) => Err(bad_field("state", error)),
    }
}

fn transfer_into(transfer: TransferView) -> wire::Transfer {
    let TransferView {
        transfer,
        from,
        to,
        state,
        reference,
        sent_at,
        sent_by,
        note,
        has_differences,
        lines,
        receipts,
    } = transfer;
    let state = match state {
        TransferState::InTransit => wire::TransferState::InTransit,
        TransferState::Received => wire::TransferState::Received,
    };
    wire::Transfer {
        transfer_id: transfer.to_string(),
        from_outlet_id: from.to_string(),
        to_outlet_id: to.to_string(),
        state: state.into(),
        reference,
        sent_at: Some(instant_into(sent_at)),
        sent_by,
        note,
        has_differences,
        lines: lines.into_iter().map(line_into).collect(),
        receipts: receipts.into_iter().map(entry_into).collect(),
    }
}

fn line_into(line: TransferLineView) -> wire::TransferLine {
    let TransferLineView {
        item,
        sku,
        name,
        of: Transferred { sent, received },
        transit: Transit {
            in_transit,
            short,
            over,
        },
    } = line;
    wire::TransferLine {
        item_id: item.to_string(),
        sku,
        name,
        sent: Some(quantity_into(sent)),
        received: Some(quantity_into(received)),
        in_transit: Some(quantity_into(in_transit)),
        short: Some(quantity_into(short)),
        over: Some(quantity_into(over)),
    }
}
