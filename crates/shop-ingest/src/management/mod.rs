//! `comptoir.connect.v1.Connections`: the shops this service is linked to, for people and programs.
//!
//! It is served only where a setting says so. Every call but health and reflection carries a token, as to the
//! ledger; what its roles may call stands in `methods.rs`. No answer holds a secret, and no log a request.

mod answer;
mod disconnect;
mod link;
mod settings;

use std::sync::Arc;

use proto::connect as wire;
use proto::connect::connections_server::ConnectionsServer;
use retail::{ConnectionId, Entitlement, RetailerId};
use service::clock::{Clock, Ids};
use service::health::Health;
use service::refusal::{bad_field, not_found, precondition, unavailable};
use shop::Platform;
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_server::SERVICE_NAME as HEALTH_SERVICE_NAME;

use self::answer::{access_into, connection_into, health_into};
use self::settings::{actions, settings_into};
use crate::connections::Connections;
use crate::heard::Heard;
use crate::linking::Linker;
use crate::store::{Asked, ConnectionState, Store, StoreError, StoredConnection};
use crate::watchdog::Addresses;

pub(crate) use self::answer::state_into;
pub(crate) use self::settings::{change_from, order_updates_into, stock_at_into, stock_side_into};

/// Largest question, in bytes.
const REQUEST_LIMIT_BYTES: usize = 64 * 1024;
/// What people and programs can ask an ingest service, this file's and its neighbours'.
const SERVICES: [&str; 7] = [
    wire::audit_server::SERVICE_NAME,
    wire::connections_server::SERVICE_NAME,
    wire::deliveries_server::SERVICE_NAME,
    wire::imports_server::SERVICE_NAME,
    wire::installs_server::SERVICE_NAME,
    wire::leases_server::SERVICE_NAME,
    wire::privacy_requests_server::SERVICE_NAME,
];

/// What connections are managed with.
#[derive(Clone)]
pub(crate) struct Management {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) store: Store,
    pub(crate) connections: Arc<Connections>,
    pub(crate) linker: Linker,
    pub(crate) heard: Arc<Heard>,
    pub(crate) addresses: Addresses,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
}

impl Management {
    /// The service, with health and reflection of all that an ingest service answers.
    pub(crate) fn routes(self, health: &Health) -> Result<Routes, tonic_reflection::server::Error> {
        let reflection = || {
            let all = tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
                .with_service_name(HEALTH_SERVICE_NAME);
            // The descriptors tell of the ledger's services as well, which do not answer here.
            SERVICES
                .iter()
                .fold(all, |named, name| named.with_service_name(*name))
        };
        let server = ConnectionsServer::new(self).max_decoding_message_size(REQUEST_LIMIT_BYTES);
        Ok(Routes::new(server)
            .add_service(health.grpc(&SERVICES))
            .add_service(reflection().build_v1()?)
            .add_service(reflection().build_v1alpha()?))
    }

    /// A connection of this retailer. Another retailer's is none.
    async fn find(&self, retailer: &str, id: &str) -> Result<StoredConnection, Status> {
        let retailer = retailer_from(retailer)?;
        let id: ConnectionId = id
            .parse()
            .map_err(|_| bad_field("connection_id", "is not a UUID"))?;
        let found = self.store.connection(id).await?;
        found
            .filter(|stored| stored.connection.retailer == retailer)
            .ok_or_else(|| not_found("connection", &id.to_string()))
    }

    /// Stores the new state, and goes by it from now on.
    async fn change(
        &self,
        stored: StoredConnection,
        state: ConnectionState,
        method: &'static str,
    ) -> Result<wire::Connection, Status> {
        let id = stored.connection.id;
        let asked = Asked::of_call(method, stored.connection.retailer, self.clock.now());
        self.store
            .audited(asked)
            .await?
            .set_state(id, state)
            .await?;
        // Its version has grown as well, but that is told from the store.
        let stored = StoredConnection { state, ..stored };
        let answer = connection_into(&stored);
        self.connections.put(stored);
        tracing::info!(connection = %id, state = state.as_str(), "the connection is changed");
        Ok(answer)
    }
}

#[tonic::async_trait]
impl wire::connections_server::Connections for Management {
    async fn list_connections(
        &self,
        request: Request<wire::ListConnectionsRequest>,
    ) -> Result<Response<wire::ListConnectionsResponse>, Status> {
        let wire::ListConnectionsRequest { retailer_id } = request.into_inner();
        let retailer = retailer_from(&retailer_id)?;
        let stored = self.store.connections().await?;
        let connections = stored
            .iter()
            .filter(|stored| stored.connection.retailer == retailer)
            .map(connection_into)
            .collect();
        Ok(Response::new(wire::ListConnectionsResponse { connections }))
    }

    async fn get_connection(
        &self,
        request: Request<wire::GetConnectionRequest>,
    ) -> Result<Response<wire::GetConnectionResponse>, Status> {
        let wire::GetConnectionRequest {
            retailer_id,
            connection_id,
        } = request.into_inner();
        let stored = self.find(&retailer_id, &connection_id).await?;
        let id = stored.connection.id;
        let poll = self.store.poll_state(id).await?;
        let hooks = self.store.hooks_seen(id).await?;
        let missed = self.store.missed(id).await?;
        let counted = self.store.last_order_count(id).await?;
        let kept = self.store.kept_deliveries(id).await?;
        let last_delivery = self.heard.last_delivery(id);
        let platform = self.platform.as_ref();
        let access = self.store.access_seen(id).await?.map(|seen| {
            let missing = platform.missing_rights(&seen.scopes);
            access_into(seen, &missing)
        });
        let plan = self.linker.ledger.plan(stored.connection.retailer).await;
        let shops = Entitlement::Integration(platform.code());
        Ok(Response::new(wire::GetConnectionResponse {
            connection: Some(connection_into(&stored)),
            health: Some(health_into(
                last_delivery,
                poll,
                hooks,
                missed,
                counted,
                access,
                kept,
            )),
            settings: Some(settings_into(&stored, platform)),
            actions: actions(&stored, platform, plan.as_ref()),
            get_all_recommended: !stored.imports.got_all,
            in_plan: plan.map(|plan| plan.has(&shops)),
        }))
    }

    async fn link(
        &self,
        request: Request<wire::LinkRequest>,
    ) -> Result<Response<wire::LinkResponse>, Status> {
        self.link_shop(request.into_inner())
            .await
            .map(Response::new)
    }

    async fn set_settings(
        &self,
        request: Request<wire::SetSettingsRequest>,
    ) -> Result<Response<wire::SetSettingsResponse>, Status> {
        self.decide(request.into_inner()).await.map(Response::new)
    }

    async fn get_new_orders(
        &self,
        request: Request<wire::GetNewOrdersRequest>,
    ) -> Result<Response<wire::GetNewOrdersResponse>, Status> {
        self.get_new(request.into_inner()).await.map(Response::new)
    }

    async fn pause(
        &self,
        request: Request<wire::PauseRequest>,
    ) -> Result<Response<wire::PauseResponse>, Status> {
        let wire::PauseRequest {
            retailer_id,
            connection_id,
        } = request.into_inner();
        let stored = self.at_work(&retailer_id, &connection_id).await?;
        let connection = self
            .change(stored, ConnectionState::Paused, "Connections.Pause")
            .await?;
        Ok(Response::new(wire::PauseResponse {
            connection: Some(connection),
        }))
    }

    async fn resume(
        &self,
        request: Request<wire::ResumeRequest>,
    ) -> Result<Response<wire::ResumeResponse>, Status> {
        let wire::ResumeRequest {
            retailer_id,
            connection_id,
        } = request.into_inner();
        let stored = self.at_work(&retailer_id, &connection_id).await?;
        let connection = self
            .change(stored, ConnectionState::Live, "Connections.Resume")
            .await?;
        Ok(Response::new(wire::ResumeResponse {
            connection: Some(connection),
        }))
    }

    async fn disconnect(
        &self,
        request: Request<wire::DisconnectRequest>,
    ) -> Result<Response<wire::DisconnectResponse>, Status> {
        self.part(request.into_inner()).await.map(Response::new)
    }
}

impl Management {
    /// One that is parted with has to be linked again, with credentials that hold.
    async fn at_work(&self, retailer: &str, id: &str) -> Result<StoredConnection, Status> {
        let stored = self.find(retailer, id).await?;
        match stored.state {
            ConnectionState::Live | ConnectionState::Paused => Ok(stored),
            ConnectionState::Disconnected => Err(precondition(
                "disconnected",
                "connection",
                "the connection is parted with: link the shop again",
            )),
            ConnectionState::Uninstalled => Err(precondition(
                "uninstalled",
                "connection",
                "the app was removed from the shop: link the shop again",
            )),
        }
    }
}

fn retailer_from(text: &str) -> Result<RetailerId, Status> {
    text.parse()
        .map_err(|_| bad_field("retailer_id", "is not a UUID"))
}

/// Logged here, told without what it says of the inside.
impl From<StoreError> for Status {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                tracing::warn!(%error, "a question about connections could not be answered");
                unavailable("the database cannot be used")
            }
            StoreError::Corrupt { .. } => {
                tracing::error!(%error, "a stored connection cannot be read");
                Self::internal("a stored connection cannot be read")
            }
        }
    }
}
