//! Stock levels and where they come from.

use std::time::Duration;

use jiff::Timestamp;
use proto::convert::{instant_into, quantity_into};
use proto::ledger as wire;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::ask;
use super::convert::{level_into, movement_into};
use super::error::{bad_field, not_found, unavailable};
use super::page::Page;
use crate::store::{AsOf, Explained, LevelAsOf, LevelKey, LevelView, Reader, Store};

/// Movements shown by an explanation.
const EXPLAIN_LIMIT: i64 = 500;
/// Between two looks at what may still book something by an instant.
const SETTLE_REST: Duration = Duration::from_millis(20);
/// So often it is waited for: five seconds.
const SETTLE_WAITS_LIMIT: u32 = 250;

#[derive(Clone, Debug)]
pub struct Stock {
    store: Store,
    reader: Reader,
}

impl Stock {
    pub fn new(store: Store, reader: Reader) -> Self {
        Self { store, reader }
    }

    /// Waits until whatever was stamped by then, which is past, is committed or given up.
    async fn settle(&self, at: Timestamp) -> Result<(), Status> {
        let begun_until = self.reader.begun_until(at).await?;
        for _ in 0..SETTLE_WAITS_LIMIT {
            if self.reader.has_ended(begun_until).await? {
                return Ok(());
            }
            tokio::time::sleep(SETTLE_REST).await;
        }
        Err(unavailable(
            "what may have been booked by then is not committed yet",
        ))
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

    async fn list_levels_as_of(
        &self,
        request: Request<wire::ListLevelsAsOfRequest>,
    ) -> Result<Response<wire::ListLevelsAsOfResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<LevelKey> = Page::asked(&request, size, &token)?;
        let wire::ListLevelsAsOfRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            as_of,
            outlet_id,
            item_id,
            sku,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let asked = AsOf {
            at: ask::past("as_of", as_of, self.store.now())?,
            outlet: ask::optional("outlet_id", &outlet_id)?,
            item: ask::optional("item_id", &item_id)?,
            sku: ask::sku("sku", &sku)?,
        };
        self.settle(asked.at).await?;
        let mut levels = self
            .reader
            .levels_as_of(retailer, &asked, page.after.as_ref(), page.rows())
            .await?;
        let next_page_token = page.cut(&mut levels, LevelAsOf::key);
        Ok(Response::new(wire::ListLevelsAsOfResponse {
            levels: levels.into_iter().map(level_as_of_into).collect(),
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

fn level_as_of_into(level: LevelAsOf) -> wire::LevelAsOf {
    let LevelAsOf {
        item,
        sku,
        name,
        outlet,
        outlet_name,
        on_hand,
        moved_at,
    } = level;
    wire::LevelAsOf {
        item_id: item.to_string(),
        sku,
        name,
        outlet_id: outlet.to_string(),
        outlet_name,
        on_hand: Some(quantity_into(on_hand)),
        moved_at: Some(instant_into(moved_at)),
    }
}
