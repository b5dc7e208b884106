use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use super::kept;
use crate::services::{Kind, Service};

/// Below the ports that systems hand to outgoing connections, so that no client is given a port
/// that a service wants back after a restart.
const FIRST: u16 = 20_000;
const LAST: u16 = 31_999;

/// How many ports are tried before giving up.
const ATTEMPTS: usize = 200;

/// HTTP and gRPC for each service.
const PORTS_NEEDED: usize = 2 * Service::ALL.len();

/// Where the services listen on loopback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ports {
    /// HTTP of each service, by its name: deliveries, where it takes any, and health.
    http: BTreeMap<String, u16>,
    /// Ledger: gRPC.
    pub(super) grpc: u16,
    /// The same of each other service, by its name.
    #[serde(default, alias = "ingest_grpc")]
    other_grpc: BTreeMap<String, u16>,
}

impl Ports {
    /// The ports of the stack in `dir`: those it had before, unless something else took one.
    pub(super) fn of(dir: &Path) -> anyhow::Result<Self> {
        let path = dir.join("ports.json");
        let before: Option<Self> =
            kept::read(&path)?.and_then(|text| serde_json::from_str(&text).ok());
        if let Some(ports) = before
            && ports.is_complete()
            && ports.all().all(is_free)
        {
            return Ok(ports);
        }
        let ports = Self::choose()?;
        kept::write(&path, &serde_json::to_string_pretty(&ports)?)?;
        Ok(ports)
    }

    fn choose() -> anyhow::Result<Self> {
        let mut chosen = BTreeSet::new();
        for _ in 0..ATTEMPTS {
            let port = FIRST + random()? % (LAST - FIRST + 1);
            if is_free(port) {
                chosen.insert(port);
            }
            if chosen.len() >= PORTS_NEEDED {
                let mut ports = chosen.into_iter();
                let names = Service::ALL.map(|service| service.name().to_owned());
                let http = names.into_iter().zip(&mut ports).collect();
                let grpc = ports.next().context("two ports for each service")?;
                let names = others().map(|service| service.name().to_owned());
                let other_grpc = names.zip(ports).collect();
                return Ok(Self {
                    http,
                    grpc,
                    other_grpc,
                });
            }
        }
        bail!("no free ports between {FIRST} and {LAST}")
    }

    /// Where a service listens for HTTP.
    pub(super) fn http(&self, service: Service) -> anyhow::Result<SocketAddr> {
        let port = self.http.get(service.name());
        port.copied()
            .map(address)
            .with_context(|| format!("no port for {}", service.name()))
    }

    /// Where a service answers gRPC.
    pub(super) fn grpc(&self, service: Service) -> anyhow::Result<SocketAddr> {
        let port = match service.kind() {
            Kind::Ledger => Some(self.grpc),
            Kind::Catalogue | Kind::Ingest(_) => self.other_grpc.get(service.name()).copied(),
        };
        port.map(address)
            .with_context(|| format!("no gRPC port for {}", service.name()))
    }

    /// Where shops of a platform send deliveries: this, then `/<connection>`.
    pub(super) fn hooks_url(&self, platform: &str) -> anyhow::Result<String> {
        let of_platform = |service: &Service| match service.kind() {
            Kind::Ledger | Kind::Catalogue => false,
            Kind::Ingest(code) => code == platform,
        };
        let service = Service::ALL.into_iter().find(of_platform);
        let service = service.with_context(|| format!("no service for platform {platform}"))?;
        Ok(format!("http://{}/hooks", self.http(service)?))
    }

    /// A newer program may have more services.
    fn is_complete(&self) -> bool {
        let known = |service: &Service| self.http.contains_key(service.name());
        let answers = |service: Service| self.other_grpc.contains_key(service.name());
        Service::ALL.iter().all(known) && others().all(answers)
    }

    fn all(&self) -> impl Iterator<Item = u16> {
        let Self {
            http,
            grpc,
            other_grpc,
        } = self;
        let http = http.values().copied();
        http.chain([*grpc]).chain(other_grpc.values().copied())
    }
}

/// All services but the ledger.
fn others() -> impl Iterator<Item = Service> {
    let is_other = |service: &Service| match service.kind() {
        Kind::Ledger => false,
        Kind::Catalogue | Kind::Ingest(_) => true,
    };
    Service::ALL.into_iter().filter(is_other)
}

pub(super) fn address(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(address(port)).is_ok()
}

fn random() -> anyhow::Result<u16> {
    let mut bytes = [0; 2];
    getrandom::fill(&mut bytes).context("the system gives no randomness")?;
    Ok(u16::from_ne_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_kept_and_changed_only_when_taken() {
        let dir = tempfile::tempdir().unwrap();
        let ports = Ports::of(dir.path()).unwrap();
        assert_eq!(Ports::of(dir.path()).unwrap(), ports);
        let _taken = TcpListener::bind(address(ports.grpc)).unwrap();
        let others = Ports::of(dir.path()).unwrap();
        assert_ne!(others.grpc, ports.grpc);
        assert!(others.all().all(|port| (FIRST..=LAST).contains(&port)));
        let distinct: BTreeSet<_> = others.all().collect();
        assert_eq!(distinct.len(), PORTS_NEEDED);
    }
}
