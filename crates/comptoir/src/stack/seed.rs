use std::fmt;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::kept;

/// The seed file: who there is before anything happened. Services read it at start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed {
    #[serde(rename = "retailer", default)]
    pub retailers: Vec<SeedRetailer>,
    #[serde(rename = "outlet", default)]
    pub outlets: Vec<SeedOutlet>,
    #[serde(rename = "register", default)]
    pub registers: Vec<SeedRegister>,
    #[serde(rename = "connection", default)]
    pub connections: Vec<SeedConnection>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedRetailer {
    pub id: Uuid,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedOutlet {
    pub id: Uuid,
    pub retailer: Uuid,
    pub name: String,
    /// IANA name, for example "America/Toronto".
    pub time_zone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedRegister {
    pub id: Uuid,
    pub outlet: Uuid,
    pub name: String,
}

/// A shop, the register its sales are booked on, and the one or two secrets that sign its
/// deliveries.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedConnection {
    pub id: Uuid,
    pub retailer: Uuid,
    pub platform: String,
    pub register: Uuid,
    pub secrets: Vec<String>,
}

impl Seed {
    /// Writes the file for us alone: it holds secrets.
    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = toml::to_string_pretty(self).context("the seed cannot be written as TOML")?;
        kept::write(path, &text)
    }

    /// `None` if there is no such file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Option<Self>> {
        let Some(text) = kept::read(path)? else {
            return Ok(None);
        };
        // The parser's own message would show the line, which may hold a secret.
        toml::from_str(&text)
            .map(Some)
            .map_err(|error| anyhow::anyhow!("{} is not a seed file: {}", path.display(), error.message()))
    }
}

/// Shows how many secrets there are, not what they say.
impl fmt::Debug for SeedConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            retailer,
            platform,
            register,
            secrets,
        } = self;
        f.debug_struct("SeedConnection")
            .field("id", id)
            .field("retailer", retailer)
            .field("platform", platform)
            .field("register", register)
            .field("secrets", &secrets.len())
            .finish()
    }
}
