//! Connections, asked of the ingest services that have them.

use proto::connect as wire;
use proto::connect::connections_client::ConnectionsClient;
use proto::connect::installs_client::InstallsClient;
use proto::convert::WireError;
use retail::ConnectionId;
use service::access::Authorized;

use super::ApiError;
use super::import::{Ingest, Ingests};
use crate::view::{Installed, Linked, LinkedNow, Parting};

impl Ingests {
    /// Of all services, with their health, in the services' order.
    pub(crate) async fn connections(&self) -> Result<Vec<Linked>, ApiError> {
        let mut all = Vec::new();
        for ingest in self.services() {
            let request = wire::ListConnectionsRequest {
                retailer_id: self.retailer().to_string(),
            };
            let answer = connections_of(ingest).list_connections(request).await;
            for connection in ingest.heard(answer)?.connections {
                let request = wire::GetConnectionRequest {
                    retailer_id: self.retailer().to_string(),
                    connection_id: connection.connection_id,
                };
                let answer = connections_of(ingest).get_connection(request).await;
                all.push(Linked::try_from(ingest.heard(answer)?)?);
            }
        }
        Ok(all)
    }

    pub(crate) async fn connection(&self, id: ConnectionId) -> Result<Linked, ApiError> {
        let ingest = self.of_connection(id).await?;
        let request = wire::GetConnectionRequest {
            retailer_id: self.retailer().to_string(),
            connection_id: id.to_string(),
        };
        let answer = connections_of(ingest).get_connection(request).await;
        Ok(Linked::try_from(ingest.heard(answer)?)?)
    }

    /// Links a shop of a platform; the retailer is ours.
    pub(crate) async fn link(
        &self,
        platform: &str,
        request: wire::LinkRequest,
    ) -> Result<LinkedNow, ApiError> {
        let ingest = self.of_platform(platform)?;
        let request = wire::LinkRequest {
            retailer_id: self.retailer().to_string(),
            ..request
        };
        let answer = connections_of(ingest).link(request).await;
        let wire::LinkResponse {
            connection,
            reconnected,
        } = ingest.heard(answer)?;
        let connection = connection.ok_or(WireError::Missing("connection"))?;
        Ok(LinkedNow {
            connection_id: connection.connection_id,
            reconnected,
        })
    }

    /// Begins to link a shop of a platform by its own pages; the retailer is ours.
    pub(crate) async fn begin_install(
        &self,
        platform: &str,
        request: wire::BeginInstallRequest,
    ) -> Result<wire::BeginInstallResponse, ApiError> {
        let ingest = self.of_platform(platform)?;
        let request = wire::BeginInstallRequest {
            retailer_id: self.retailer().to_string(),
            ..request
        };
        let answer = installs_of(ingest).begin_install(request).await;
        ingest.heard(answer)
    }

    /// Links a shop of the organisation that the app belongs to; the retailer is ours.
    pub(crate) async fn link_own_shop(
        &self,
        platform: &str,
        request: wire::LinkOwnShopRequest,
    ) -> Result<LinkedNow, ApiError> {
        let ingest = self.of_platform(platform)?;
        let request = wire::LinkOwnShopRequest {
            retailer_id: self.retailer().to_string(),
            ..request
        };
        let answer = installs_of(ingest).link_own_shop(request).await;
        let wire::LinkOwnShopResponse { linked } = ingest.heard(answer)?;
        let wire::InstallLinked {
            connection_id,
            reconnected,
        } = linked.ok_or(WireError::Missing("linked"))?;
        Ok(LinkedNow {
            connection_id,
            reconnected,
        })
    }

    /// What became of it; `None` while it is under way.
    pub(crate) async fn install(
        &self,
        platform: &str,
        id: &str,
    ) -> Result<Option<Installed>, ApiError> {
        let ingest = self.of_platform(platform)?;
        let request = wire::GetInstallRequest {
            retailer_id: self.retailer().to_string(),
            install_id: id.to_owned(),
        };
        let answer = installs_of(ingest).get_install(request).await;
        let wire::GetInstallResponse { install } = ingest.heard(answer)?;
        Ok(Installed::of(
            &install.ok_or(WireError::Missing("install"))?,
        ))
    }

    pub(crate) async fn set_settings(
        &self,
        id: ConnectionId,
        change: wire::SettingsChange,
        stock_side_acknowledged: bool,
    ) -> Result<(), ApiError> {
        let ingest = self.of_connection(id).await?;
        let request = wire::SetSettingsRequest {
            retailer_id: self.retailer().to_string(),
            connection_id: id.to_string(),
            change: Some(change),
            stock_side_acknowledged,
        };
        let answer = connections_of(ingest).set_settings(request).await;
        ingest.heard(answer).map(drop)
    }

    /// How many deliveries were kept until now.
    pub(crate) async fn get_new_orders(&self, id: ConnectionId) -> Result<u64, ApiError> {
        let ingest = self.of_connection(id).await?;
        let request = wire::GetNewOrdersRequest {
            retailer_id: self.retailer().to_string(),
            connection_id: id.to_string(),
        };
        let answer = connections_of(ingest).get_new_orders(request).await;
        let wire::GetNewOrdersResponse { kept_deliveries } = ingest.heard(answer)?;
        Ok(kept_deliveries)
    }

    pub(crate) async fn pause_connection(&self, id: ConnectionId) -> Result<(), ApiError> {
        let ingest = self.of_connection(id).await?;
        let request = wire::PauseRequest {
            retailer_id: self.retailer().to_string(),
            connection_id: id.to_string(),
        };
        let answer = connections_of(ingest).pause(request).await;
        ingest.heard(answer).map(drop)
    }

    pub(crate) async fn resume_connection(&self, id: ConnectionId) -> Result<(), ApiError> {
        let ingest = self.of_connection(id).await?;
        let request = wire::ResumeRequest {
            retailer_id: self.retailer().to_string(),
            connection_id: id.to_string(),
        };
        let answer = connections_of(ingest).resume(request).await;
        ingest.heard(answer).map(drop)
    }

    /// Not `confirmed`, it only tells what would follow.
    pub(crate) async fn disconnect(
        &self,
        id: ConnectionId,
        confirmed: bool,
    ) -> Result<Parting, ApiError> {
        let ingest = self.of_connection(id).await?;
        let request = wire::DisconnectRequest {
            retailer_id: self.retailer().to_string(),
            connection_id: id.to_string(),
            confirmed,
        };
        let answer = connections_of(ingest).disconnect(request).await;
        let wire::DisconnectResponse {
            connection,
            consequences,
            hooks_removed,
        } = ingest.heard(answer)?;
        let consequences = consequences
            .into_iter()
            .map(|code| wire::Consequence::try_from(code).unwrap_or_default())
            .collect();
        Ok(Parting::new(
            &connection.ok_or(WireError::Missing("connection"))?,
            consequences,
            hooks_removed,
        ))
    }
}

fn installs_of(ingest: &Ingest) -> InstallsClient<Authorized> {
    InstallsClient::new(ingest.channel())
}

fn connections_of(ingest: &Ingest) -> ConnectionsClient<Authorized> {
    ConnectionsClient::new(ingest.channel())
}
