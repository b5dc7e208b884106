//! What ingest services tell of their connections: where orders are booked, and what updates do.

use std::sync::Arc;
use std::time::Duration;

use bus::{Address, Consumer, DeadLetters, Delivery, Reason, Subject};
use prost::Message as _;
use proto::connect as wire;
use proto::convert::quantity_from;
use retail::posting::OrderUpdates;
use retail::{ConnectionId, PlatformCode, Quantity, RegisterId, RetailerId, StockRule};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::store::{Store, Told, ToldConnection};

/// Connections taken at once.
const BATCH_LIMIT: usize = 100;
/// For a first one; only then is a stop looked for.
const BATCH_WAIT: Duration = Duration::from_secs(1);
/// After this the database is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// After this a connection is looked at again whose register was not known: somebody may have made it.
const REFUSED_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// Takes what is told of connections.
pub struct ConnectionReader {
    pub consumer: Consumer,
    pub dead: DeadLetters,
    pub store: Store,
    /// Hears of every connection that is new or changed.
    pub known: Arc<Notify>,
}

impl ConnectionReader {
    /// Reads until `stop`.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        while !stop.is_cancelled() {
            for delivery in self.consumer.next_batch(BATCH_LIMIT, BATCH_WAIT).await {
                self.take(&delivery).await;
            }
        }
        Ok(())
    }

    /// What is not acknowledged comes again.
    async fn take(&self, delivery: &Delivery) {
        let told = match read(&delivery.subject, &delivery.payload) {
            Ok(told) => told,
            Err(reason) => {
                tracing::error!(%reason, subject = %delivery.subject, "a connection is not understood");
                if let Err(error) = self.dead.bury(delivery, &reason).await {
                    tracing::warn!(%error, "it is not laid aside yet");
                }
                return;
            }
        };
        let answered = match self.store.know(&told).await {
            Ok(Told::Recorded) => {
                tracing::info!(connection = %told.id, register = %told.register, "a connection is known");
                self.known.notify_one();
                delivery.ack().await
            }
            Ok(Told::AlreadyRecorded) => delivery.ack().await,
            Ok(Told::Refused(reason)) => {
                // Said once; its orders wait.
                if delivery.delivered == 1 {
                    tracing::error!(connection = %told.id, register = %told.register, %reason,
                        "a connection is refused");
                }
                delivery.nak(REFUSED_AGAIN_AFTER).await
            }
            Err(error) => {
                tracing::warn!(connection = %told.id, %error, "a connection is not taken yet");
                delivery.nak(RETRY_AFTER).await
            }
        };
        if let Err(error) = answered {
            tracing::debug!(%error, "a connection comes again");
        }
    }
}

/// What a message says; the error is one that nobody can read, now or later.
fn read(subject: &Subject, payload: &[u8]) -> Result<ToldConnection, Reason> {
    let reason = |code, detail: String| Reason { code, detail };
    let Ok(Address::Connection {
        platform,
        connection,
    }) = subject.address()
    else {
        let detail = format!("{subject} is no connection's subject");
        return Err(reason("not_its_subject", detail));
    };
    let known = wire::KnownConnection::decode(payload)
        .map_err(|error| reason("malformed", error.to_string()))?;
    let told = told_from(known).map_err(|field| reason("bad_field", field.to_owned()))?;
    // The subject is what the sender was allowed to use.
    if told.platform != platform || told.id != connection {
        let detail = "the message names another connection than its subject".to_owned();
        return Err(reason("not_its_subject", detail));
    }
    Ok(told)
}

/// The error names the field.
fn told_from(known: wire::KnownConnection) -> Result<ToldConnection, &'static str> {
    let order_updates = match known.order_updates() {
        wire::OrderUpdates::Apply => OrderUpdates::Apply,
        wire::OrderUpdates::Ask => OrderUpdates::Ask,
        wire::OrderUpdates::Unspecified => return Err("order_updates"),
    };
    // An ingest service that knows of no sides says none: all stock was managed here.
    let stock_rule = match (known.stock_side(), known.stock_at()) {
        (_, wire::StockAt::Unspecified) => return Err("stock_at"),
        (wire::StockSide::Shop, _) => StockRule::Never,
        (wire::StockSide::Pos | wire::StockSide::Unspecified, wire::StockAt::Order) => {
            StockRule::AtOrder
        }
        (wire::StockSide::Pos | wire::StockSide::Unspecified, wire::StockAt::Invoice) => {
            StockRule::AtInvoice
        }
    };
    let wire::KnownConnection {
        connection_id,
        retailer_id,
        platform,
        // What a connection is paused or parted with still brings was taken before.
        state: _,
        register_id,
        // The ingest service keeps back what is not to be applied.
        automatic_updates: _,
        order_updates: _,
        stock_at: _,
        stock_side: _,
        channel_buffer,
        version,
        shipping_item_at_link,
    } = known;
    let id: ConnectionId = connection_id.parse().map_err(|_| "connection_id")?;
    let retailer: RetailerId = retailer_id.parse().map_err(|_| "retailer_id")?;
    // An ingest service that knows of none keeps nothing back.
    let channel_buffer = match channel_buffer {
        None => Quantity::ZERO,
        told => quantity_from("channel_buffer", told).map_err(|_| "channel_buffer")?,
    };
    if channel_buffer < Quantity::ZERO {
        return Err("channel_buffer");
    }
    let register: RegisterId = register_id.parse().map_err(|_| "register_id")?;
    Ok(ToldConnection {
        id,
        retailer,
        platform: PlatformCode::new(&platform).map_err(|_| "platform")?,
        register,
        order_updates,
        stock_rule,
        channel_buffer,
        shipping_item_at_link,
        version,
    })
}
