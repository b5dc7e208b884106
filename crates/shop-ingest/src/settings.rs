//! An ingest service's settings, by their names.

use secrecy::ExposeSecret as _;
use service::Settings;
use sqlx::postgres::PgConnectOptions;

/// The database, as the service's own role.
pub(crate) const DATABASE: &str = "DATABASE_URL";
/// The same as whoever may make roles and schemas; for `migrate` only.
pub(crate) const DATABASE_ADMIN: &str = "DATABASE_ADMIN_URL";
/// The password `migrate` gives the service's role; absent, it stays as it is.
pub(crate) const APP_PASSWORD: &str = "INGEST_DB_PASSWORD";
pub(crate) const NATS_URL: &str = "NATS_URL";
pub(crate) const NATS_USER: &str = "NATS_USER";
pub(crate) const NATS_PASSWORD: &str = "NATS_PASSWORD";
pub(crate) const NATS_MONITOR_URL: &str = "NATS_MONITOR_URL";
pub(crate) const NATS_ADMIN_USER: &str = "NATS_ADMIN_USER";
pub(crate) const NATS_ADMIN_PASSWORD: &str = "NATS_ADMIN_PASSWORD";

/// The database that the address in setting `key` names.
pub(crate) fn database(settings: &Settings, key: &str) -> anyhow::Result<PgConnectOptions> {
    // The parser's message may quote the password: it is left out.
    settings
        .secret(key)?
        .expose_secret()
        .parse()
        .map_err(|_| anyhow::anyhow!("setting {key} is not a postgres:// address"))
}
