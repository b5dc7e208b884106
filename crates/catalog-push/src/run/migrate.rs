use bus::{Bus, Map, provision};
use service::Settings;

use super::settings;
use crate::store;

/// Copies of each stream: 3 in a cluster of brokers.
const REPLICAS: &str = "NATS_REPLICAS";

/// Brings schema, streams and consumers to what this build knows. Idempotent.
pub async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let admin = settings::database(settings, settings::DATABASE_ADMIN)?;
    let password = settings.optional_secret(settings::APP_PASSWORD)?;
    store::migrate(&admin, password.as_ref()).await?;
    tracing::info!("the database is ready");

    let options = settings::broker(
        settings,
        "NATS_ADMIN_USER",
        "NATS_ADMIN_PASSWORD",
        "catalog-push migrate",
    )?;
    let bus = Bus::connect(options).await?;
    let replicas = settings.or(REPLICAS, provision::Options::default().replicas)?;
    let map = Map::of(&bus::Service::CatalogPush);
    provision::provision(&bus, &map, provision::Options { replicas }).await?;
    bus.drain().await;
    tracing::info!("streams and consumers are ready");
    Ok(())
}
