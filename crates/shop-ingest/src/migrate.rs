//! Making the broker what this service needs. Idempotent.

use anyhow::Context as _;
use bus::{Bus, Map, Options, Service, provision};
use service::Settings;
use shop::Platform;

const ADMIN_USER: &str = "NATS_ADMIN_USER";
const ADMIN_PASSWORD: &str = "NATS_ADMIN_PASSWORD";

pub(crate) async fn migrate(platform: &dyn Platform, settings: &Settings) -> anyhow::Result<()> {
    let service = Service::Ingest(platform.code());
    let bus = Bus::connect(Options {
        url: settings.required(crate::serve::NATS_URL)?,
        user: settings.required(ADMIN_USER)?,
        password: settings.secret(ADMIN_PASSWORD)?,
        name: format!("{service} migrate"),
    })
    .await?;
    provision::provision(&bus, &Map::of(&service), provision::Options::default())
        .await
        .context("cannot provision the broker")?;
    bus.drain().await;
    tracing::info!(%service, "streams and consumers are as they should be");
    Ok(())
}
