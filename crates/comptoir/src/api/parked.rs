use proto::ledger::orders_client::OrdersClient;
use proto::ledger::{ListParkedOrdersRequest, ListParkedOrdersResponse};

use super::{ApiError, Ledger, Page};
use crate::view::ParkedOrder;

impl Ledger {
    pub(crate) async fn parked(
        &self,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<ParkedOrder>, ApiError> {
        let request = ListParkedOrdersRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
        };
        let response = OrdersClient::new(self.channel.clone())
            .list_parked_orders(request)
            .await;
        let ListParkedOrdersResponse {
            parked_orders,
            next_page_token,
        } = response
            .map_err(|status| self.refused(&status))?
            .into_inner();
        Ok(Page::read(parked_orders, next_page_token)?)
    }
}
