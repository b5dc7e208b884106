//! Stock levels and where they come from.

use proto::convert::quantity_into;
use proto::ledger as wire;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::ask;
use super::convert::{level_into, movement_into};
use super::error::{bad_field, not_found};
use super::page::Page;
use crate::store::{Explained, LevelKey, LevelView, Reader};

/// Movements shown by an explanation.
const EXPLAIN_LIMIT: i64 = 500;

#[derive(Clone, Debug)]
pub struct Stock {
    reader: Reader,
}

impl Stock {
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }
}

#[tonic::async_trait]
impl wire::stock_server::Stock for Stock {
    async fn list_levels(
        &self,
        request: Request<wire::ListLevelsRequest>,
    ) -> Result<Response<wire::ListLevelsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<LevelKey> = Page::asked(&request, size, &token)?;
        let wire::ListLevelsRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            outlet_id,
            sku,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let outlet = ask::optional("outlet_id", &outlet_id)?;
        let sku = ask::sku("sku", &sku)?;
        let mut levels = self
            .reader
            .list_levels(
                retailer,
                outlet,
                sku.as_deref(),
                page.after.as_ref(),
                page.rows(),
            )
            .await?;
        let next_page_token = page.cut(&mut levels, LevelView::key);
        Ok(Response::new(wire::ListLevelsResponse {
            levels: levels.into_iter().map(level_into).collect(),
            next_page_token,
        }))
    }

    async fn list_movements(
        &self,
        request: Request<wire::ListMovementsRequest>,
    ) -> Result<Response<wire::ListMovementsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<Uuid> = Page::asked(&request, size, &token)?;
        let wire::ListMovementsRequest {
            retailer_id,
            item_id,
            outlet_id,
            page_size: _,
            page_token: _,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let item = ask::required("item_id", &item_id)?;
        let outlet = ask::required("outlet_id", &outlet_id)?;
        let mut movements = self
            .reader
            .list_movements(retailer, item, outlet, page.after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut movements, |last| last.movement);
        Ok(Response::new(wire::ListMovementsResponse {
            movements: movements.into_iter().map(movement_into).collect(),
            next_page_token,
        }))
    }

    async fn explain_level(
        &self,
        request: Request<wire::ExplainLevelRequest>,
    ) -> Result<Response<wire::ExplainLevelResponse>, Status> {
        let wire::ExplainLevelRequest {
            retailer_id,
            sku,
            outlet_id,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let outlet = ask::required("outlet_id", &outlet_id)?;
        let sku = ask::sku("sku", &sku)?.ok_or_else(|| bad_field("sku", "is missing"))?;
        let explained = self
            .reader
            .explain_level(retailer, &sku, outlet, EXPLAIN_LIMIT)
            .await?
            .ok_or_else(|| not_found("level", &format!("of {sku} in {outlet}")))?;
        let Explained {
            level,
            movements,
            earlier,
        } = explained;
        Ok(Response::new(wire::ExplainLevelResponse {
            level: Some(level_into(level)),
            movements: movements.into_iter().map(movement_into).collect(),
            earlier: Some(quantity_into(earlier)),
        }))
    }
}
