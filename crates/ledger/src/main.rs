//! The ledger as a process of its own.

use std::process::ExitCode;

use service::{Command, Settings, telemetry};

#[tokio::main]
async fn main() -> ExitCode {
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ledger: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn start() -> anyhow::Result<()> {
    let command = Command::from_args(std::env::args())?;
    let settings = Settings::from_process()?;
    let telemetry = telemetry::init("ledger", &settings)?;
    let ended = ledger::run(command, &settings).await;
    telemetry.shutdown();
    ended
}
