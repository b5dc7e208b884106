//! The Shopify ingest service: the runtime of `shop-ingest`, told which platform it serves.

use std::sync::Arc;

use service::clock::{Clock, SystemClock};
use service::{Command, Settings, telemetry};
use shop_shopify::Shopify;

/// The service's name: of its process, its logs and its broker user.
const NAME: &str = "ingest-shopify";

/// Does what a process of this service is told to. Logs and traces end with it.
pub async fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    let _telemetry = telemetry::init(NAME, settings)?;
    run_with(Arc::new(SystemClock), command, settings).await
}

/// The same by another clock, and without starting telemetry: for tests within one process.
pub async fn run_with(
    clock: Arc<dyn Clock>,
    command: Command,
    settings: &Settings,
) -> anyhow::Result<()> {
    let platform = Shopify::new(Arc::clone(&clock))?;
    shop_ingest::run(Arc::new(platform), clock, command, settings).await
}
