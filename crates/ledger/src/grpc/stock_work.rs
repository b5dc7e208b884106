//! What people do to stock.

use proto::convert::{instant_into, quantity_into};
use proto::ledger as wire;
use tonic::{Request, Response, Status};

use super::ask;
use super::convert::level_into;
use super::error::not_found;
use super::once::once;
use super::page::Page;
use super::stock_entry::{Allowed, entry_into, kind_from, lines, reason_from, reference};
use crate::store::{
    Asked, EntryAsked, EntryKey, EntryView, LevelKey, OversoldOrder, OversoldView, Reader, Store,
};
use crate::wake::Wake;

#[derive(Clone, Debug)]
pub struct StockWork {
    store: Store,
    reader: Reader,
    wake: Wake,
}

impl StockWork {
    pub fn new(store: Store, reader: Reader, wake: Wake) -> Self {
        Self {
            store,
            reader,
            wake,
        }
    }
}

#[tonic::async_trait]
impl wire::stock_work_server::StockWork for StockWork {
    async fn adjust(
        &self,
        request: Request<wire::AdjustRequest>,
    ) -> Result<Response<wire::AdjustResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "StockWork.Adjust", &request);
        let wire::AdjustRequest {
            retailer_id: _,
            outlet_id,
            lines: changes,
            reason,
            act: _,
        } = request;
        let entry = EntryAsked {
            outlet: ask::required("outlet_id", &outlet_id)?,
            lines: lines(changes, Allowed::AnyButZero)?,
            reference: String::new(),
        };
        let reason = reason_from(reason)?;
        let answer = once(&self.store, asked, async |once| {
            let entry = once.adjust(&entry, reason).await?;
            Ok(wire::AdjustResponse {
                entry: Some(entry_into(entry)),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn receive_goods(
        &self,
        request: Request<wire::ReceiveGoodsRequest>,
    ) -> Result<Response<wire::ReceiveGoodsResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "StockWork.ReceiveGoods", &request);
        let wire::ReceiveGoodsRequest {
            retailer_id: _,
            outlet_id,
            lines: received,
            reference: paper,
            act: _,
        } = request;
        let entry = EntryAsked {
            outlet: ask::required("outlet_id", &outlet_id)?,
            lines: lines(received, Allowed::MoreThanZero)?,
            reference: reference(paper)?,
        };
        let answer = once(&self.store, asked, async |once| {
            let entry = once.receive_goods(&entry).await?;
            Ok(wire::ReceiveGoodsResponse {
                entry: Some(entry_into(entry)),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn set_safety_stock(
        &self,
        request: Request<wire::SetSafetyStockRequest>,
    ) -> Result<Response<wire::SetSafetyStockResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "StockWork.SetSafetyStock", &request);
        let wire::SetSafetyStockRequest {
            retailer_id: _,
            outlet_id,
            lines: kept,
            act: _,
        } = request;
        let outlet = ask::required("outlet_id", &outlet_id)?;
        let kept = lines(kept, Allowed::ZeroOrMore)?;
        let answer = once(&self.store, asked, async |once| {
            let levels = once.set_safety_stock(outlet, &kept).await?;
            Ok(wire::SetSafetyStockResponse {
                levels: levels.into_iter().map(level_into).collect(),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn get_stock_entry(
        &self,
        request: Request<wire::GetStockEntryRequest>,
    ) -> Result<Response<wire::GetStockEntryResponse>, Status> {
        let wire::GetStockEntryRequest {
            retailer_id,
            entry_id,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let entry = ask::required("entry_id", &entry_id)?;
        let found = self.reader.stock_entry(retailer, entry).await?;
        let found = found.ok_or_else(|| not_found("stock entry", &entry_id))?;
        Ok(Response::new(wire::GetStockEntryResponse {
            entry: Some(entry_into(found)),
        }))
    }

    async fn list_stock_entries(
        &self,
        request: Request<wire::ListStockEntriesRequest>,
    ) -> Result<Response<wire::ListStockEntriesResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<EntryKey> = Page::asked(&request, size, &token)?;
        let wire::ListStockEntriesRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            outlet_id,
            cause,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let outlet = ask::optional("outlet_id", &outlet_id)?;
        let kind = kind_from(cause)?;
        let mut entries = self
            .reader
            .stock_entries(retailer, outlet, kind, page.after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut entries, EntryView::key);
        Ok(Response::new(wire::ListStockEntriesResponse {
            entries: entries.into_iter().map(entry_into).collect(),
            next_page_token,
        }))
    }

    async fn list_oversold(
        &self,
        request: Request<wire::ListOversoldRequest>,
    ) -> Result<Response<wire::ListOversoldResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<LevelKey> = Page::asked(&request, size, &token)?;
        let wire::ListOversoldRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            outlet_id,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let outlet = ask::optional("outlet_id", &outlet_id)?;
        let mut levels = self
            .reader
            .list_oversold(retailer, outlet, page.after.as_ref(), page.rows())
            .await?;
        let next_page_token = page.cut(&mut levels, |last| last.level.key());
        Ok(Response::new(wire::ListOversoldResponse {
            levels: levels.into_iter().map(oversold_into).collect(),
            next_page_token,
        }))
    }
}

fn oversold_into(oversold: OversoldView) -> wire::OversoldLevel {
    let OversoldView {
        level,
        orders,
        unexplained,
    } = oversold;
    wire::OversoldLevel {
        level: Some(level_into(level)),
        orders: orders.into_iter().map(order_into).collect(),
        unexplained: Some(quantity_into(unexplained)),
    }
}

fn order_into(order: OversoldOrder) -> wire::OversoldOrder {
    let OversoldOrder {
        sale,
        connection,
        order,
        receipt_number,
        placed_at,
        to_hand_over,
        missing,
    } = order;
    wire::OversoldOrder {
        sale_id: sale.to_string(),
        connection_id: connection.to_string(),
        order_id: order,
        receipt_number,
        placed_at: Some(instant_into(placed_at)),
        to_hand_over: Some(quantity_into(to_hand_over)),
        missing: Some(quantity_into(missing)),
    }
}
