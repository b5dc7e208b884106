//! Orders that wait for a person.

mod convert;

use proto::ledger as wire;
use retail::{ContentHash, Sku};
use tonic::{Request, Response, Status};

use self::convert::{action_into, entry_into, held_into, open_into, outcome_into};
use super::ask;
use super::error::bad_field;
use super::page::Page;
use crate::decide::name_hash;
use crate::desk::{Desk, Done, Subject};
use crate::store::{
    ActionKey, ActionView, HeldKey, LevelKey, ParkedFilter, ParkedKeyView, RetryCounts,
};

/// Longest delivery id, in bytes: no longer one is taken in.
const DELIVERY_ID_LIMIT_BYTES: usize = 256;
/// Longest name of a line, in bytes: longer ones are cut when they come.
const NAME_LIMIT_BYTES: usize = 2_000;

#[derive(Clone, Debug)]
pub struct WaitingOrders {
    desk: Desk,
}

impl WaitingOrders {
    pub fn new(desk: Desk) -> Self {
        Self { desk }
    }
}

#[tonic::async_trait]
impl wire::waiting_orders_server::WaitingOrders for WaitingOrders {
    async fn list_parked(
        &self,
        request: Request<wire::ListParkedRequest>,
    ) -> Result<Response<wire::ListParkedResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<ParkedKeyView> = Page::asked(&request, size, &token)?;
        let wire::ListParkedRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            connection_id,
            reason,
            with_dismissed,
            order_id,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let filter = ParkedFilter {
            connection: ask::optional("connection_id", &connection_id)?,
            reason: ask::reason(reason)?,
            with_dismissed,
            order: (!order_id.is_empty()).then_some(order_id),
        };
        let mut parked = self
            .desk
            .reader()
            .list_parked(retailer, &filter, page.after.as_ref(), page.rows())
            .await?;
        let next_page_token = page.cut(&mut parked, |last| last.key.clone());
        Ok(Response::new(wire::ListParkedResponse {
            entries: parked.into_iter().map(entry_into).collect(),
            next_page_token,
        }))
    }

    async fn retry_parked(
        &self,
        request: Request<wire::RetryParkedRequest>,
    ) -> Result<Response<wire::RetryParkedResponse>, Status> {
        let wire::RetryParkedRequest {
            retailer_id,
            connection_id,
            order_id,
            act,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let connection = ask::connection(&connection_id)?;
        let order = ask::order("order_id", &order_id)?;
        let act = ask::act(act)?;
        let Done {
            outcome,
            reason,
            item: _,
        } = self.desk.retry(&act, retailer, connection, &order).await?;
        let (reason, detail) = reason.unwrap_or_default();
        Ok(Response::new(wire::RetryParkedResponse {
            outcome: outcome_into(outcome).into(),
            reason,
            detail,
        }))
    }

    async fn retry_all_parked(
        &self,
        request: Request<wire::RetryAllParkedRequest>,
    ) -> Result<Response<wire::RetryAllParkedResponse>, Status> {
        let wire::RetryAllParkedRequest {
            retailer_id,
            connection_id,
            reason,
            act,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let filter = ParkedFilter {
            connection: ask::optional("connection_id", &connection_id)?,
            reason: ask::reason(reason)?,
            with_dismissed: false,
            order: None,
        };
        let act = ask::act(act)?;
        let RetryCounts {
            recorded,
            held,
            still_parked,
            remaining,
        } = self.desk.retry_all(&act, retailer, &filter).await?;
        Ok(Response::new(wire::RetryAllParkedResponse {
            recorded,
            held,
            still_parked,
            remaining,
        }))
    }

    async fn dismiss_parked(
        &self,
        request: Request<wire::DismissParkedRequest>,
    ) -> Result<Response<wire::DismissParkedResponse>, Status> {
        use wire::dismiss_parked_request::Key;
        let wire::DismissParkedRequest {
            retailer_id,
            connection_id,
            act,
            key,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let connection = ask::connection(&connection_id)?;
        let subject = match key {
            None => return Err(bad_field("key", "is missing")),
            Some(Key::OrderId(id)) => {
                Subject::Order(ask::order("order_id", &id)?.as_str().to_owned())
            }
            Some(Key::DeliveryId(id)) => {
                Subject::Delivery(ask::text("delivery_id", id, DELIVERY_ID_LIMIT_BYTES)?)
            }
        };
        let act = ask::act(act)?;
        if act.note.trim().is_empty() {
            return Err(bad_field("act.note", "is missing: a dismissal says why"));
        }
        self.desk
            .dismiss(&act, retailer, connection, &subject)
            .await?;
        Ok(Response::new(wire::DismissParkedResponse {}))
    }

    async fn remap_product(
        &self,
        request: Request<wire::RemapProductRequest>,
    ) -> Result<Response<wire::RemapProductResponse>, Status> {
        use wire::remap_product_request::Product;
        let wire::RemapProductRequest {
            retailer_id,
            connection_id,
            sku,
            act,
            product,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let connection = ask::connection(&connection_id)?;
        let subject = match product {
            None => return Err(bad_field("product", "is missing")),
            Some(Product::VariantId(id)) => Subject::Variant(
                retail::ShopVariantId::new(&id)
                    .map_err(|error| bad_field("variant_id", error))?
                    .as_str()
                    .to_owned(),
            ),
            Some(Product::ShopSku(sku)) => Subject::Sku(
                Sku::new(&sku)
                    .map_err(|error| bad_field("shop_sku", error))?
                    .as_str()
                    .to_owned(),
            ),
            Some(Product::LineName(name)) if name.is_empty() => {
                return Err(bad_field("line_name", "is empty"));
            }
            Some(Product::LineName(name)) => {
                Subject::Name(name_hash(&ask::text("line_name", name, NAME_LIMIT_BYTES)?))
            }
        };
        let sku = Sku::new(&sku).map_err(|error| bad_field("sku", error))?;
        let act = ask::act(act)?;
        let item = self
            .desk
            .remap(&act, retailer, connection, &subject, &sku)
            .await?;
        Ok(Response::new(wire::RemapProductResponse {
            item_id: item.to_string(),
        }))
    }

    async fn list_held(
        &self,
        request: Request<wire::ListHeldRequest>,
    ) -> Result<Response<wire::ListHeldResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<HeldKey> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let connection = ask::optional("connection_id", &request.connection_id)?;
        let mut held = self
            .desk
            .reader()
            .list_held(retailer, connection, page.after.as_ref(), page.rows())
            .await?;
        let next_page_token = page.cut(&mut held, |last| last.key.clone());
        let held_orders = held
            .into_iter()
            .map(|held| held_into(&self.desk, retailer, held))
            .collect::<Result<_, Status>>()?;
        Ok(Response::new(wire::ListHeldResponse {
            held_orders,
            next_page_token,
        }))
    }

    async fn apply_held(
        &self,
        request: Request<wire::ApplyHeldRequest>,
    ) -> Result<Response<wire::ApplyHeldResponse>, Status> {
        let wire::ApplyHeldRequest {
            retailer_id,
            connection_id,
            order_id,
            content_hash,
            act,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let connection = ask::connection(&connection_id)?;
        let order = ask::order("order_id", &order_id)?;
        let seen = match content_hash.as_slice() {
            [] => None,
            bytes => Some(
                <[u8; 32]>::try_from(bytes)
                    .map(ContentHash::new)
                    .map_err(|_| bad_field("content_hash", "is not 32 bytes"))?,
            ),
        };
        let act = ask::act(act)?;
        let done = self
            .desk
            .apply_held(&act, retailer, connection, &order, seen)
            .await?;
        Ok(Response::new(wire::ApplyHeldResponse {
            outcome: outcome_into(done.outcome).into(),
        }))
    }

    async fn list_open_quantities(
        &self,
        request: Request<wire::ListOpenQuantitiesRequest>,
    ) -> Result<Response<wire::ListOpenQuantitiesResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<LevelKey> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let outlet = ask::optional("outlet_id", &request.outlet_id)?;
        let skus = ask::skus("skus", &request.skus)?;
        let mut open = self
            .desk
            .reader()
            .list_open_quantities(retailer, outlet, &skus, page.after.as_ref(), page.rows())
            .await?;
        let next_page_token = page.cut(&mut open, |last| last.key.clone());
        Ok(Response::new(wire::ListOpenQuantitiesResponse {
            open_quantities: open.into_iter().map(open_into).collect(),
            next_page_token,
        }))
    }

    async fn list_actions(
        &self,
        request: Request<wire::ListActionsRequest>,
    ) -> Result<Response<wire::ListActionsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<ActionKey> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let connection = ask::optional("connection_id", &request.connection_id)?;
        let order = match request.order_id.as_str() {
            "" => None,
            id => Some(ask::order("order_id", id)?),
        };
        let order = order.as_ref().map(retail::ShopOrderId::as_str);
        let mut actions = self
            .desk
            .reader()
            .list_actions(
                retailer,
                connection,
                order,
                page.after.as_ref(),
                page.rows(),
            )
            .await?;
        let next_page_token = page.cut(&mut actions, ActionView::key);
        Ok(Response::new(wire::ListActionsResponse {
            actions: actions.into_iter().map(action_into).collect(),
            next_page_token,
        }))
    }
}
