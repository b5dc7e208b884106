use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::Context as _;
use devstack::Port;
use serde::{Deserialize, Serialize};

use super::kept;
use crate::services::{Kind, Service};

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
    /// The ports of the stack in `dir`: those it had before, unless something else took one. They are ours for as
    /// long as what comes with them is kept.
    pub(super) fn of(dir: &Path) -> anyhow::Result<(Self, Vec<Port>)> {
        let path = dir.join("ports.json");
        let before: Option<Self> =
            kept::read(&path)?.and_then(|text| serde_json::from_str(&text).ok());
        if let Some(ports) = before
            && ports.is_complete()
            && let Some(held) = ports.hold()?
        {
            return Ok((ports, held));
        }
        let (ports, held) = Self::choose()?;
        kept::write(&path, &serde_json::to_string_pretty(&ports)?)?;
        Ok((ports, held))
    }

    fn choose() -> anyhow::Result<(Self, Vec<Port>)> {
        let held: Result<Vec<_>, _> = (0..PORTS_NEEDED).map(|_| Port::any()).collect();
        let held = held?;
        let mut numbers = held.iter().map(Port::number);
        let names = Service::ALL.map(|service| service.name().to_owned());
        let http = names.into_iter().zip(&mut numbers).collect();
        let grpc = numbers.next().context("two ports for each service")?;
        let names = others().map(|service| service.name().to_owned());
        let other_grpc = names.zip(numbers).collect();
        let ports = Self {
            http,
            grpc,
            other_grpc,
        };
        Ok((ports, held))
    }

    /// `None` where one of them is taken.
    fn hold(&self) -> anyhow::Result<Option<Vec<Port>>> {
        let held: Result<Option<Vec<_>>, _> = self.all().map(Port::exactly).collect();
        Ok(held?)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn ports_are_kept_and_changed_only_when_taken() {
        let dir = tempfile::tempdir().unwrap();
        let (ports, held) = Ports::of(dir.path()).unwrap();
        drop(held);
        let (same, held) = Ports::of(dir.path()).unwrap();
        assert_eq!(same, ports);
        drop(held);
        let _taken = TcpListener::bind(address(ports.grpc)).unwrap();
        let (others, _held) = Ports::of(dir.path()).unwrap();
        assert_ne!(others.grpc, ports.grpc);
        let distinct: BTreeSet<_> = others.all().collect();
        assert_eq!(distinct.len(), PORTS_NEEDED);
    }

    #[test]
    fn two_stacks_that_start_at_once_share_no_port() {
        let dir = tempfile::tempdir().unwrap();
        let (one, _held) = Ports::of(dir.path()).unwrap();
        // Nothing listens yet on any of them.
        let (other, _also_held) = Ports::of(dir.path()).unwrap();
        let of_one: BTreeSet<_> = one.all().collect();
        assert!(other.all().all(|port| !of_one.contains(&port)));
    }
}
