//! Counting what is there.

use proto::convert::{instant_into, quantity_into};
use proto::ledger as wire;
use tonic::{Request, Response, Status};

use super::ask;
use super::error::not_found;
use super::once::once;
use super::page::Page;
use super::stock_entry::{Allowed, lines};
use crate::store::{
    Asked, Reader, StockTakeEnd, StockTakeKey, StockTakeLine, StockTakeLineKey, StockTakeState,
    StockTakeView, Store,
};
use crate::wake::Wake;

#[derive(Clone, Debug)]
pub struct StockTakes {
    store: Store,
    reader: Reader,
    wake: Wake,
}

impl StockTakes {
    pub fn new(store: Store, reader: Reader, wake: Wake) -> Self {
        Self {
            store,
            reader,
            wake,
        }
    }
}

#[tonic::async_trait]
impl wire::stock_takes_server::StockTakes for StockTakes {
    async fn start_stock_take(
        &self,
        request: Request<wire::StartStockTakeRequest>,
    ) -> Result<Response<wire::StartStockTakeResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "StockTakes.StartStockTake", &request);
        let outlet = ask::required("outlet_id", &request.outlet_id)?;
        let answer = once(&self.store, asked, async |once| {
            let take = once.start_stock_take(outlet).await?;
            Ok(wire::StartStockTakeResponse {
                stock_take: Some(take_into(take)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn count_stock(
        &self,
        request: Request<wire::CountStockRequest>,
    ) -> Result<Response<wire::CountStockResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "StockTakes.CountStock", &request);
        let wire::CountStockRequest {
            retailer_id: _,
            stock_take_id,
            lines: counted,
            act: _,
        } = request;
        let take = ask::required("stock_take_id", &stock_take_id)?;
        let counted = lines(counted, Allowed::ZeroOrMore)?;
        let answer = once(&self.store, asked, async |once| {
            let counted = once.count_stock(take, &counted).await?;
            Ok(wire::CountStockResponse {
                lines: counted.into_iter().map(line_into).collect(),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn post_stock_take(
        &self,
        request: Request<wire::PostStockTakeRequest>,
    ) -> Result<Response<wire::PostStockTakeResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "StockTakes.PostStockTake", &request);
        let take = ask::required("stock_take_id", &request.stock_take_id)?;
        let answer = once(&self.store, asked, async |once| {
            let take = once.post_stock_take(take).await?;
            Ok(wire::PostStockTakeResponse {
                stock_take: Some(take_into(take)),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn cancel_stock_take(
        &self,
        request: Request<wire::CancelStockTakeRequest>,
    ) -> Result<Response<wire::CancelStockTakeResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "StockTakes.CancelStockTake", &request);
        let take = ask::required("stock_take_id", &request.stock_take_id)?;
        let answer = once(&self.store, asked, async |once| {
            let take = once.cancel_stock_take(take).await?;
            Ok(wire::CancelStockTakeResponse {
                stock_take: Some(take_into(take)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn get_stock_take(
        &self,
        request: Request<wire::GetStockTakeRequest>,
    ) -> Result<Response<wire::GetStockTakeResponse>, Status> {
        let wire::GetStockTakeRequest {
            retailer_id,
            stock_take_id,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let take = ask::required("stock_take_id", &stock_take_id)?;
        let found = self.reader.stock_take(retailer, take).await?;
        let found = found.ok_or_else(|| not_found("stock-take", &stock_take_id))?;
        Ok(Response::new(wire::GetStockTakeResponse {
            stock_take: Some(take_into(found)),
        }))
    }

    async fn list_stock_takes(
        &self,
        request: Request<wire::ListStockTakesRequest>,
    ) -> Result<Response<wire::ListStockTakesResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<StockTakeKey> = Page::asked(&request, size, &token)?;
        let wire::ListStockTakesRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            outlet_id,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let outlet = ask::optional("outlet_id", &outlet_id)?;
        let mut takes = self
            .reader
            .stock_takes(retailer, outlet, page.after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut takes, StockTakeView::key);
        Ok(Response::new(wire::ListStockTakesResponse {
            stock_takes: takes.into_iter().map(take_into).collect(),
            next_page_token,
        }))
    }

    async fn list_stock_take_lines(
        &self,
        request: Request<wire::ListStockTakeLinesRequest>,
    ) -> Result<Response<wire::ListStockTakeLinesResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<StockTakeLineKey> = Page::asked(&request, size, &token)?;
        let wire::ListStockTakeLinesRequest {
            retailer_id,
            stock_take_id,
            page_size: _,
            page_token: _,
            only_differences,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let take = ask::required("stock_take_id", &stock_take_id)?;
        let after = page.after.as_ref();
        let mut lines = self
            .reader
            .stock_take_lines(retailer, take, only_differences, after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut lines, StockTakeLine::key);
        Ok(Response::new(wire::ListStockTakeLinesResponse {
            lines: lines.into_iter().map(line_into).collect(),
            next_page_token,
        }))
    }
}

fn take_into(take: StockTakeView) -> wire::StockTake {
    let StockTakeView {
        take,
        outlet,
        number,
        state,
        started_at,
        started_by,
        note,
        end,
        counted_items,
        differing_items,
    } = take;
    let state = match state {
        StockTakeState::Open => wire::StockTakeState::Open,
        StockTakeState::Posted => wire::StockTakeState::Posted,
        StockTakeState::Cancelled => wire::StockTakeState::Cancelled,
    };
    let told = wire::StockTake {
        stock_take_id: take.to_string(),
        outlet_id: outlet.to_string(),
        number,
        state: state.into(),
        started_at: Some(instant_into(started_at)),
        started_by,
        note,
        ended_at: None,
        ended_by: String::new(),
        end_note: String::new(),
        counted_items,
        differing_items,
    };
    let Some(end) = end else { return told };
    let StockTakeEnd {
        ended_at,
        ended_by,
        note: end_note,
    } = end;
    wire::StockTake {
        ended_at: Some(instant_into(ended_at)),
        ended_by,
        end_note,
        ..told
    }
}

fn line_into(line: StockTakeLine) -> wire::StockTakeLine {
    let StockTakeLine {
        item,
        sku,
        name,
        counted,
        on_hand,
        difference,
        counted_at,
        counted_by,
        counts,
    } = line;
    wire::StockTakeLine {
        item_id: item.to_string(),
        sku,
        name,
        counted: Some(quantity_into(counted)),
        on_hand: Some(quantity_into(on_hand)),
        difference: Some(quantity_into(difference)),
        counted_at: Some(instant_into(counted_at)),
        counted_by,
        counts,
    }
}
