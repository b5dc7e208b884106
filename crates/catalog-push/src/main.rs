//! `catalog-push <serve|migrate|healthcheck>`

use service::{Command, Settings};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command = Command::from_args(std::env::args())?;
    let settings = Settings::from_process()?;
    catalog_push::run(command, &settings).await
}
