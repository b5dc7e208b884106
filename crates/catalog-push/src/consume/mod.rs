//! What the others tell: connections, items that orders made, what was sold where, and stock that changed.

mod connections;
mod items;
mod reader;
mod sales;
mod stock;

use bus::{Bus, Service, durable};
use retail::Quantity;
use tokio_util::sync::CancellationToken;

use crate::store::Store;
use reader::{Reader, Taken};

/// Takes one kind of message. The error is one that nobody can read, now or later.
trait Take: Send + Sync + 'static {
    /// What a message is about, for logs.
    const WHAT: &'static str;

    fn take(
        &self,
        subject: &bus::Subject,
        payload: &[u8],
    ) -> impl Future<Output = Result<Taken, bus::Reason>> + Send;
}

/// A reader of each, which runs until `stop`.
pub fn connections(
    bus: &Bus,
    store: Store,
    stop: CancellationToken,
) -> impl Future<Output = anyhow::Result<()>> + Send + use<> {
    let take = connections::Connections(store);
    read(bus, &durable::catalog_connections(), take, stop)
}

/// Items that orders made become products (SH-9, BC-1).
pub fn items(
    bus: &Bus,
    store: Store,
    stop: CancellationToken,
) -> impl Future<Output = anyhow::Result<()>> + Send + use<> {
    read(bus, &durable::catalog_items(), items::Items(store), stop)
}

/// What was sold in a shop is published there (SH-10).
pub fn sales(
    bus: &Bus,
    store: Store,
    stop: CancellationToken,
) -> impl Future<Output = anyhow::Result<()>> + Send + use<> {
    read(bus, &durable::catalog_sales(), sales::Sales(store), stop)
}

/// What may be sold changed: shops are told (POS-6).
pub fn stock(
    bus: &Bus,
    store: Store,
    last_units: Quantity,
    stop: CancellationToken,
) -> impl Future<Output = anyhow::Result<()>> + Send + use<> {
    let take = stock::Stock { store, last_units };
    read(bus, &durable::catalog_stock(), take, stop)
}

fn read<T: Take>(
    bus: &Bus,
    durable: &bus::Durable,
    take: T,
    stop: CancellationToken,
) -> impl Future<Output = anyhow::Result<()>> + Send + use<T> {
    let reader = Reader {
        consumer: bus.consumer(durable),
        dead: bus.dead_letters(&Service::CatalogPush),
        take,
    };
    reader.run(stop)
}
