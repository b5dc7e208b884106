use std::fmt;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use shop::sim::Access;
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
    /// What is done about updates of orders that are sales: "apply" (the default) or "ask".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_updates: Option<String>,
    /// Where the shop can be asked, with a key for it; all three or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shop_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer_secret: Option<String>,
    /// Whether the shop may be asked without TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_plain_http: Option<bool>,
}

impl SeedConnection {
    /// A shop that signs with `secret` and is only listened to.
    #[must_use]
    pub fn new(id: Uuid, retailer: Uuid, platform: &str, register: Uuid, secret: String) -> Self {
        Self {
            id,
            retailer,
            platform: platform.to_owned(),
            register,
            secrets: vec![secret],
            order_updates: None,
            shop_url: None,
            consumer_key: None,
            consumer_secret: None,
            allow_plain_http: None,
        }
    }

    /// A simulated shop: what it is asked with and signs with is `access`, and it is without TLS.
    #[must_use]
    pub fn simulated(
        id: Uuid,
        retailer: Uuid,
        platform: &str,
        register: Uuid,
        access: Access,
    ) -> Self {
        let Access {
            secret,
            shop_url,
            key,
            key_secret,
        } = access;
        Self {
            shop_url: Some(shop_url),
            consumer_key: Some(key),
            consumer_secret: Some(key_secret),
            allow_plain_http: Some(true),
            ..Self::new(id, retailer, platform, register, secret)
        }
    }
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
        toml::from_str(&text).map(Some).map_err(|error| {
            anyhow::anyhow!("{} is not a seed file: {}", path.display(), error.message())
        })
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
            order_updates,
            shop_url,
            consumer_key,
            consumer_secret,
            allow_plain_http,
        } = self;
        f.debug_struct("SeedConnection")
            .field("id", id)
            .field("retailer", retailer)
            .field("platform", platform)
            .field("register", register)
            .field("secrets", &secrets.len())
            .field("order_updates", order_updates)
            .field("shop_url", shop_url)
            .field("consumer_key", &consumer_key.is_some())
            .field("consumer_secret", &consumer_secret.is_some())
            .field("allow_plain_http", allow_plain_http)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> SeedConnection {
        let id = Uuid::nil();
        SeedConnection::new(id, id, "stall", id, "hush".to_owned())
    }

    #[test]
    fn a_seed_goes_to_the_file_and_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("seed.toml");
        assert_eq!(Seed::read(&path).unwrap(), None);
        let seed = Seed {
            connections: vec![connection()],
            ..Seed::default()
        };
        seed.write(&path).unwrap();
        assert_eq!(Seed::read(&path).unwrap(), Some(seed));
    }

    #[test]
    fn no_secret_is_shown() {
        let shown = format!("{:?}", connection());
        assert!(!shown.contains("hush"), "{shown}");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("seed.toml");
        std::fs::write(&path, "[[connection]]\nsecrets = hush").unwrap();
        let error = format!("{:#}", Seed::read(&path).unwrap_err());
        assert!(!error.contains("hush"), "{error}");
    }
}
