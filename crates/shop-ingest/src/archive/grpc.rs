//! `comptoir.connect.v1.Deliveries`: what is archived, for people and programs.

use proto::connect as wire;
use proto::convert::instant_into;
use retail::{ConnectionId, RetailerId, ShopOrderId};
use service::refusal::{bad_field, not_found};
use tonic::{Request, Response, Status};

use super::Bodies;
use crate::store::{DeliveryOrigin, RawDelivery, Store};

/// Where archived deliveries are asked for.
#[derive(Clone)]
pub(crate) struct Archive {
    pub(crate) store: Store,
    pub(crate) bodies: Bodies,
}

#[tonic::async_trait]
impl wire::deliveries_server::Deliveries for Archive {
    async fn list_deliveries(
        &self,
        request: Request<wire::ListDeliveriesRequest>,
    ) -> Result<Response<wire::ListDeliveriesResponse>, Status> {
        let wire::ListDeliveriesRequest {
            retailer_id,
            connection_id,
            order_id,
        } = request.into_inner();
        let (retailer, connection) = shop_from(&retailer_id, &connection_id)?;
        let order = ShopOrderId::new(&order_id).map_err(|error| bad_field("order_id", error))?;
        let kept = self
            .store
            .deliveries_of(retailer, connection, &order)
            .await?;
        Ok(Response::new(wire::ListDeliveriesResponse {
            deliveries: kept.into_iter().map(kept_into).collect(),
        }))
    }

    async fn get_delivery(
        &self,
        request: Request<wire::GetDeliveryRequest>,
    ) -> Result<Response<wire::GetDeliveryResponse>, Status> {
        let wire::GetDeliveryRequest {
            retailer_id,
            connection_id,
            delivery_id,
        } = request.into_inner();
        let (retailer, connection) = shop_from(&retailer_id, &connection_id)?;
        let (kept, archived) = self
            .store
            .delivery(retailer, connection, &delivery_id)
            .await?
            .ok_or_else(|| not_found("delivery", &delivery_id))?;
        let body = self
            .bodies
            .opened(connection, &delivery_id, &archived)
            .map_err(|error| {
                tracing::error!(%connection, delivery = delivery_id, %error, "an archived delivery cannot be read");
                Status::data_loss("the delivery's body cannot be opened")
            })?;
        Ok(Response::new(wire::GetDeliveryResponse {
            delivery: Some(kept_into(kept)),
            body,
        }))
    }
}

fn shop_from(retailer: &str, connection: &str) -> Result<(RetailerId, ConnectionId), Status> {
    let retailer = retailer
        .parse()
        .map_err(|_| bad_field("retailer_id", "is not a UUID"))?;
    let connection = connection
        .parse()
        .map_err(|_| bad_field("connection_id", "is not a UUID"))?;
    Ok((retailer, connection))
}

fn kept_into(kept: RawDelivery) -> wire::KeptDelivery {
    let RawDelivery {
        connection: _,
        retailer: _,
        id,
        received_at,
        topic,
        order,
        origin,
        body_bytes,
    } = kept;
    let origin = match origin {
        DeliveryOrigin::Sent => wire::Origin::Unspecified,
        DeliveryOrigin::Listed => wire::Origin::Listed,
        DeliveryOrigin::Hinted => wire::Origin::Hinted,
    };
    wire::KeptDelivery {
        delivery_id: id,
        received_at: Some(instant_into(received_at)),
        topic,
        order_id: order.map(|order| order.to_string()).unwrap_or_default(),
        origin: origin.into(),
        body_bytes: i64::try_from(body_bytes).unwrap_or(i64::MAX),
    }
}
