use proto::ledger::waiting_orders_client::WaitingOrdersClient;
use proto::ledger::{
    Act, ApplyHeldRequest, ApplyHeldResponse, DismissParkedRequest, DismissParkedResponse,
    ListHeldRequest, ListHeldResponse, ListParkedRequest, ListParkedResponse, RemapProductRequest,
    RemapProductResponse, RetryAllParkedRequest, RetryAllParkedResponse, RetryParkedRequest,
    RetryParkedResponse, dismiss_parked_request, remap_product_request,
};
use service::access::Authorized;
use tonic::Code;

use super::{ApiError, Ledger, MAX_ANSWER_BYTES, MAX_PAGES, Page};
use crate::view::{HeldOrder, ParkedEntry, Retried, RetriedAll, outcome};

/// Which parked orders; empty texts name all.
#[derive(Clone, Debug, Default)]
pub(crate) struct ParkedQuery {
    pub(crate) connection_id: String,
    pub(crate) reason: String,
    pub(crate) with_dismissed: bool,
    /// The shop's id of an order.
    pub(crate) order_id: String,
    pub(crate) page_size: i32,
    pub(crate) page_token: String,
}

/// One order of one shop.
#[derive(Clone, Debug)]
pub(crate) struct OrderOfShop {
    pub(crate) connection_id: String,
    pub(crate) order_id: String,
}

/// A product as the shop calls it.
pub(crate) type ShopProduct = remap_product_request::Product;

impl Ledger {
    pub(crate) async fn waiting_parked(
        &self,
        query: ParkedQuery,
    ) -> Result<Page<ParkedEntry>, ApiError> {
        let ParkedQuery {
            connection_id,
            reason,
            with_dismissed,
            order_id,
            page_size,
            page_token,
        } = query;
        let request = ListParkedRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            connection_id,
            reason,
            with_dismissed,
            order_id,
        };
        let answer = self.waiting().list_parked(request).await;
        let ListParkedResponse {
            entries,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(entries, next_page_token)?)
    }

    /// One parked order, dismissed or not.
    pub(crate) async fn parked_order(&self, order: OrderOfShop) -> Result<ParkedEntry, ApiError> {
        let OrderOfShop {
            connection_id,
            order_id,
        } = order;
        let message = format!("order {order_id} of connection {connection_id} is not parked");
        let query = ParkedQuery {
            connection_id,
            order_id,
            with_dismissed: true,
            ..ParkedQuery::default()
        };
        let Page { rows, next: _ } = self.waiting_parked(query).await?;
        rows.into_iter().next().ok_or(ApiError::Refused {
            code: Code::NotFound,
            message,
        })
    }

    pub(crate) async fn retry(&self, order: OrderOfShop, act: Act) -> Result<Retried, ApiError> {
        let OrderOfShop {
            connection_id,
            order_id,
        } = order;
        let request = RetryParkedRequest {
            retailer_id: self.retailer_id(),
            connection_id,
            order_id,
            act: Some(act),
        };
        let answer: RetryParkedResponse = self
            .waiting()
            .retry_parked(request)
            .await
            .map_err(|status| self.refused(&status))?
            .into_inner();
        Ok(Retried::from(answer))
    }

    /// Goes on with the same act until the ledger has come to all of them.
    pub(crate) async fn retry_all(
        &self,
        connection_id: String,
        reason: String,
        act: Act,
    ) -> Result<RetriedAll, ApiError> {
        let request = RetryAllParkedRequest {
            retailer_id: self.retailer_id(),
            connection_id,
            reason,
            act: Some(act),
        };
        for _ in 0..MAX_PAGES {
            let answer: RetryAllParkedResponse = self
                .waiting()
                .retry_all_parked(request.clone())
                .await
                .map_err(|status| self.refused(&status))?
                .into_inner();
            if answer.remaining == 0 {
                return Ok(RetriedAll::from(answer));
            }
        }
        Err(ApiError::Endless { pages: MAX_PAGES })
    }

    pub(crate) async fn dismiss(&self, order: OrderOfShop, act: Act) -> Result<(), ApiError> {
        let OrderOfShop {
            connection_id,
            order_id,
        } = order;
        let request = DismissParkedRequest {
            retailer_id: self.retailer_id(),
            connection_id,
            key: Some(dismiss_parked_request::Key::OrderId(order_id)),
            act: Some(act),
        };
        let DismissParkedResponse {} = self
            .waiting()
            .dismiss_parked(request)
            .await
            .map_err(|status| self.refused(&status))?
            .into_inner();
        Ok(())
    }

    /// The item's id.
    pub(crate) async fn remap(
        &self,
        connection_id: String,
        product: ShopProduct,
        sku: String,
        act: Act,
    ) -> Result<String, ApiError> {
        let request = RemapProductRequest {
            retailer_id: self.retailer_id(),
            connection_id,
            product: Some(product),
            sku,
            act: Some(act),
        };
        let RemapProductResponse { item_id } = self
            .waiting()
            .remap_product(request)
            .await
            .map_err(|status| self.refused(&status))?
            .into_inner();
        Ok(item_id)
    }

    pub(crate) async fn held(
        &self,
        connection_id: String,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<HeldOrder>, ApiError> {
        let request = ListHeldRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            connection_id,
        };
        let answer = self.waiting().list_held(request).await;
        let ListHeldResponse {
            held_orders,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(held_orders, next_page_token)?)
    }

    /// `seen`: the content of the update that was looked at; empty: whatever is held.
    pub(crate) async fn apply(
        &self,
        order: OrderOfShop,
        seen: Vec<u8>,
        act: Act,
    ) -> Result<&'static str, ApiError> {
        let OrderOfShop {
            connection_id,
            order_id,
        } = order;
        let request = ApplyHeldRequest {
            retailer_id: self.retailer_id(),
            connection_id,
            order_id,
            content_hash: seen,
            act: Some(act),
        };
        let answer: ApplyHeldResponse = self
            .waiting()
            .apply_held(request)
            .await
            .map_err(|status| self.refused(&status))?
            .into_inner();
        Ok(outcome(answer.outcome()))
    }

    fn waiting(&self) -> WaitingOrdersClient<Authorized> {
        WaitingOrdersClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}
