//! What shops sent, asked of the ingest services that keep it.

use proto::connect as wire;
use proto::connect::deliveries_client::DeliveriesClient;
use retail::{ConnectionId, ShopOrderId};
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
        let request = wire::ListDeliveriesRequest {
            retailer_id: self.retailer().to_string(),
            connection_id: connection.to_string(),
            order_id: order.to_string(),
        };
        let answer = deliveries_of(ingest).list_deliveries(request).await;
        let wire::ListDeliveriesResponse { deliveries } = ingest.heard(answer)?;
        let kept = deliveries.into_iter().map(Kept::try_from);
        Ok(kept.collect::<Result<_, _>>()?)
    }

    /// One delivery with its body.
    pub(crate) async fn delivery(
        &self,
        connection: ConnectionId,
        delivery: &str,
    ) -> Result<Raw, ApiError> {
        let ingest = self.of_connection(connection).await?;
        let request = wire::GetDeliveryRequest {
            retailer_id: self.retailer().to_string(),
            connection_id: connection.to_string(),
            delivery_id: delivery.to_owned(),
        };
        let answer = deliveries_of(ingest).get_delivery(request).await;
        Ok(Raw::try_from(ingest.heard(answer)?)?)
    }
}

fn deliveries_of(ingest: &Ingest) -> DeliveriesClient<Authorized> {
    DeliveriesClient::new(ingest.channel())
}
