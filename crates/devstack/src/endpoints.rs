use std::{collections::BTreeMap, path::Path};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::{Error, at::At as _, files};

/// Where a stack's servers answer, and the secrets they ask for.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// The administrator's URL of the stack's database, password included.
    pub database_url: SecretString,
    pub nats_url: String,
    /// The broker's monitoring page; unknown for some brokers from outside.
    pub monitor_url: Option<String>,
    /// By user; empty for a broker from outside.
    pub nats_passwords: BTreeMap<String, SecretString>,
}

/// As in the file, which only we may read.
#[derive(Serialize, Deserialize)]
struct Written {
    database_url: String,
    nats_url: String,
    monitor_url: Option<String>,
    nats_passwords: BTreeMap<String, String>,
}

impl Endpoints {
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        let Self {
            database_url,
            nats_url,
            monitor_url,
            nats_passwords,
        } = self;
        let written = Written {
            database_url: database_url.expose_secret().to_owned(),
            nats_url: nats_url.clone(),
            monitor_url: monitor_url.clone(),
            nats_passwords: nats_passwords
                .iter()
                .map(|(user, password)| (user.clone(), password.expose_secret().to_owned()))
                .collect(),
        };
        let text = serde_json::to_string_pretty(&written)
            .map_err(std::io::Error::from)
            .at("write", path)?;
        files::write_private(path, &text)
    }

    /// `None` if there is no such file.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Error> {
        let Some(text) = files::read_if_there(path)? else {
            return Ok(None);
        };
        let Written {
            database_url,
            nats_url,
            monitor_url,
            nats_passwords,
        } = serde_json::from_str(&text)
            .map_err(std::io::Error::from)
            .at("read", path)?;
        Ok(Some(Self {
            database_url: SecretString::from(database_url),
            nats_url,
            monitor_url,
            nats_passwords: nats_passwords
                .into_iter()
                .map(|(user, password)| (user, SecretString::from(password)))
                .collect(),
        }))
    }
}
