//! Linking a shop.

use std::time::Duration;

use proto::connect as wire;
use retail::ConnectionId;
use secrecy::SecretString;
use shop::{ApiAccess, Connection, FetchError, LiveSecrets, PlainHttp, ShopUrl, StoreIdentity};
use tokio::time::timeout;
use tonic::Status;

use super::answer::connection_into;
use super::{Management, retailer_from};
use crate::store::Linked;

/// For the shop to say who it is.
const STORE_TIMEOUT: Duration = Duration::from_secs(20);

impl Management {
    pub(super) async fn link_shop(
        &self,
        request: wire::LinkRequest,
    ) -> Result<wire::LinkResponse, Status> {
        let candidate = self.candidate(request)?;
        let store = self.who_is(&candidate).await?;
        let now = self.clock.now();
        let Linked { id, was_known } = self.store.link(&candidate, &store, now).await?;
        let stored = self
            .store
            .connection(id)
            .await?
            .ok_or_else(|| Status::internal("the connection is not there"))?;
        let connection = connection_into(&stored);
        self.connections.put(stored);
        tracing::info!(connection = %id, was_known, "a shop is linked");
        Ok(wire::LinkResponse {
            connection: Some(connection),
            reconnected: was_known,
        })
    }

    /// The connection as it is, if the shop was never linked before.
    fn candidate(&self, request: wire::LinkRequest) -> Result<Connection, Status> {
        let wire::LinkRequest {
            retailer_id,
            shop_url,
            key,
            secret,
            signing_secrets,
            allow_plain_http,
        } = request;
        let wrong = |error: &dyn std::fmt::Display| Status::invalid_argument(error.to_string());
        let url = ShopUrl::new(&shop_url).map_err(|error| wrong(&error))?;
        let plain_http = if allow_plain_http {
            PlainHttp::Allowed
        } else {
            PlainHttp::Refused
        };
        let api = ApiAccess::new(url, key.into(), secret.into(), plain_http)
            .map_err(|error| wrong(&error))?;
        let secrets = signing_secrets.into_iter().map(SecretString::from);
        let secrets = LiveSecrets::new(secrets.collect()).map_err(|error| wrong(&error))?;
        Ok(Connection {
            id: ConnectionId::new(self.ids.next()),
            retailer: retailer_from(&retailer_id)?,
            platform: self.platform.code(),
            secrets,
            api: Some(api),
        })
    }

    /// Proves on the way that the credentials hold.
    async fn who_is(&self, candidate: &Connection) -> Result<StoreIdentity, Status> {
        match timeout(STORE_TIMEOUT, self.platform.store(candidate)).await {
            Ok(Ok(store)) => Ok(store),
            Ok(Err(error @ (FetchError::NoAccess | FetchError::Refused { .. }))) => {
                Err(Status::failed_precondition(error.to_string()))
            }
            Ok(Err(error @ (FetchError::Gone | FetchError::Unreadable { .. }))) => Err(
                Status::failed_precondition(format!("that is no shop of this platform: {error}")),
            ),
            Ok(Err(error @ FetchError::TryLater { .. })) => {
                Err(Status::unavailable(error.to_string()))
            }
            Err(_) => Err(Status::unavailable("the shop does not answer")),
        }
    }
}
