//! Tells the other services what they may know of each connection: the bucket `connections`.
//!
//! All of them at start, so that the bucket can be lost, and each again whenever it changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bus::{Message, PublishError, Publisher, subject};
use prost::Message as _;
use proto::connect as wire;
use proto::convert::quantity_into;
use retail::ConnectionId;
use shop::{Connection, Platform, ShippingItem};
use tokio_util::sync::CancellationToken;

use crate::connections::Connections;
use crate::management::{order_updates_into, state_into, stock_at_into, stock_side_into};
use crate::outage::Outage;
use crate::store::{ConnectionSettings, Store, StoreError, StoredConnection};

/// After a failure; nothing of the connections waits for it here.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What connections are told with.
pub(crate) struct Broadcaster {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) store: Store,
    pub(crate) connections: Arc<Connections>,
    pub(crate) publisher: Publisher,
    pub(crate) outage: Outage,
}

/// Why not all is told.
#[derive(Debug, thiserror::Error)]
enum BroadcastError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Broker(#[from] PublishError),
}

impl Broadcaster {
    /// Runs until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut changes = self.connections.changes();
        let mut told = HashMap::new();
        while !stop.is_cancelled() {
            changes.mark_unchanged();
            let next = async {
                match self.tell(&mut told).await {
                    Ok(()) => {
                        self.outage.succeeded();
                        // The sender lives as long as `self`.
                        let _ = changes.changed().await;
                    }
                    Err(error) => {
                        self.outage.failed(&error);
                        tokio::time::sleep(RETRY_AFTER).await;
                    }
                }
            };
            let _ = stop.run_until_cancelled(next).await;
        }
        Ok(())
    }

    /// What is not told yet, each by its version.
    async fn tell(&self, told: &mut HashMap<ConnectionId, i64>) -> Result<(), BroadcastError> {
        for stored in self.store.connections().await? {
            let (id, version) = (stored.connection.id, stored.version);
            if told.get(&id) == Some(&version) {
                continue;
            }
            if let Some(known) = known_into(&stored, self.platform.as_ref()) {
                let subject = subject::connection(&self.platform.code(), id);
                let message = Message::new(subject, known.encode_to_vec());
                self.publisher.publish(message).await?;
            }
            told.insert(id, version);
        }
        Ok(())
    }
}

/// `None` while nobody chose its register: nothing of it can be booked.
fn known_into(stored: &StoredConnection, platform: &dyn Platform) -> Option<wire::KnownConnection> {
    let StoredConnection {
        connection:
            Connection {
                id,
                retailer,
                platform: code,
                secrets: _,
                api: _,
            },
        state,
        created_at: _,
        store: _,
        settings,
        imports: _,
        version,
    } = stored;
    let ConnectionSettings {
        register,
        is_automatic,
        order_updates,
        stock_at,
        stock_side,
        channel_buffer,
    } = *settings;
    let order_updates = order_updates.unwrap_or_else(|| platform.order_updates());
    Some(wire::KnownConnection {
        connection_id: id.to_string(),
        retailer_id: retailer.to_string(),
        platform: code.to_string(),
        state: state_into(*state).into(),
        register_id: register?.to_string(),
        automatic_updates: is_automatic,
        order_updates: order_updates_into(order_updates).into(),
        stock_at: stock_at_into(stock_at).into(),
        channel_buffer: Some(quantity_into(channel_buffer.units())),
        version: *version,
        stock_side: stock_side_into(stock_side).into(),
        shipping_item_at_link: match platform.shipping_item() {
            ShippingItem::AtLink => true,
            ShippingItem::AtFirstUse => false,
        },
    })
}
