//! The shops this process listens to.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use retail::{ConnectionId, PlatformCode, RetailerId};
use secrecy::SecretString;
use shop::{Connection, ConnectionError, LiveSecrets, Platform, ShopName};
use tokio::sync::watch;

use crate::store::{ConnectionState, StoredConnection};

/// The connections of one platform, by id; those that are parted with too, for what came from them before.
#[derive(Debug)]
pub(crate) struct Connections {
    by_id: RwLock<HashMap<ConnectionId, Known>>,
    changed: watch::Sender<()>,
    decoy: Connection,
}

#[derive(Debug)]
struct Known {
    connection: Arc<Connection>,
    state: ConnectionState,
    is_automatic: bool,
}

impl Known {
    fn listened(&self) -> Listened {
        Listened {
            connection: Arc::clone(&self.connection),
            to: match self.state {
                ConnectionState::Live | ConnectionState::Paused | ConnectionState::Uninstalled => {
                    ListenedTo::Everything
                }
                ConnectionState::Disconnected => ListenedTo::PrivacyAlone,
            },
        }
    }
}

/// A connection that deliveries are taken from.
#[derive(Clone, Debug)]
pub(crate) struct Listened {
    pub(crate) connection: Arc<Connection>,
    pub(crate) to: ListenedTo,
}

/// Which deliveries are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListenedTo {
    Everything,
    /// Parted with: what people may ask for by law, and nothing else.
    PrivacyAlone,
}

impl Connections {
    pub(crate) fn new(
        platform: PlatformCode,
        stored: Vec<StoredConnection>,
    ) -> Result<Self, ConnectionError> {
        let nobody = ConnectionId::new(uuid::Uuid::nil());
        let connections = Self {
            by_id: RwLock::default(),
            changed: watch::Sender::new(()),
            decoy: Connection {
                id: nobody,
                retailer: RetailerId::new(uuid::Uuid::nil()),
                platform,
                secrets: LiveSecrets::new(vec![SecretString::from("nobody signs with this")])?,
                api: None,
            },
        };
        for one in stored {
            connections.put(one);
        }
        Ok(connections)
    }

    /// A connection is new, or is not what it was.
    pub(crate) fn put(&self, stored: StoredConnection) {
        let StoredConnection {
            connection,
            state,
            created_at: _,
            store: _,
            settings,
            imports: _,
            version: _,
        } = stored;
        let known = Known {
            connection: Arc::new(connection),
            state,
            is_automatic: settings.is_automatic,
        };
        let mut by_id = self.by_id.write().unwrap_or_else(PoisonError::into_inner);
        by_id.insert(known.connection.id, known);
        drop(by_id);
        self.changed.send_replace(());
    }

    /// Whatever its state: what was taken from it is read.
    pub(crate) fn get(&self, id: ConnectionId) -> Option<Arc<Connection>> {
        let by_id = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        let known = by_id.get(&id)?;
        Some(Arc::clone(&known.connection))
    }

    /// `None`: there is no such connection.
    pub(crate) fn state(&self, id: ConnectionId) -> Option<ConnectionState> {
        let by_id = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        by_id.get(&id).map(|known| known.state)
    }

    /// Whether what it tells is applied by itself (SH-1).
    pub(crate) fn is_automatic(&self, id: ConnectionId) -> bool {
        let by_id = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        by_id.get(&id).is_none_or(|known| known.is_automatic)
    }

    /// What is taken from it.
    pub(crate) fn listened_to(&self, id: ConnectionId) -> Option<Listened> {
        let by_id = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        let known = by_id.get(&id)?;
        Some(known.listened())
    }

    /// All of them that lead to a shop: several retailers may have linked it.
    pub(crate) fn leading_to(&self, platform: &dyn Platform, shop: &ShopName) -> Vec<Listened> {
        let by_id = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        let leading = by_id
            .values()
            .filter(|known| platform.leads_to(&known.connection, shop));
        leading.map(Known::listened).collect()
    }

    /// Those that are asked of our own accord: what is not paused and can be asked at all.
    pub(crate) fn asked(&self) -> HashMap<ConnectionId, Arc<Connection>> {
        let by_id = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        let at_work = |known: &&Known| match known.state {
            ConnectionState::Live => known.connection.api.is_some(),
            ConnectionState::Paused
            | ConnectionState::Disconnected
            | ConnectionState::Uninstalled => false,
        };
        let asked = by_id.values().filter(at_work);
        asked
            .map(|known| (known.connection.id, Arc::clone(&known.connection)))
            .collect()
    }

    /// Says so whenever one is not what it was.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Stands in for a connection that does not exist, so that its deliveries are judged at the same
    /// cost. Whatever comes of it, they are refused.
    pub(crate) const fn decoy(&self) -> &Connection {
        &self.decoy
    }

    pub(crate) fn len(&self) -> usize {
        let by_id = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        by_id.len()
    }
}
