//! Parting with a shop.

use std::time::Duration;

use proto::connect as wire;
use proto::connect::Consequence;
use shop::Connection;
use tokio::time::timeout;
use tonic::Status;

use super::Management;
use super::answer::{connection_into, count};
use crate::store::ConnectionState;

/// For the shop to take our webhooks away. It may be gone: then there is nothing to take away.
const HOOKS_TIMEOUT: Duration = Duration::from_secs(20);

/// What follows, in the order in which it matters.
const CONSEQUENCES: [Consequence; 5] = [
    Consequence::DeliveriesRefused,
    Consequence::OrdersNotFollowed,
    Consequence::HooksRemoved,
    Consequence::SalesStay,
    Consequence::ReconnectingCatchesUp,
];

impl Management {
    pub(super) async fn part(
        &self,
        request: wire::DisconnectRequest,
    ) -> Result<wire::DisconnectResponse, Status> {
        let wire::DisconnectRequest {
            retailer_id,
            connection_id,
            confirmed,
        } = request;
        let stored = self.find(&retailer_id, &connection_id).await?;
        let consequences = CONSEQUENCES.map(i32::from).to_vec();
        let is_done = stored.state == ConnectionState::Disconnected;
        if !confirmed || is_done {
            return Ok(wire::DisconnectResponse {
                connection: Some(connection_into(&stored)),
                consequences,
                hooks_removed: None,
            });
        }
        let parted = stored.connection.clone();
        // First of all nobody mends them any more.
        let connection = self
            .change(
                stored,
                ConnectionState::Disconnected,
                "Connections.Disconnect",
            )
            .await?;
        Ok(wire::DisconnectResponse {
            connection: Some(connection),
            consequences,
            hooks_removed: self.take_hooks_away(&parted).await,
        })
    }

    /// `None` when the shop cannot be asked; it is parted with all the same.
    async fn take_hooks_away(&self, connection: &Connection) -> Option<u32> {
        let address = self.addresses.of(connection)?;
        let removing = self.platform.remove_hooks(connection, &address);
        match timeout(HOOKS_TIMEOUT, removing).await {
            Ok(Ok(removed)) => Some(count(removed)),
            Ok(Err(error)) => {
                tracing::warn!(connection = %connection.id, %error, "webhooks are not taken away");
                None
            }
            Err(_) => {
                tracing::warn!(connection = %connection.id, "webhooks are not taken away in time");
                None
            }
        }
    }
}
