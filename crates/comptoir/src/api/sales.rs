use jiff::Timestamp;
use proto::convert::{WireError, instant_into};
use proto::ledger::sales_client::SalesClient;
use proto::ledger::{
    GetSaleRequest, GetSaleResponse, ListReservationsRequest, ListReservationsResponse,
    ListSalesRequest, ListSalesResponse, SaleFilter, get_sale_request,
};
use retail::ConnectionId;

use super::{ApiError, Ledger, MAX_ANSWER_BYTES, MAX_PAGES, PAGE_SIZE, Page};
use crate::view::Sale;

/// The platform of the connections that tills have.
const TILL_PLATFORM: &str = "till";

/// Which sales, and which part of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SalesQuery {
    pub(crate) filter: SaleFilter,
    pub(crate) page_size: i32,
    /// Empty: from the beginning.
    pub(crate) page_token: String,
}

/// How a person names one sale.
#[derive(Clone, Debug)]
pub(crate) enum SaleKey {
    Id(String),
    Receipt(String),
}

impl Ledger {
    pub(crate) async fn sales(&self, query: SalesQuery) -> Result<Page<Sale>, ApiError> {
        let SalesQuery {
            filter,
            page_size,
            page_token,
        } = query;
        let request = ListSalesRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            filter: Some(filter),
        };
        let response = self.sales_client().list_sales(request).await;
        let ListSalesResponse {
            sales,
            next_page_token,
        } = response
            .map_err(|status| self.refused(&status))?
            .into_inner();
        Ok(Page::read(sales, next_page_token)?)
    }

    /// Unpaid sales that hold stock, the longest placed first.
    pub(crate) async fn reservations(
        &self,
        outlet: String,
        until: Option<Timestamp>,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<Sale>, ApiError> {
        let request = ListReservationsRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            outlet_id: outlet,
            placed_until: until.map(instant_into),
        };
        let ListReservationsResponse {
            sales,
            next_page_token,
        } = self
            .sales_client()
            .list_reservations(request)
            .await
            .map_err(|status| self.refused(&status))?
            .into_inner();
        Ok(Page::read(sales, next_page_token)?)
    }

    pub(crate) async fn all_sales(&self) -> Result<Vec<Sale>, ApiError> {
        let mut all = Vec::new();
        let mut page_token = String::new();
        for _ in 0..MAX_PAGES {
            let query = SalesQuery {
                filter: SaleFilter::default(),
                page_size: PAGE_SIZE,
                page_token,
            };
            let Page { rows, next } = self.sales(query).await?;
            all.extend(rows);
            match next {
                Some(token) => page_token = token,
                None => return Ok(all),
            }
        }
        Err(ApiError::Endless { pages: MAX_PAGES })
    }

    pub(crate) async fn sale(&self, key: SaleKey) -> Result<Sale, ApiError> {
        let key = match key {
            SaleKey::Id(id) => get_sale_request::Key::SaleId(id),
            SaleKey::Receipt(number) => get_sale_request::Key::ReceiptNumber(number),
        };
        let request = GetSaleRequest {
            retailer_id: self.retailer_id(),
            key: Some(key),
        };
        let response = self.sales_client().get_sale(request).await;
        let GetSaleResponse { sale } = response
            .map_err(|status| self.refused(&status))?
            .into_inner();
        Ok(sale.ok_or(WireError::Missing("sale"))?.try_into()?)
    }

    /// Whether what was sold through it was sold at a till. Of a connection without sales it is not known, and no.
    pub(crate) async fn is_tills(&self, connection: ConnectionId) -> Result<bool, ApiError> {
        let query = SalesQuery {
            filter: SaleFilter {
                connection_id: connection.to_string(),
                platform: TILL_PLATFORM.to_owned(),
                ..SaleFilter::default()
            },
            page_size: 1,
            page_token: String::new(),
        };
        Ok(!self.sales(query).await?.rows.is_empty())
    }

    fn sales_client(&self) -> SalesClient<service::access::Authorized> {
        SalesClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}
