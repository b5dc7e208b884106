//! An ingest service's settings, by their names.

use std::time::Duration;

use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use service::Settings;
use service::settings::SettingError;
use sqlx::postgres::PgConnectOptions;

use crate::archive;

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
/// Where the ledger answers, `http://host:port`; absent, every order that polling finds is told.
pub(crate) const LEDGER_URL: &str = "LEDGER_URL";
/// Where shops reach this service, without `/hooks`; absent, only shops on this machine are told of it.
pub(crate) const PUBLIC_URL: &str = "PUBLIC_URL";
/// Signed deliveries a second that are taken of one connection.
pub(crate) const HOOKS_PER_SECOND: &str = "HOOKS_PER_SECOND";
/// What every shop lets itself be asked in a second, in its platform's own units: of shops on a machine of one's own.
/// Absent: as the shop says, or its platform documents.
pub(crate) const SHOP_PER_SECOND: &str = "SHOP_PER_SECOND";
/// Milliseconds between two polls of a connection.
pub(crate) const POLL_EVERY_MS: &str = "POLL_EVERY_MS";
/// Milliseconds between two looks at a connection's webhooks.
pub(crate) const HOOKS_EVERY_MS: &str = "HOOKS_EVERY_MS";
/// Milliseconds between two counts of all orders of a connection's shop.
pub(crate) const COUNT_EVERY_MS: &str = "COUNT_EVERY_MS";
/// Milliseconds that a webhook may come after polling saw the change, before it counts as missed.
pub(crate) const GAP_GRACE_MS: &str = "GAP_GRACE_MS";

/// Milliseconds between two looks at what is to be erased.
pub(crate) const PRIVACY_EVERY_MS: &str = "PRIVACY_EVERY_MS";

/// Days that raw deliveries are kept.
pub(crate) const ARCHIVE_DAYS: &str = "ARCHIVE_DAYS";
/// What a shopkeeper reads who is asked to let us in, where the platform lets us say it.
pub(crate) const APP_NAME: &str = "APP_NAME";
/// What the platform knows our app by; absent, shops are linked by their keys alone.
pub(crate) const APP_CLIENT_ID: &str = "APP_CLIENT_ID";
pub(crate) const APP_CLIENT_SECRET: &str = "APP_CLIENT_SECRET";
/// The one before, as long as the platform may still sign with it.
pub(crate) const APP_CLIENT_SECRET_OLD: &str = "APP_CLIENT_SECRET_OLD";
/// Where to sign in and to ask instead of at the platform: a simulator, for try-outs and tests.
pub(crate) const APP_STAND_IN_URL: &str = "APP_STAND_IN_URL";

/// How long raw deliveries are kept.
pub(crate) fn retention(settings: &Settings) -> anyhow::Result<SignedDuration> {
    let days = settings.or(ARCHIVE_DAYS, archive::DAYS)?;
    let limits = archive::LEAST_DAYS..=archive::MOST_DAYS;
    anyhow::ensure!(
        limits.contains(&days),
        "setting {ARCHIVE_DAYS} is {days}, not from {} to {}",
        limits.start(),
        limits.end()
    );
    Ok(SignedDuration::from_hours(i64::from(days) * 24))
}

/// A time of the settings, in milliseconds.
pub(crate) fn duration(
    settings: &Settings,
    key: &str,
    default: Duration,
) -> Result<Duration, SettingError> {
    let chosen: Option<u64> = settings.optional(key)?;
    Ok(chosen.map_or(default, Duration::from_millis))
}

/// The database that the address in setting `key` names.
pub(crate) fn database(settings: &Settings, key: &str) -> anyhow::Result<PgConnectOptions> {
    // The parser's message may quote the password: it is left out.
    settings
        .secret(key)?
        .expose_secret()
        .parse()
        .map_err(|_| anyhow::anyhow!("setting {key} is not a postgres:// address"))
}
