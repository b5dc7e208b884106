//! Making a shop live: where every way of linking one ends, by a call or by an install flow.

use std::sync::Arc;
use std::time::Duration;

use service::clock::Clock;
use shop::{Connection, FetchError, Platform, StoreIdentity, Tokens};
use tokio::time::timeout;

use crate::connections::Connections;
use crate::store::{Linked, Store, StoreError, StoredConnection};

/// For the shop to say who it is.
const STORE_TIMEOUT: Duration = Duration::from_secs(20);

/// What shops are linked with.
#[derive(Clone)]
pub(crate) struct Linker {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) store: Store,
    pub(crate) connections: Arc<Connections>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// A shop that is linked, as it stands now.
pub(crate) struct LinkedShop {
    pub(crate) stored: StoredConnection,
    /// It was linked before, and has its connection back.
    pub(crate) was_known: bool,
}

/// Why a shop is not linked. Never shows a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    #[error("the shop does not let us in: {0}")]
    NoAccess(FetchError),
    #[error("that is no shop of this platform: {0}")]
    NoShop(FetchError),
    #[error("the shop is away: {0}")]
    Away(FetchError),
    #[error("the shop does not answer")]
    Silent,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Linker {
    /// Asks the shop who it is: proves on the way that the credentials hold.
    pub(crate) async fn who_is(&self, candidate: &Connection) -> Result<StoreIdentity, LinkError> {
        match timeout(STORE_TIMEOUT, self.platform.store(candidate)).await {
            Ok(Ok(store)) => Ok(store),
            Ok(Err(error @ (FetchError::NoAccess | FetchError::Refused { .. }))) => {
                Err(LinkError::NoAccess(error))
            }
            Ok(Err(error @ (FetchError::Gone | FetchError::Unreadable { .. }))) => {
                Err(LinkError::NoShop(error))
            }
            Ok(Err(error @ FetchError::TryLater { .. })) => Err(LinkError::Away(error)),
            Err(_) => Err(LinkError::Silent),
        }
    }

    /// Makes a shop live that proved to be `store`. One that was linked before gets its own connection back,
    /// with the candidate's credentials; the candidate's id is for a new one.
    pub(crate) async fn make_live(
        &self,
        candidate: &Connection,
        store: &StoreIdentity,
        tokens: Option<&Tokens>,
    ) -> Result<LinkedShop, LinkError> {
        let now = self.clock.now();
        let linked = self.store.link(candidate, store, tokens, now).await?;
        let Linked {
            connection: stored,
            was_known,
        } = linked;
        self.connections.put(stored.clone());
        tracing::info!(connection = %stored.connection.id, was_known, "a shop is linked");
        Ok(LinkedShop { stored, was_known })
    }
}
