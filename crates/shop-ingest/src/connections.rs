//! The shops this process listens to.

use std::collections::HashMap;
use std::sync::Arc;

use retail::{ConnectionId, PlatformCode, RetailerId};
use secrecy::SecretString;
use shop::{Connection, ConnectionError, LiveSecrets};

use crate::store::{ConnectionState, StoredConnection};

/// The connections of one platform, by id.
#[derive(Debug)]
pub(crate) struct Connections {
    by_id: HashMap<ConnectionId, Known>,
    decoy: Connection,
}

#[derive(Debug)]
struct Known {
    connection: Arc<Connection>,
    state: ConnectionState,
}

impl Connections {
    /// Of these, those that are not parted with.
    pub(crate) fn new(
        platform: PlatformCode,
        connections: Vec<StoredConnection>,
    ) -> Result<Self, ConnectionError> {
        let by_id = connections
            .into_iter()
            .filter(|stored| stored.state != ConnectionState::Disconnected)
            .map(|StoredConnection { connection, state }| {
                let connection = Arc::new(connection);
                (connection.id, Known { connection, state })
            })
            .collect();
        let nobody = ConnectionId::new(uuid::Uuid::nil());
        Ok(Self {
            by_id,
            decoy: Connection {
                id: nobody,
                retailer: RetailerId::new(uuid::Uuid::nil()),
                platform,
                secrets: LiveSecrets::new(vec![SecretString::from("nobody signs with this")])?,
                api: None,
            },
        })
    }

    pub(crate) fn get(&self, id: ConnectionId) -> Option<Arc<Connection>> {
        let known = self.by_id.get(&id)?;
        Some(Arc::clone(&known.connection))
    }

    /// Those that are asked of our own accord: what is not paused and can be asked at all.
    pub(crate) fn asked(&self) -> Vec<Arc<Connection>> {
        let at_work = |known: &&Known| match known.state {
            ConnectionState::Live => known.connection.api.is_some(),
            ConnectionState::Paused | ConnectionState::Disconnected => false,
        };
        let asked = self.by_id.values().filter(at_work);
        asked.map(|known| Arc::clone(&known.connection)).collect()
    }

    /// Stands in for a connection that does not exist, so that its deliveries are judged at the same
    /// cost. Whatever comes of it, they are refused.
    pub(crate) const fn decoy(&self) -> &Connection {
        &self.decoy
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }
}
