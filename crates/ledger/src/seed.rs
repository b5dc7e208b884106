//! The seed file: retailers, outlets, registers and connections, until they have a life of their own.
//!
//! ```toml
//! [[retailer]]
//! id = "…"
//! name = "Boutique Zoé"
//! time_zone = "America/Toronto"
//!
//! [[outlet]]
//! id = "…"
//! retailer = "…"
//! name = "Laurier"
//! time_zone = "America/Toronto"
//!
//! [[register]]
//! id = "…"
//! outlet = "…"
//! name = "Web"
//!
//! [[connection]]
//! id = "…"
//! retailer = "…"
//! platform = "woocommerce"
//! register = "…"
//! order_updates = "apply"
//! ```
//!
//! What a connection's ingest service tells of it replaces what is said of it here: the file makes it known before
//! that. What else a connection has (its secrets, its shop's address) is the ingest service's and is not read here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use retail::PlatformCode;
use serde::Deserialize;
use uuid::Uuid;

/// Largest seed file, in bytes.
const FILE_LIMIT_BYTES: u64 = 1024 * 1024;
/// Where nothing is said.
const DEFAULT_TIME_ZONE: &str = "UTC";

/// What the file says, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seed {
    pub retailers: Vec<Retailer>,
    pub outlets: Vec<Outlet>,
    pub registers: Vec<Register>,
    pub connections: Vec<Connection>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retailer {
    pub id: Uuid,
    pub name: String,
    pub time_zone: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlet {
    pub id: Uuid,
    pub retailer: Uuid,
    pub name: String,
    pub time_zone: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    pub id: Uuid,
    pub outlet: Uuid,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    pub id: Uuid,
    pub retailer: Uuid,
    pub platform: String,
    pub register: Uuid,
    pub order_updates: OrderUpdates,
}

/// What is done about updates of orders that are sales already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderUpdates {
    /// The sale follows the shop (WC-1).
    #[default]
    Apply,
    /// A person decides (SH-12).
    Ask,
}

/// Why a seed file cannot be used. Never quotes the file: it holds secrets of other services.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("cannot read the seed file {path}", path = path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("seed file {path} is not understood: {reason}", path = path.display())]
    Format { path: PathBuf, reason: String },
    #[error("seed file {path}: {reason}", path = path.display())]
    Inconsistent { path: PathBuf, reason: String },
}

impl Seed {
    pub fn read(path: &Path) -> Result<Self, SeedError> {
        let file = |source| SeedError::File {
            path: path.to_owned(),
            source,
        };
        let length = std::fs::metadata(path).map_err(file)?.len();
        if length > FILE_LIMIT_BYTES {
            return Err(file(std::io::ErrorKind::FileTooLarge.into()));
        }
        let text = std::fs::read_to_string(path).map_err(file)?;
        let raw: RawSeed = toml::from_str(&text).map_err(|error| SeedError::Format {
            path: path.to_owned(),
            reason: error.message().to_owned(),
        })?;
        raw.check().map_err(|reason| SeedError::Inconsistent {
            path: path.to_owned(),
            reason,
        })
    }
}

impl OrderUpdates {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Ask => "ask",
        }
    }
}

#[derive(Deserialize)]
struct RawSeed {
    #[serde(default)]
    retailer: Vec<RawRetailer>,
    #[serde(default)]
    outlet: Vec<RawOutlet>,
    #[serde(default)]
    register: Vec<RawRegister>,
    #[serde(default)]
    connection: Vec<RawConnection>,
}

#[derive(Deserialize)]
struct RawRetailer {
    id: Uuid,
    name: String,
    time_zone: Option<String>,
}

#[derive(Deserialize)]
struct RawOutlet {
    id: Uuid,
    retailer: Uuid,
    name: String,
    time_zone: Option<String>,
}

#[derive(Deserialize)]
struct RawRegister {
    id: Uuid,
    outlet: Uuid,
    name: String,
}

#[derive(Deserialize)]
struct RawConnection {
    id: Uuid,
    retailer: Uuid,
    platform: String,
    register: Uuid,
    #[serde(default)]
    order_updates: OrderUpdates,
}

impl RawSeed {
    /// Everything named exists, and a connection's register is its own retailer's.
    fn check(self) -> Result<Seed, String> {
        let Self {
            retailer,
            outlet,
            register,
            connection,
        } = self;
        let zone = |zone: Option<String>, parent: &str| {
            let zone = zone.unwrap_or_else(|| parent.to_owned());
            match jiff::tz::TimeZone::get(&zone) {
                Ok(_) => Ok(zone),
                Err(error) => Err(error.to_string()),
            }
        };
        let mut seed = Seed::default();
        let mut zones = BTreeMap::new();
        for RawRetailer {
            id,
            name,
            time_zone,
        } in retailer
        {
            let time_zone = zone(time_zone, DEFAULT_TIME_ZONE)?;
            zones.insert(id, time_zone.clone());
            seed.retailers.push(Retailer {
                id,
                name,
                time_zone,
            });
        }
        let mut retailer_of_outlet = BTreeMap::new();
        for RawOutlet {
            id,
            retailer,
            name,
            time_zone,
        } in outlet
        {
            let parent = zones
                .get(&retailer)
                .ok_or_else(|| format!("outlet {id} names no retailer of the file"))?;
            retailer_of_outlet.insert(id, retailer);
            seed.outlets.push(Outlet {
                id,
                retailer,
                name,
                time_zone: zone(time_zone, parent)?,
            });
        }
        let mut retailer_of_register = BTreeMap::new();
        for RawRegister { id, outlet, name } in register {
            let retailer = retailer_of_outlet
                .get(&outlet)
                .ok_or_else(|| format!("register {id} names no outlet of the file"))?;
            retailer_of_register.insert(id, *retailer);
            seed.registers.push(Register { id, outlet, name });
        }
        for RawConnection {
            id,
            retailer,
            platform,
            register,
            order_updates,
        } in connection
        {
            if retailer_of_register.get(&register) != Some(&retailer) {
                return Err(format!("connection {id} names no register of its retailer"));
            }
            let platform = PlatformCode::new(&platform)
                .map_err(|error| format!("connection {id}: {error}"))?;
            seed.connections.push(Connection {
                id,
                retailer,
                platform: platform.to_string(),
                register,
                order_updates,
            });
        }
        Ok(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        [[retailer]]
        id = "00000000-0000-0000-0000-000000000001"
        name = "Boutique"
        time_zone = "America/Toronto"
        [[outlet]]
        id = "00000000-0000-0000-0000-000000000002"
        retailer = "00000000-0000-0000-0000-000000000001"
        name = "Laurier"
        [[register]]
        id = "00000000-0000-0000-0000-000000000003"
        outlet = "00000000-0000-0000-0000-000000000002"
        name = "Web"
        [[connection]]
        id = "00000000-0000-0000-0000-000000000004"
        retailer = "00000000-0000-0000-0000-000000000001"
        platform = "woocommerce"
        register = "00000000-0000-0000-0000-000000000003"
        secrets = ["hunter2"]
        shop_url = "http://127.0.0.1:1"
    "#;

    fn read(text: &str) -> Result<Seed, SeedError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Seed::read(file.path())
    }

    #[test]
    fn a_seed_is_read_and_the_ingest_services_part_is_left_alone() {
        let seed = read(WHOLE).unwrap();
        assert_eq!(
            seed.outlets[0].time_zone, "America/Toronto",
            "the retailer's"
        );
        assert_eq!(seed.connections[0].order_updates, OrderUpdates::Apply);
        assert!(!format!("{seed:?}").contains("hunter2"));
    }

    #[test]
    fn what_does_not_fit_together_is_refused_without_quoting_a_secret() {
        for (from, to) in [
            (
                "outlet = \"00000000-0000-0000-0000-000000000002\"",
                "outlet = \"00000000-0000-0000-0000-000000000009\"",
            ),
            (
                "register = \"00000000-0000-0000-0000-000000000003\"",
                "register = \"00000000-0000-0000-0000-000000000009\"",
            ),
            ("America/Toronto", "America/Nowhere"),
            ("platform = \"woocommerce\"", "platform = \"Woo Commerce\""),
            (
                "secrets = [\"hunter2\"]",
                "secrets = [\"hunter2\"] order_updates = 1",
            ),
        ] {
            let error = read(&WHOLE.replace(from, to)).unwrap_err();
            assert!(
                !format!("{error} {error:?}").contains("hunter2"),
                "{error:?}"
            );
        }
    }
}
