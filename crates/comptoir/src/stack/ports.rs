use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use super::kept;

/// Below the ports that systems hand to outgoing connections, so that no client is given a port
/// that a service wants back after a restart.
const FIRST: u16 = 20_000;
const LAST: u16 = 31_999;

/// How many ports are tried before giving up.
const ATTEMPTS: usize = 200;

/// Where the services listen on loopback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ports {
    /// Ingest: deliveries and health.
    pub(super) hooks: u16,
    /// Ledger: gRPC.
    pub(super) grpc: u16,
    /// Ledger: health.
    pub(super) ledger_health: u16,
}

impl Ports {
    /// The ports of the stack in `dir`: those it had before, unless something else took one.
    pub(super) fn of(dir: &Path) -> anyhow::Result<Self> {
        let path = dir.join("ports.json");
        let before: Option<Self> =
            kept::read(&path)?.and_then(|text| serde_json::from_str(&text).ok());
        if let Some(ports) = before
            && ports.all().into_iter().all(is_free)
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
            let mut ports = chosen.iter().copied();
            if let (Some(hooks), Some(grpc), Some(ledger_health)) =
                (ports.next(), ports.next(), ports.next())
            {
                return Ok(Self {
                    hooks,
                    grpc,
                    ledger_health,
                });
            }
        }
        bail!("no free ports between {FIRST} and {LAST}")
    }

    const fn all(self) -> [u16; 3] {
        let Self {
            hooks,
            grpc,
            ledger_health,
        } = self;
        [hooks, grpc, ledger_health]
    }
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
        assert!(
            others
                .all()
                .iter()
                .all(|port| (FIRST..=LAST).contains(port))
        );
    }
}
