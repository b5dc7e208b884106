//! The seed file: the connections there are, until they have a life of their own.
//!
//! Read by hand, key by key: a parser's own message would quote the value, and some are secrets.

use std::path::{Path, PathBuf};

use retail::PlatformCode;
use retail::posting::OrderUpdates;
use secrecy::SecretString;
use shop::{ApiAccess, Connection, LiveSecrets, PlainHttp, ShopUrl};
use toml::{Table, Value};

use crate::store::Planted;

/// The setting with the path of the seed file.
pub(crate) const SEED: &str = "COMPTOIR_SEED";

/// Largest seed file, in bytes: about ten thousand connections.
const FILE_LIMIT_BYTES: u64 = 4 << 20;

/// Why the seed file cannot be used. Names file, entry and key; never a value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SeedError {
    #[error("cannot read {path}, named by setting {SEED}", path = path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is not a seed file: line {line} is not TOML", path = path.display())]
    Syntax { path: PathBuf, line: usize },
    #[error("{path}: connection {entry}, key {key}: {reason}", path = path.display())]
    Entry {
        path: PathBuf,
        /// From 1, in the file's order.
        entry: usize,
        key: &'static str,
        reason: String,
    },
}

/// The connections of `platform` in the file at `path`. Everything else in it is other services'.
pub(crate) fn read(path: &Path, platform: &PlatformCode) -> Result<Vec<Planted>, SeedError> {
    let text = text(path).map_err(|source| SeedError::File {
        path: path.to_owned(),
        source,
    })?;
    parse(path, &text, platform)
}

fn text(path: &Path) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > FILE_LIMIT_BYTES {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    std::fs::read_to_string(path)
}

fn parse(path: &Path, text: &str, platform: &PlatformCode) -> Result<Vec<Planted>, SeedError> {
    let file: Table = text
        .parse()
        .map_err(|error: toml::de::Error| SeedError::Syntax {
            path: path.to_owned(),
            line: line(text, &error),
        })?;
    let entries = match file.get("connection") {
        None => &[][..],
        Some(Value::Array(entries)) => entries,
        Some(_) => {
            return Err(SeedError::Entry {
                path: path.to_owned(),
                entry: 1,
                key: "connection",
                reason: "is not a list of tables, [[connection]]".to_owned(),
            });
        }
    };
    let mut planted: Vec<Planted> = Vec::new();
    for (index, value) in entries.iter().enumerate() {
        let refused = |Wrong { key, reason }| SeedError::Entry {
            path: path.to_owned(),
            entry: index + 1,
            key,
            reason,
        };
        let one = connection(value).map_err(refused)?;
        let is_same = |other: &Planted| other.connection.id == one.connection.id;
        if planted.iter().any(is_same) {
            return Err(refused(Wrong::new("id", "is another connection's")));
        }
        planted.push(one);
    }
    planted.retain(|planted| planted.connection.platform == *platform);
    Ok(planted)
}

fn line(text: &str, error: &toml::de::Error) -> usize {
    let end = error.span().map_or(0, |span| span.start);
    1 + text.bytes().take(end).filter(|byte| *byte == b'\n').count()
}

struct Wrong {
    key: &'static str,
    reason: String,
}

impl Wrong {
    fn new(key: &'static str, reason: impl std::fmt::Display) -> Self {
        Self {
            key,
            reason: reason.to_string(),
        }
    }
}

fn connection(value: &Value) -> Result<Planted, Wrong> {
    let table = value
        .as_table()
        .ok_or_else(|| Wrong::new("connection", "is not a table"))?;
    let connection = Connection {
        id: parsed(table, "id")?,
        retailer: parsed(table, "retailer")?,
        platform: parsed(table, "platform")?,
        secrets: secrets(table)?,
        api: api(table)?,
    };
    Ok(Planted {
        connection,
        register: parsed(table, "register")?,
        order_updates: order_updates(table)?,
    })
}

fn order_updates(table: &Table) -> Result<Option<OrderUpdates>, Wrong> {
    const KEY: &str = "order_updates";

    match optional(table, KEY)? {
        None => Ok(None),
        Some("apply") => Ok(Some(OrderUpdates::Apply)),
        Some("ask") => Ok(Some(OrderUpdates::Ask)),
        Some(_) => Err(Wrong::new(KEY, "is neither apply nor ask")),
    }
}

fn secrets(table: &Table) -> Result<LiveSecrets, Wrong> {
    const KEY: &str = "secrets";

    let texts = table
        .get(KEY)
        .and_then(Value::as_array)
        .ok_or_else(|| Wrong::new(KEY, "is missing, or not a list"))?;
    let secrets = texts
        .iter()
        .map(|text| text.as_str().map(SecretString::from))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| Wrong::new(KEY, "holds something that is no text"))?;
    LiveSecrets::new(secrets).map_err(|error| Wrong::new(KEY, error))
}

/// All three keys or none: a shop that is only listened to has no access to its API.
fn api(table: &Table) -> Result<Option<ApiAccess>, Wrong> {
    const URL: &str = "shop_url";
    const KEY: &str = "consumer_key";
    const SECRET: &str = "consumer_secret";
    const PLAIN: &str = "allow_plain_http";

    let plain_http = match table.get(PLAIN).map(Value::as_bool) {
        None | Some(Some(false)) => PlainHttp::Refused,
        Some(Some(true)) => PlainHttp::Allowed,
        Some(None) => return Err(Wrong::new(PLAIN, "is neither true nor false")),
    };
    let url = optional(table, URL)?
        .map(|text| ShopUrl::new(text).map_err(|error| Wrong::new(URL, error)))
        .transpose()?;
    match (url, optional(table, KEY)?, optional(table, SECRET)?) {
        (_, None, None) => Ok(None),
        (Some(url), Some(key), Some(secret)) => {
            ApiAccess::new(url, key.into(), secret.into(), plain_http)
                .map(Some)
                .map_err(|error| Wrong::new(URL, error))
        }
        (None, _, _) => Err(Wrong::new(URL, "is missing, though there is a key for it")),
        (Some(_), None, Some(_)) => Err(Wrong::new(KEY, "is missing, though there is a secret")),
        (Some(_), Some(_), None) => Err(Wrong::new(SECRET, "is missing, though there is a key")),
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    table: &Table,
    key: &'static str,
) -> Result<T, Wrong> {
    optional(table, key)?
        .ok_or_else(|| Wrong::new(key, "is missing"))?
        .parse()
        .map_err(|error| Wrong::new(key, error))
}

fn optional<'a>(table: &'a Table, key: &'static str) -> Result<Option<&'a str>, Wrong> {
    match table.get(key) {
        None => Ok(None),
        Some(value) => value
            .as_str()
            .map(Some)
            .ok_or_else(|| Wrong::new(key, "is not a text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [[retailer]]
        id = "00000000-0000-7000-8000-000000000001"
        name = "Demo"

        [[connection]]
        id = "00000000-0000-7000-8000-00000000000a"
        retailer = "00000000-0000-7000-8000-000000000001"
        platform = "stall"
        register = "00000000-0000-7000-8000-000000000003"
        order_updates = "apply"
        secrets = ["hush-1", "hush-2"]
        shop_url = "https://shop.example/"
        consumer_key = "ck_hush"
        consumer_secret = "cs_hush"

        [[connection]]
        id = "00000000-0000-7000-8000-00000000000b"
        retailer = "00000000-0000-7000-8000-000000000001"
        platform = "market"
        register = "00000000-0000-7000-8000-000000000003"
        secrets = ["hush-3"]
    "#;

    fn parsed(text: &str) -> Result<Vec<Planted>, SeedError> {
        parse(
            Path::new("seed.toml"),
            text,
            &PlatformCode::new("stall").unwrap(),
        )
    }

    #[test]
    fn the_platforms_connections_are_read() {
        let connections = parsed(GOOD).unwrap();
        assert_eq!(connections.len(), 1);
        let Planted {
            connection,
            register: _,
            order_updates,
        } = &connections[0];
        assert_eq!(connection.secrets.iter().count(), 2);
        assert_eq!(*order_updates, Some(OrderUpdates::Apply));
        assert_eq!(
            connection.api.as_ref().unwrap().url.as_str(),
            "https://shop.example"
        );
        assert!(parsed("").unwrap().is_empty());
    }

    #[test]
    fn an_error_names_file_entry_and_key_and_never_a_secret() {
        for (from, to, named) in [
            (
                "00000000-0000-7000-8000-00000000000b\"",
                "hush\"",
                "connection 2, key id",
            ),
            (
                "00000000-0000-7000-8000-00000000000b",
                "00000000-0000-7000-8000-00000000000a",
                "connection 2, key id",
            ),
            ("[\"hush-3\"]", "\"hush-3\"", "connection 2, key secrets"),
            ("[\"hush-3\"]", "[]", "connection 2, key secrets"),
            ("[\"hush-3\"]", "[3]", "connection 2, key secrets"),
            (
                "\"hush-2\"]",
                "\"hush-2\", \"hush-4\"]",
                "connection 1, key secrets",
            ),
            (
                "https://shop.example/",
                "http://shop.example/",
                "connection 1, key shop_url",
            ),
            (
                "https://shop.example/",
                "hush",
                "connection 1, key shop_url",
            ),
            (
                "consumer_key = \"ck_hush\"",
                "",
                "connection 1, key consumer_key",
            ),
            (
                "consumer_key = \"ck_hush\"",
                "consumer_key = 7",
                "connection 1, key consumer_key",
            ),
            (
                "platform = \"stall\"",
                "platform = \"Stall!\"",
                "connection 1, key platform",
            ),
            (
                "order_updates = \"apply\"",
                "order_updates = \"hush\"",
                "connection 1, key order_updates",
            ),
            ("[\"hush-3\"]", "[\"hush-3\"", "line 2"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let message = parsed(&GOOD.replace(from, to)).unwrap_err().to_string();
            assert!(message.contains(named), "{message}");
            assert!(message.contains("seed.toml"), "{message}");
            assert!(!message.contains("hush"), "{message}");
        }
    }
}
