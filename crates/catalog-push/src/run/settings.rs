//! The service's settings, by their names.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use retail::PlatformCode;
use secrecy::ExposeSecret as _;
use service::Settings;
use sqlx::postgres::PgConnectOptions;

use crate::push::PushSettings;

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
/// Where the ingest services answer gRPC, which lend shops: `shop1=http://host:port shop2=...`. The shops of a platform
/// that is not named are not told.
pub const INGEST_URLS: &str = "INGEST_URLS";
/// Of what no more than so many units are left, shops are told first.
const LAST_UNITS: &str = "PUSH_LAST_UNITS";
const LAST_UNITS_DEFAULT: u32 = 3;
/// Stock is told while no order waits for longer than so many milliseconds.
const ORDERS_MOMENT_MS: &str = "PUSH_ORDERS_MOMENT_MS";
const ORDERS_MOMENT_DEFAULT_MS: u64 = 2_000;
/// All stock of a shop is looked at every so many seconds.
const SWEEP_EVERY_S: &str = "PUSH_SWEEP_EVERY_S";
const SWEEP_EVERY_DEFAULT_S: u64 = 15 * 60;
/// A process that is not heard of for so many seconds tells no shops any more: another does.
const HELD_FOR_S: &str = "PUSH_HELD_FOR_S";
const HELD_FOR_DEFAULT_S: u64 = 30;
/// At least: it is renewed twice a second.
const HELD_FOR_LEAST_S: u64 = 2;
/// What shops were told is remembered for so many days.
const TOLD_DAYS: &str = "PUSH_TOLD_DAYS";
const TOLD_DEFAULT_DAYS: u64 = 400;
/// All that a shop shows is compared with the catalogue every so many seconds, a little at a time.
const SCAN_EVERY_S: &str = "DRIFT_SCAN_EVERY_S";
const SCAN_EVERY_DEFAULT_S: u64 = 24 * 60 * 60;
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

/// How shops are told.
pub fn push(settings: &Settings) -> anyhow::Result<PushSettings> {
    let last_units: u32 = settings.or(LAST_UNITS, LAST_UNITS_DEFAULT)?;
    let sweep_every_s = settings.or(SWEEP_EVERY_S, SWEEP_EVERY_DEFAULT_S)?;
    anyhow::ensure!(sweep_every_s > 0, "setting {SWEEP_EVERY_S} is zero");
    let scan_every_s = settings.or(SCAN_EVERY_S, SCAN_EVERY_DEFAULT_S)?;
    anyhow::ensure!(scan_every_s > 0, "setting {SCAN_EVERY_S} is zero");
    let told_days: u64 = settings.or(TOLD_DAYS, TOLD_DEFAULT_DAYS)?;
    let moment_ms = settings.or(ORDERS_MOMENT_MS, ORDERS_MOMENT_DEFAULT_MS)?;
    let held_for_s = settings.or(HELD_FOR_S, HELD_FOR_DEFAULT_S)?;
    anyhow::ensure!(
        held_for_s >= HELD_FOR_LEAST_S,
        "setting {HELD_FOR_S} is below {HELD_FOR_LEAST_S}"
    );
    Ok(PushSettings {
        held_for: Duration::from_secs(held_for_s),
        last_units: last_units.into(),
        orders_moment: Duration::from_millis(moment_ms),
        sweep_every: Duration::from_secs(sweep_every_s),
        scan_every: Duration::from_secs(scan_every_s),
        told_life: Duration::from_hours(24).saturating_mul(u32::try_from(told_days)?),
    })
}

/// Where the ingest services answer, by their platforms.
pub fn ingest_urls(settings: &Settings) -> anyhow::Result<BTreeMap<PlatformCode, String>> {
    let text: Option<String> = settings.optional(INGEST_URLS)?;
    let text = text.unwrap_or_default();
    let named = text.split_whitespace().map(|one| {
        let (platform, url) = one
            .split_once('=')
            .with_context(|| format!("setting {INGEST_URLS}: {one} is not platform=address"))?;
        let platform = PlatformCode::new(platform)
            .with_context(|| format!("setting {INGEST_URLS}: {platform} is no platform"))?;
        Ok((platform, url.to_owned()))
    });
    named.collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ingest_services_are_named_by_their_platforms() {
        let urls = |text: &str| ingest_urls(&Settings::from_map([(INGEST_URLS, text)]));
        let two = urls("shop1=http://a:1  shop2=http://b:2").unwrap();
        let shop2 = PlatformCode::new("shop2").unwrap();
        assert_eq!((two.len(), two[&shop2].as_str()), (2, "http://b:2"));
        assert!(urls("").unwrap().is_empty());
        for wrong in ["http://a:1", "Shop 1=http://a:1", "=x"] {
            assert!(urls(wrong).is_err(), "{wrong}");
        }
    }
}
