use service::Settings;
use service::health;

/// Asks the process with the same settings whether it is ready.
pub async fn healthcheck(settings: &Settings) -> anyhow::Result<()> {
    let url = health::own_ready_url(settings)?;
    health::healthcheck(&url).await?;
    Ok(())
}
