//! The durable consumers: who reads which stream, and how much may be on the way.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, ReplayPolicy, pull};

use retail::PlatformCode;

use crate::{Service, stream};

/// A message not acknowledged within this time is delivered again.
const ACK_WAIT: Duration = Duration::from_secs(30);

/// Orders delivered and not yet acknowledged: four batches of 500.
const ORDERS_MAX_ACK_PENDING: i64 = 2_000;

/// The same of an inbox, where a hint at an order is unacknowledged as long as its shop is away: above this
/// number the platform's other shops wait as well.
const INBOX_MAX_ACK_PENDING: i64 = 20_000;

/// The same of an inbox on its way into the archive: batches of 500 for a database that is slow.
const ARCHIVE_MAX_ACK_PENDING: i64 = 2_000;

/// A message is given up by our code, with a reason, never by a counter while a database is down.
const MAX_DELIVER: i64 = -1;

/// Pull requests that may wait at the broker; its own default, spelt out to be compared.
const MAX_WAITING: i64 = 512;

/// A durable pull consumer with explicit acknowledgements, as it must stand on the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Durable {
    pub name: String,
    /// The stream it reads.
    pub stream: String,
    /// The subjects it takes.
    pub filter: String,
    pub ack_wait: Duration,
    /// Messages that may be delivered and not yet acknowledged.
    pub max_ack_pending: i64,
    /// The one service that pulls from it.
    pub reader: Service,
}

/// Connections that are told and that a reader cannot take yet.
const CONNECTIONS_MAX_ACK_PENDING: i64 = 10_000;

/// Events of the ledger that the catalogue has not taken yet.
const EVENTS_MAX_ACK_PENDING: i64 = 2_000;

/// Reads one platform's inbox and makes canonical orders of it.
#[must_use]
pub fn worker(platform: &PlatformCode) -> Durable {
    Durable {
        name: format!("worker-{platform}"),
        stream: stream::inbox(platform).name,
        filter: format!("inbox.{platform}.*.*"),
        ack_wait: ACK_WAIT,
        max_ack_pending: INBOX_MAX_ACK_PENDING,
        reader: Service::Ingest(platform.clone()),
    }
}

/// Reads one platform's inbox and keeps what shops sent.
#[must_use]
pub fn archiver(platform: &PlatformCode) -> Durable {
    Durable {
        name: format!("archiver-{platform}"),
        stream: stream::inbox(platform).name,
        filter: format!("inbox.{platform}.*.*"),
        ack_wait: ACK_WAIT,
        max_ack_pending: ARCHIVE_MAX_ACK_PENDING,
        reader: Service::Ingest(platform.clone()),
    }
}

/// Reads all orders and makes sales and stock movements of them.
#[must_use]
pub fn ledger_orders() -> Durable {
    Durable {
        name: "ledger-orders".to_owned(),
        stream: stream::orders().name,
        filter: "order.*.*".to_owned(),
        ack_wait: ACK_WAIT,
        max_ack_pending: ORDERS_MAX_ACK_PENDING,
        reader: Service::Ledger,
    }
}

/// Reads what is known of connections, so that the ledger knows where their orders are booked.
#[must_use]
pub fn ledger_connections() -> Durable {
    Durable {
        name: "ledger-connections".to_owned(),
        stream: stream::connections().name,
        filter: "$KV.connections.>".to_owned(),
        ack_wait: ACK_WAIT,
        max_ack_pending: CONNECTIONS_MAX_ACK_PENDING,
        reader: Service::Ledger,
    }
}

/// Reads which items orders made, so that they become products.
#[must_use]
pub fn catalog_items() -> Durable {
    of_the_ledger("catalog-items", "ledger.item.registered.*")
}

/// Reads what was sold where, so that shops show it.
#[must_use]
pub fn catalog_sales() -> Durable {
    of_the_ledger("catalog-sales", "ledger.sale.recorded.*")
}

/// Reads what may be sold of what, so that shops are told.
#[must_use]
pub fn catalog_stock() -> Durable {
    of_the_ledger("catalog-stock", "ledger.stock.changed.*")
}

/// Reads what is known of connections, so that the catalogue knows which shops there are.
#[must_use]
pub fn catalog_connections() -> Durable {
    Durable {
        name: "catalog-connections".to_owned(),
        reader: Service::CatalogPush,
        ..ledger_connections()
    }
}

fn of_the_ledger(name: &str, filter: &str) -> Durable {
    Durable {
        name: name.to_owned(),
        stream: stream::ledger().name,
        filter: filter.to_owned(),
        ack_wait: ACK_WAIT,
        max_ack_pending: EVENTS_MAX_ACK_PENDING,
        reader: Service::CatalogPush,
    }
}

impl Durable {
    /// The whole configuration, spelt as the broker gives it back, so that the two can be compared.
    pub(crate) fn config(&self) -> pull::Config {
        let Self {
            name,
            stream: _,
            filter,
            ack_wait,
            max_ack_pending,
            reader: _,
        } = self.clone();
        pull::Config {
            durable_name: Some(name.clone()),
            name: Some(name),
            filter_subject: filter,
            ack_wait,
            max_ack_pending,
            ack_policy: AckPolicy::Explicit,
            deliver_policy: DeliverPolicy::All,
            replay_policy: ReplayPolicy::Instant,
            max_deliver: MAX_DELIVER,
            max_waiting: MAX_WAITING,
            ..pull::Config::default()
        }
    }
}
