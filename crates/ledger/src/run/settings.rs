//! The ledger's settings, by their names.

use std::path::PathBuf;

use anyhow::Context as _;
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use service::Settings;
use sqlx::postgres::PgConnectOptions;

use crate::retention;
use crate::seed::Seed;

/// The service's own role.
pub const DATABASE: &str = "DATABASE_URL";
/// Whoever may make roles and schemas; for `migrate` only.
pub const DATABASE_ADMIN: &str = "DATABASE_ADMIN_URL";
/// The password `migrate` gives the service's role; absent, it stays as it is.
pub const APP_PASSWORD: &str = "LEDGER_DB_PASSWORD";
/// Days that deliveries are listed for that only repeated what was recorded.
const REPEATED_DAYS: &str = "REPEATED_DELIVERY_DAYS";
/// The seed file; absent, nothing is planted.
const SEED: &str = "COMPTOIR_SEED";

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

/// How long deliveries are listed that only repeated what was recorded.
pub fn repeats_kept(settings: &Settings) -> anyhow::Result<SignedDuration> {
    let days = settings.or(REPEATED_DAYS, retention::DAYS)?;
    let limits = retention::LEAST_DAYS..=retention::MOST_DAYS;
    anyhow::ensure!(
        limits.contains(&days),
        "setting {REPEATED_DAYS} is {days}, not from {} to {}",
        limits.start(),
        limits.end()
    );
    Ok(SignedDuration::from_hours(i64::from(days) * 24))
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

pub fn seed(settings: &Settings) -> anyhow::Result<Option<Seed>> {
    settings
        .optional::<PathBuf>(SEED)?
        .map(|path| Seed::read(&path))
        .transpose()
        .context("cannot use the seed")
}
