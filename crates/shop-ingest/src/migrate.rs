//! Making database and broker what this service needs. Idempotent.

use anyhow::Context as _;
use bus::{Bus, Map, Options, Service, provision};
use service::Settings;
use shop::Platform;

use crate::settings;
use crate::store::{self, Schema};

pub(crate) async fn migrate(platform: &dyn Platform, settings: &Settings) -> anyhow::Result<()> {
    let schema = Schema::of(&platform.code());
    let admin = settings::database(settings, settings::DATABASE_ADMIN)?;
    let password = settings.optional_secret(settings::APP_PASSWORD)?;
    store::migrate(&admin, &schema, password.as_ref()).await?;
    tracing::info!(%schema, "the schema is as it should be");

    let service = Service::Ingest(platform.code());
    let bus = Bus::connect(Options {
        url: settings.required(settings::NATS_URL)?,
        user: settings.required(settings::NATS_ADMIN_USER)?,
        password: settings.secret(settings::NATS_ADMIN_PASSWORD)?,
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
