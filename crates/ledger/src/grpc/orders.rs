//! What became of the orders the shops sent.

use proto::ledger as wire;
use retail::ShopOrderId;
use tonic::{Request, Response, Status};

use super::ask;
use super::convert::{known_into, movement_into, parked_into, received_into, sale_into};
use super::error::{bad_field, not_found};
use super::page::Page;
use crate::store::{ParkedFilter, ParkedKeyView, Reader, Receipt};

#[derive(Clone, Debug)]
pub struct Orders {
    reader: Reader,
}

impl Orders {
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }
}

#[tonic::async_trait]
impl wire::orders_server::Orders for Orders {
    async fn list_parked_orders(
        &self,
        request: Request<wire::ListParkedOrdersRequest>,
    ) -> Result<Response<wire::ListParkedOrdersResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<ParkedKeyView> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let mut parked = self
            .reader
            .list_parked(
                retailer,
                &ParkedFilter::default(),
                page.after.as_ref(),
                page.rows(),
            )
            .await?;
        let next_page_token = page.cut(&mut parked, |last| last.key.clone());
        Ok(Response::new(wire::ListParkedOrdersResponse {
            parked_orders: parked.into_iter().map(parked_into).collect(),
            next_page_token,
        }))
    }

    async fn get_receipt(
        &self,
        request: Request<wire::GetReceiptRequest>,
    ) -> Result<Response<wire::GetReceiptResponse>, Status> {
        let wire::GetReceiptRequest {
            retailer_id,
            connection_id,
            order_id,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let connection = ask::required("connection_id", &connection_id)?;
        let order = ShopOrderId::new(&order_id).map_err(|error| bad_field("order_id", error))?;
        let receipt = self
            .reader
            .receipt(retailer, connection, &order)
            .await?
            .ok_or_else(|| not_found("order", order.as_str()))?;
        let Receipt {
            deliveries,
            forgotten_deliveries,
            sale,
            movements,
            parked,
        } = receipt;
        Ok(Response::new(wire::GetReceiptResponse {
            deliveries: deliveries.into_iter().map(received_into).collect(),
            forgotten_deliveries,
            sale: sale.map(sale_into),
            movements: movements.into_iter().map(movement_into).collect(),
            parked: parked.map(parked_into),
        }))
    }

    async fn get_known_orders(
        &self,
        request: Request<wire::GetKnownOrdersRequest>,
    ) -> Result<Response<wire::GetKnownOrdersResponse>, Status> {
        let wire::GetKnownOrdersRequest {
            retailer_id,
            connection_id,
            order_ids,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let connection = ask::required("connection_id", &connection_id)?;
        let orders = ask::orders("order_ids", &order_ids)?;
        let known = self
            .reader
            .known_orders(retailer, connection, &orders)
            .await?
            .ok_or_else(|| not_found("connection", &connection_id))?;
        Ok(Response::new(wire::GetKnownOrdersResponse {
            orders: known.into_iter().map(known_into).collect(),
        }))
    }
}
