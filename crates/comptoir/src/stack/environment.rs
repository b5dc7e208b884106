use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};

use super::StackOptions;
use super::kept;
use super::ports::Ports;
use crate::services::{Kind, Service};

/// Where the servers of a stack answer, and what they ask for.
pub(super) struct Servers {
    pub(super) database_url: SecretString,
    pub(super) nats_url: String,
    pub(super) monitor_url: String,
    pub(super) nats_passwords: BTreeMap<String, SecretString>,
}

/// What every service of a stack is told.
pub(super) struct Environment<'a> {
    pub(super) options: &'a StackOptions,
    pub(super) dir: &'a Path,
    pub(super) servers: &'a Servers,
    pub(super) ports: &'a Ports,
}

/// The ledger's database role.
const LEDGER_ROLE: &str = "ledger_app";
/// The catalogue's.
const CATALOG_ROLE: &str = "catalog_app";
/// Where settings put the password that `migrate` gives a service's database role.
const LEDGER_PASSWORD: &str = "LEDGER_DB_PASSWORD";
const CATALOG_PASSWORD: &str = "CATALOG_DB_PASSWORD";
const INGEST_PASSWORD: &str = "INGEST_DB_PASSWORD";
/// A service is asked to have drained before it would be killed.
const DRAIN_MARGIN_S: u64 = 2;

impl Environment<'_> {
    /// The settings of `serve`. What an operator sets besides, of one service, stands in a file of its name.
    pub(super) fn of(&self, service: Service) -> anyhow::Result<BTreeMap<String, String>> {
        let Self {
            options,
            dir,
            servers,
            ports,
        } = self;
        let deadline_s = options.shutdown_deadline.as_secs();
        let mut settings = BTreeMap::from([
            ("COMPTOIR_SEED", path(&dir.join("seed.toml"))),
            (
                "COMPTOIR_SEAL_KEY",
                kept::key(&dir.join("secrets/seal-key"))?,
            ),
            (
                service::access::OPERATOR_TOKEN,
                operator_token(dir)?.expose_secret().to_owned(),
            ),
            (
                service::access::SERVICE_KEY,
                kept::key(&dir.join("secrets/service-key"))?,
            ),
            ("DATABASE_URL", self.database_url(service)?),
            ("LISTEN_HTTP", ports.http(service)?.to_string()),
            ("LISTEN_GRPC", ports.grpc(service)?.to_string()),
            ("LOG", options.log.clone()),
            ("NATS_URL", servers.nats_url.clone()),
            ("NATS_MONITOR_URL", servers.monitor_url.clone()),
            ("NATS_USER", service.name().to_owned()),
            ("NATS_PASSWORD", self.nats_password(service.name())?),
            (
                "SHUTDOWN_DEADLINE_S",
                deadline_s.saturating_sub(DRAIN_MARGIN_S).max(1).to_string(),
            ),
        ]);
        let ledger = format!("http://{}", ports.grpc(Service::Ledger)?);
        match service.kind() {
            Kind::Ledger => {}
            Kind::Catalogue => {
                settings.insert("LEDGER_URL", ledger);
                settings.insert("INGEST_URLS", ingest_urls(ports)?);
            }
            Kind::Ingest(_) => {
                settings.insert("LEDGER_URL", ledger);
            }
        }
        let further = dir.join(format!("{}.toml", service.name()));
        if further.is_file() {
            settings.insert("COMPTOIR_SETTINGS", path(&further));
        }
        let own = settings
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value));
        Ok(own.chain(options.settings.clone()).collect())
    }

    /// What `migrate` needs besides.
    pub(super) fn admin(&self, service: Service) -> anyhow::Result<BTreeMap<String, String>> {
        let password = match service.kind() {
            Kind::Ledger => LEDGER_PASSWORD,
            Kind::Catalogue => CATALOG_PASSWORD,
            Kind::Ingest(_) => INGEST_PASSWORD,
        };
        let admin = bus::permission::ADMIN;
        Ok([
            (
                "DATABASE_ADMIN_URL",
                self.servers.database_url.expose_secret().to_owned(),
            ),
            (password, self.database_password(service)?),
            ("NATS_ADMIN_USER", admin.to_owned()),
            ("NATS_ADMIN_PASSWORD", self.nats_password(admin)?),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into())
    }

    fn nats_password(&self, user: &str) -> anyhow::Result<String> {
        let password = self.servers.nats_passwords.get(user);
        let password = password.with_context(|| format!("no password for broker user {user}"))?;
        Ok(password.expose_secret().to_owned())
    }

    fn database_password(&self, service: Service) -> anyhow::Result<String> {
        let file = format!("secrets/{}-database", service.name());
        kept::password(&self.dir.join(file))
    }

    /// The database as the service's own role.
    fn database_url(&self, service: Service) -> anyhow::Result<String> {
        let admin = self.servers.database_url.expose_secret();
        as_user(admin, &role(service), &self.database_password(service)?)
    }
}

/// Where each platform's ingest service answers, whether or not it runs.
fn ingest_urls(ports: &Ports) -> anyhow::Result<String> {
    let mut urls = Vec::new();
    for service in Service::ALL {
        match service.kind() {
            Kind::Ledger | Kind::Catalogue => {}
            Kind::Ingest(platform) => {
                urls.push(format!("{platform}=http://{}", ports.grpc(service)?));
            }
        }
    }
    Ok(urls.join(" "))
}

/// What the operator of the stack in `dir` calls its services with, made at first use.
pub(crate) fn operator_token(dir: &Path) -> anyhow::Result<SecretString> {
    kept::password(&dir.join("secrets/operator-token")).map(SecretString::from)
}

fn role(service: Service) -> String {
    match service.kind() {
        Kind::Ledger => LEDGER_ROLE.to_owned(),
        Kind::Catalogue => CATALOG_ROLE.to_owned(),
        Kind::Ingest(platform) => format!("ingest_{}_app", platform.replace('-', "_")),
    }
}

/// The same database as another user. The error does not show the URL, which holds a password.
fn as_user(url: &str, user: &str, password: &str) -> anyhow::Result<String> {
    let Some((scheme, rest)) = url.split_once("://") else {
        bail!("the database's address must be postgres://user:password@host:port/database");
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    Ok(format!("{scheme}://{user}:{password}@{host}/{path}"))
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_the_same_for_another_user() {
        let url = "postgres://postgres:p%40ss@127.0.0.1:20000/comptoir?sslmode=disable";
        assert_eq!(
            as_user(url, "ledger_app", "pw").unwrap(),
            "postgres://ledger_app:pw@127.0.0.1:20000/comptoir?sslmode=disable"
        );
        assert_eq!(
            as_user("postgres://h/d", "u", "p").unwrap(),
            "postgres://u:p@h/d"
        );
        let error = as_user("hunter2", "u", "p").unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
