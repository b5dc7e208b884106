//! The three commands.

mod migrate;
mod pushing;
mod serve;
mod settings;
mod tokens;

use std::collections::BTreeMap;
use std::sync::Arc;

use retail::PlatformCode;
use service::{Command, Settings, health, telemetry};
use shop::push::Push;

/// The service's name: of its process and its logs.
const NAME: &str = "catalog-push";

/// How the shops of each platform are told. Whoever starts this service says so: no platform is named here.
pub type Pushers = BTreeMap<PlatformCode, Arc<dyn Push>>;

/// Does what a process of this service is told to. Logs and traces end with it.
pub async fn run(command: Command, settings: &Settings, pushers: Pushers) -> anyhow::Result<()> {
    let _telemetry = telemetry::init(NAME, settings)?;
    run_untold(command, settings, pushers).await
}

/// The same without starting telemetry: for tests within one process.
pub async fn run_untold(
    command: Command,
    settings: &Settings,
    pushers: Pushers,
) -> anyhow::Result<()> {
    match command {
        Command::Serve => Box::pin(serve::serve(settings, pushers)).await,
        Command::Migrate => Box::pin(migrate::migrate(settings)).await,
        Command::Healthcheck => {
            let url = health::own_ready_url(settings)?;
            health::healthcheck(&url).await?;
            Ok(())
        }
    }
}
