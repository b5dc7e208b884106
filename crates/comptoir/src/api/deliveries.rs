//! What shops sent, asked of the ingest services that keep it.

use proto::connect as wire;
use proto::connect::deliveries_client::DeliveriesClient;
use retail::{ConnectionId, RetailerId, ShopOrderId};
use service::access::Authorized;

use super::ApiError;
use super::import::{Ingest, Ingests};
use crate::view::{Kept, Raw};

impl Ingests {
    /// An order's kept deliveries, newest first.
    pub(crate) async fn deliveries(
        &self,
        connection: ConnectionId,
        order: &ShopOrderId,
    ) -> Result<Vec<Kept>, ApiError> {
        let ingest = self.of_connection(connection).await?;
        ingest.deliveries(self.retailer(), connection, order).await
    }

    /// One delivery with its body.
    pub(crate) async fn delivery(
        &self,
        connection: ConnectionId,
        delivery: &str,
    ) -> Result<Raw, ApiError> {
        let ingest = self.of_connection(connection).await?;
        let retailer = self.retailer();
        ingest.delivery(retailer, connection, delivery).await
    }
}

impl Ingest {
    /// An order's kept deliveries, newest first.
    pub(crate) async fn deliveries(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        order: &ShopOrderId,
    ) -> Result<Vec<Kept>, ApiError> {
        let request = wire::ListDeliveriesRequest {
            retailer_id: retailer.to_string(),
            connection_id: connection.to_string(),
            order_id: order.to_string(),
        };
        let answer = self.deliveries_client().list_deliveries(request).await;
        let wire::ListDeliveriesResponse { deliveries } = self.heard(answer)?;
        let kept = deliveries.into_iter().map(Kept::try_from);
        Ok(kept.collect::<Result<_, _>>()?)
    }

    /// One delivery with its body.
    pub(crate) async fn delivery(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        delivery: &str,
    ) -> Result<Raw, ApiError> {
        let request = wire::GetDeliveryRequest {
            retailer_id: retailer.to_string(),
            connection_id: connection.to_string(),
            delivery_id: delivery.to_owned(),
        };
        let answer = self.deliveries_client().get_delivery(request).await;
        Ok(Raw::try_from(self.heard(answer)?)?)
    }

    fn deliveries_client(&self) -> DeliveriesClient<Authorized> {
        DeliveriesClient::new(self.channel())
    }
}
