//! The three commands.

mod migrate;
mod serve;
mod settings;
mod tokens;

use service::{Command, Settings, health, telemetry};

/// The service's name: of its process and its logs.
const NAME: &str = "catalog-push";

/// Does what a process of this service is told to. Logs and traces end with it.
pub async fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    let _telemetry = telemetry::init(NAME, settings)?;
    run_untold(command, settings).await
}

/// The same without starting telemetry: for tests within one process.
pub async fn run_untold(command: Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::Serve => Box::pin(serve::serve(settings)).await,
        Command::Migrate => Box::pin(migrate::migrate(settings)).await,
        Command::Healthcheck => {
            let url = health::own_ready_url(settings)?;
            health::healthcheck(&url).await?;
            Ok(())
        }
    }
}
