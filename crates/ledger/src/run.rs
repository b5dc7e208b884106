//! The three commands.

mod healthcheck;
mod migrate;
mod serve;
mod settings;

use service::{Command, Settings};

/// Does what a process of this service was started for. Telemetry is the caller's: it outlives everything here.
pub async fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::Serve => Box::pin(serve::serve(settings)).await,
        Command::Migrate => Box::pin(migrate::migrate(settings)).await,
        Command::Healthcheck => healthcheck::healthcheck(settings).await,
    }
}
