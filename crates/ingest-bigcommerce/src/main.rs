//! `ingest-bigcommerce <serve|migrate|healthcheck>`

use service::{Command, Settings};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command = Command::from_args(std::env::args())?;
    let settings = Settings::from_process()?;
    ingest_bigcommerce::run(command, &settings).await
}
