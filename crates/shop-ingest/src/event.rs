//! What a shop tells of itself and us, rather than of an order: kept in the service's memory for whoever acts on it.

use std::sync::Arc;

use jiff::Timestamp;
use proto::convert::instant_from;
use service::clock::Clock;
use shop::{Connection, ShopEvent};

use crate::connections::Connections;
use crate::outage::Outage;
use crate::reading::Origin;
use crate::store::{PRIVACY_DEADLINE, PrivacyRequest, Store, StoreError};

/// Keeps events.
pub(crate) struct Events {
    pub(crate) store: Store,
    pub(crate) connections: Arc<Connections>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) outage: Outage,
}

/// Whether one is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Kept,
    /// The database cannot be used: its delivery has to come again.
    NotNow,
}

impl Events {
    /// The same event, kept again, is one.
    pub(crate) async fn keep(
        &self,
        connection: &Connection,
        origin: &Origin,
        event: ShopEvent,
        body: &[u8],
    ) -> Kept {
        let received_at = instant_from("received_at", origin.received_at);
        let received_at = received_at.unwrap_or_else(|_| self.clock.now());
        let kept = match event {
            ShopEvent::AppRemoved => self.removed(connection, received_at).await,
            ShopEvent::Privacy(kind) => {
                tracing::warn!(connection = %connection.id, kind = kind.as_str(), "a privacy request has come");
                let request = PrivacyRequest {
                    connection: connection.id,
                    delivery: origin.delivery_id.clone(),
                    kind,
                    received_at,
                    due_at: received_at
                        .checked_add(PRIVACY_DEADLINE)
                        .unwrap_or(Timestamp::MAX),
                    answer: None,
                };
                self.store.record_privacy(&request, body).await
            }
        };
        match kept {
            Ok(()) => {
                self.outage.succeeded();
                Kept::Kept
            }
            Err(error) => {
                self.outage.failed(&error);
                Kept::NotNow
            }
        }
    }

    /// The watchdog asks the shop whether it is so, and is woken for it.
    async fn removed(&self, connection: &Connection, at: Timestamp) -> Result<(), StoreError> {
        self.store.removal_told(connection.id, at).await?;
        if let Some(stored) = self.store.connection(connection.id).await? {
            self.connections.put(stored);
        }
        Ok(())
    }
}
