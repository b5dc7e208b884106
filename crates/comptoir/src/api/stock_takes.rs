use proto::convert::WireError;
use proto::ledger::stock_takes_client::StockTakesClient;
use proto::ledger::{
    Act, CancelStockTakeRequest, CountStockRequest, CountStockResponse, GetStockTakeRequest,
    ListStockTakeLinesRequest, ListStockTakeLinesResponse, ListStockTakesRequest,
    ListStockTakesResponse, PostStockTakeRequest, StartStockTakeRequest,
};
use retail::{Quantity, Sku};
use service::access::Authorized;

use super::stock_work::lines_into;
use super::{ApiError, Ledger, MAX_ANSWER_BYTES, Page};
use crate::view::{StockTake, StockTakeLine};

impl Ledger {
    pub(crate) async fn start_stock_take(
        &self,
        outlet_id: String,
        act: Act,
    ) -> Result<StockTake, ApiError> {
        let request = StartStockTakeRequest {
            retailer_id: self.retailer_id(),
            outlet_id,
            act: Some(act),
        };
        let answer = self.stock_takes_client().start_stock_take(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        stock_take(answer.stock_take)
    }

    pub(crate) async fn count_stock(
        &self,
        stock_take_id: String,
        lines: Vec<(Sku, Quantity)>,
        act: Act,
    ) -> Result<Vec<StockTakeLine>, ApiError> {
        let request = CountStockRequest {
            retailer_id: self.retailer_id(),
            stock_take_id,
            lines: lines_into(lines),
            act: Some(act),
        };
        let answer = self.stock_takes_client().count_stock(request).await;
        let CountStockResponse { lines } =
            answer.map_err(|status| self.refused(&status))?.into_inner();
        let lines = lines.into_iter().map(StockTakeLine::try_from);
        Ok(lines.collect::<Result<_, _>>()?)
    }

    pub(crate) async fn post_stock_take(
        &self,
        stock_take_id: String,
        act: Act,
    ) -> Result<StockTake, ApiError> {
        let request = PostStockTakeRequest {
            retailer_id: self.retailer_id(),
            stock_take_id,
            act: Some(act),
        };
        let answer = self.stock_takes_client().post_stock_take(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        stock_take(answer.stock_take)
    }

    pub(crate) async fn cancel_stock_take(
        &self,
        stock_take_id: String,
        act: Act,
    ) -> Result<StockTake, ApiError> {
        let request = CancelStockTakeRequest {
            retailer_id: self.retailer_id(),
            stock_take_id,
            act: Some(act),
        };
        let answer = self.stock_takes_client().cancel_stock_take(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        stock_take(answer.stock_take)
    }

    pub(crate) async fn stock_take(&self, stock_take_id: String) -> Result<StockTake, ApiError> {
        let request = GetStockTakeRequest {
            retailer_id: self.retailer_id(),
            stock_take_id,
        };
        let answer = self.stock_takes_client().get_stock_take(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        stock_take(answer.stock_take)
    }

    /// Of all outlets where none is named.
    pub(crate) async fn stock_takes(
        &self,
        outlet_id: String,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<StockTake>, ApiError> {
        let request = ListStockTakesRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            outlet_id,
        };
        let answer = self.stock_takes_client().list_stock_takes(request).await;
        let ListStockTakesResponse {
            stock_takes,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(stock_takes, next_page_token)?)
    }

    pub(crate) async fn stock_take_lines(
        &self,
        stock_take_id: String,
        only_differences: bool,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<StockTakeLine>, ApiError> {
        let request = ListStockTakeLinesRequest {
            retailer_id: self.retailer_id(),
            stock_take_id,
            page_size,
            page_token,
            only_differences,
        };
        let answer = self
            .stock_takes_client()
            .list_stock_take_lines(request)
            .await;
        let ListStockTakeLinesResponse {
            lines,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(lines, next_page_token)?)
    }

    fn stock_takes_client(&self) -> StockTakesClient<Authorized> {
        StockTakesClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

fn stock_take(take: Option<proto::ledger::StockTake>) -> Result<StockTake, ApiError> {
    let take = take.ok_or(WireError::Missing("stock_take"))?;
    Ok(StockTake::try_from(take)?)
}
