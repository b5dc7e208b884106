use proto::convert::{WireError, quantity_into};
use proto::ledger::stock_line::Item;
use proto::ledger::stock_work_client::StockWorkClient;
use proto::ledger::{
    Act, AdjustRequest, AdjustmentReason, GetStockEntryRequest, ListOversoldRequest,
    ListOversoldResponse, ListStockEntriesRequest, ListStockEntriesResponse, MovementCause,
    ReceiveGoodsRequest, SetSafetyStockRequest, SetSafetyStockResponse, StockLine,
};
use retail::{Quantity, Sku};
use service::access::Authorized;

use super::{ApiError, Ledger, MAX_ANSWER_BYTES, Page};
use crate::view::{Level, OversoldLevel, StockEntry};

/// Items of an outlet, so much of each.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub(crate) outlet_id: String,
    pub(crate) lines: Vec<(Sku, Quantity)>,
}

impl Ledger {
    pub(crate) async fn adjust(
        &self,
        of: Lines,
        reason: AdjustmentReason,
        act: Act,
    ) -> Result<StockEntry, ApiError> {
        let Lines { outlet_id, lines } = of;
        let request = AdjustRequest {
            retailer_id: self.retailer_id(),
            outlet_id,
            lines: lines_into(lines),
            reason: reason.into(),
            act: Some(act),
        };
        let answer = self.stock_work_client().adjust(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        entry(answer.entry)
    }

    pub(crate) async fn receive_goods(
        &self,
        of: Lines,
        reference: String,
        act: Act,
    ) -> Result<StockEntry, ApiError> {
        let Lines { outlet_id, lines } = of;
        let request = ReceiveGoodsRequest {
            retailer_id: self.retailer_id(),
            outlet_id,
            lines: lines_into(lines),
            reference,
            act: Some(act),
        };
        let answer = self.stock_work_client().receive_goods(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        entry(answer.entry)
    }

    pub(crate) async fn set_safety_stock(
        &self,
        of: Lines,
        act: Act,
    ) -> Result<Vec<Level>, ApiError> {
        let Lines { outlet_id, lines } = of;
        let request = SetSafetyStockRequest {
            retailer_id: self.retailer_id(),
            outlet_id,
            lines: lines_into(lines),
            act: Some(act),
        };
        let answer = self.stock_work_client().set_safety_stock(request).await;
        let SetSafetyStockResponse { levels } =
            answer.map_err(|status| self.refused(&status))?.into_inner();
        let levels = levels.into_iter().map(Level::try_from);
        Ok(levels.collect::<Result<_, _>>()?)
    }

    pub(crate) async fn stock_entry(&self, entry_id: String) -> Result<StockEntry, ApiError> {
        let request = GetStockEntryRequest {
            retailer_id: self.retailer_id(),
            entry_id,
        };
        let answer = self.stock_work_client().get_stock_entry(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        entry(answer.entry)
    }

    /// Of all outlets and causes where none is named.
    pub(crate) async fn stock_entries(
        &self,
        outlet_id: String,
        cause: MovementCause,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<StockEntry>, ApiError> {
        let request = ListStockEntriesRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            outlet_id,
            cause: cause.into(),
        };
        let answer = self.stock_work_client().list_stock_entries(request).await;
        let ListStockEntriesResponse {
            entries,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(entries, next_page_token)?)
    }

    /// Of all outlets where none is named.
    pub(crate) async fn oversold(
        &self,
        outlet_id: String,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<OversoldLevel>, ApiError> {
        let request = ListOversoldRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            outlet_id,
        };
        let answer = self.stock_work_client().list_oversold(request).await;
        let ListOversoldResponse {
            levels,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(levels, next_page_token)?)
    }

    fn stock_work_client(&self) -> StockWorkClient<Authorized> {
        StockWorkClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

pub(super) fn lines_into(lines: Vec<(Sku, Quantity)>) -> Vec<StockLine> {
    let line = |(sku, quantity): (Sku, Quantity)| StockLine {
        item: Some(Item::Sku(sku.to_string())),
        quantity: Some(quantity_into(quantity)),
    };
    lines.into_iter().map(line).collect()
}

fn entry(entry: Option<proto::ledger::StockEntry>) -> Result<StockEntry, ApiError> {
    let entry = entry.ok_or(WireError::Missing("entry"))?;
    Ok(StockEntry::try_from(entry)?)
}
