//! The service's settings, by their names.

use std::net::SocketAddr;

use secrecy::ExposeSecret as _;
use service::Settings;
use sqlx::postgres::PgConnectOptions;

/// The service's own role.
pub const DATABASE: &str = "DATABASE_URL";
/// Whoever may make roles and schemas; for `migrate` only.
pub const DATABASE_ADMIN: &str = "DATABASE_ADMIN_URL";
/// The password `migrate` gives the service's role; absent, it stays as it is.
pub const APP_PASSWORD: &str = "CATALOG_DB_PASSWORD";
/// Where the ledger answers gRPC.
pub const LEDGER_URL: &str = "LEDGER_URL";
/// Where shops reach this service: pictures stand there, under `/images/`. Absent, it is where HTTP is answered.
const PUBLIC_URL: &str = "PUBLIC_URL";
const NATS_URL: &str = "NATS_URL";
/// The broker's monitoring address, `http://host:port`.
pub const NATS_MONITOR: &str = "NATS_MONITOR_URL";

/// The database that the URL in setting `key` names.
pub fn database(settings: &Settings, key: &str) -> anyhow::Result<PgConnectOptions> {
    // The parser's message may quote the password: it is left out.
    settings
        .secret(key)?
        .expose_secret()
        .parse()
        .map_err(|_| anyhow::anyhow!("setting {key} is not a postgres:// address"))
}

/// The broker, as the service or as the provisioner.
pub fn broker(
    settings: &Settings,
    user: &str,
    password: &str,
    name: &str,
) -> anyhow::Result<bus::Options> {
    Ok(bus::Options {
        url: settings.required(NATS_URL)?,
        user: settings.required(user)?,
        password: settings.secret(password)?,
        name: name.to_owned(),
    })
}

/// Where shops reach this service.
pub fn public_url(settings: &Settings, listening: SocketAddr) -> anyhow::Result<String> {
    let url: Option<String> = settings.optional(PUBLIC_URL)?;
    let Some(url) = url else {
        return Ok(format!("http://{listening}"));
    };
    anyhow::ensure!(
        url.starts_with("https://") || url.starts_with("http://"),
        "setting {PUBLIC_URL} is no address"
    );
    Ok(url.trim_end_matches('/').to_owned())
}
