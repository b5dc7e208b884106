//! The shops this process listens to.

use std::collections::HashMap;
use std::sync::Arc;

use retail::{ConnectionId, PlatformCode, RetailerId};
use secrecy::SecretString;
use shop::{Connection, ConnectionError, LiveSecrets};

/// The connections of one platform, by id.
#[derive(Debug)]
pub(crate) struct Connections {
    by_id: HashMap<ConnectionId, Arc<Connection>>,
    decoy: Connection,
}

impl Connections {
    pub(crate) fn new(
        platform: PlatformCode,
        connections: Vec<Connection>,
    ) -> Result<Self, ConnectionError> {
        let nobody = ConnectionId::new(uuid::Uuid::nil());
        Ok(Self {
            by_id: connections
                .into_iter()
                .map(|one| (one.id, Arc::new(one)))
                .collect(),
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
        self.by_id.get(&id).cloned()
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
