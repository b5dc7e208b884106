use jiff::Timestamp;
use proto::convert::instant_into;
use proto::ledger::stock_client::StockClient;
use proto::ledger::{
    ExplainLevelRequest, ListLevelsAsOfRequest, ListLevelsAsOfResponse, ListLevelsRequest,
    ListLevelsResponse,
};

use super::{ApiError, Ledger, MAX_ANSWER_BYTES, MAX_PAGES, PAGE_SIZE, Page};
use crate::view::{Explanation, Level, LevelAsOf};

impl Ledger {
    /// Every level, of one outlet or one SKU where that is asked.
    pub(crate) async fn levels(
        &self,
        outlet: Option<&str>,
        sku: Option<&str>,
    ) -> Result<Vec<Level>, ApiError> {
        let mut all = Vec::new();
        let mut page_token = String::new();
        for _ in 0..MAX_PAGES {
            let request = ListLevelsRequest {
                retailer_id: self.retailer_id(),
                page_size: PAGE_SIZE,
                page_token,
                outlet_id: outlet.unwrap_or_default().to_owned(),
                sku: sku.unwrap_or_default().to_owned(),
            };
            let Page { rows, next } = self.levels_page(request).await?;
            all.extend(rows);
            match next {
                Some(token) => page_token = token,
                None => return Ok(all),
            }
        }
        Err(ApiError::Endless { pages: MAX_PAGES })
    }

    /// Every level as it was at an instant that is past, of one outlet or one SKU where that is asked.
    pub(crate) async fn levels_as_of(
        &self,
        as_of: Timestamp,
        outlet: Option<&str>,
        sku: Option<&str>,
    ) -> Result<Vec<LevelAsOf>, ApiError> {
        let mut all = Vec::new();
        let mut request = ListLevelsAsOfRequest {
            retailer_id: self.retailer_id(),
            page_size: PAGE_SIZE,
            page_token: String::new(),
            as_of: Some(instant_into(as_of)),
            outlet_id: outlet.unwrap_or_default().to_owned(),
            item_id: String::new(),
            sku: sku.unwrap_or_default().to_owned(),
        };
        for _ in 0..MAX_PAGES {
            let response = self.stock_client().list_levels_as_of(request.clone()).await;
            let ListLevelsAsOfResponse {
                levels,
                next_page_token,
            } = response
                .map_err(|status| self.refused(&status))?
                .into_inner();
            for level in levels {
                all.push(LevelAsOf::from_wire(as_of, level)?);
            }
            if next_page_token.is_empty() {
                return Ok(all);
            }
            request.page_token = next_page_token;
        }
        Err(ApiError::Endless { pages: MAX_PAGES })
    }

    /// Why the level of a SKU in an outlet is what it is.
    pub(crate) async fn explain(&self, sku: &str, outlet: &str) -> Result<Explanation, ApiError> {
        let request = ExplainLevelRequest {
            retailer_id: self.retailer_id(),
            sku: sku.to_owned(),
            outlet_id: outlet.to_owned(),
        };
        let response = self.stock_client().explain_level(request).await;
        let response = response.map_err(|status| self.refused(&status))?;
        Ok(response.into_inner().try_into()?)
    }

    async fn levels_page(&self, request: ListLevelsRequest) -> Result<Page<Level>, ApiError> {
        let response = self.stock_client().list_levels(request).await;
        let ListLevelsResponse {
            levels,
            next_page_token,
        } = response
            .map_err(|status| self.refused(&status))?
            .into_inner();
        Ok(Page::read(levels, next_page_token)?)
    }

    fn stock_client(&self) -> StockClient<service::access::Authorized> {
        StockClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}
