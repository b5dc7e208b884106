//! Settings: one flat map, read once, from the environment and an optional TOML file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use secrecy::SecretString;

/// Names the TOML file that fills in what the environment leaves out.
pub const FILE_KEY: &str = "COMPTOIR_SETTINGS";

/// Largest settings file and largest secret file, in bytes.
const FILE_LIMIT_BYTES: u64 = 64 * 1024;

/// Appended to the key of a secret, names the file that holds it.
const SECRET_FILE_SUFFIX: &str = "_FILE";

/// Everything a process was told at its start. A value that is empty counts as absent.
#[derive(Clone, Default)]
pub struct Settings {
    values: BTreeMap<String, String>,
}

/// Why a setting could not be used. Names keys and files, never the value of a secret.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// The key is in neither the environment nor the settings file.
    #[error("setting {key} is missing")]
    Missing {
        /// The setting asked for.
        key: String,
    },
    /// The text does not read as the type asked for.
    #[error("setting {key} is not a valid {wanted}: {reason}")]
    Invalid {
        /// The setting asked for.
        key: String,
        /// The type asked for.
        wanted: &'static str,
        /// What the type's parser said.
        reason: String,
    },
    /// A secret was given both directly and as a file.
    #[error("setting {key} is given twice: as {key} and as {key}{SECRET_FILE_SUFFIX}")]
    GivenTwice {
        /// The setting asked for.
        key: String,
    },
    /// A file named by a setting cannot be read.
    #[error("cannot read {path}, named by setting {key}", path = path.display())]
    File {
        /// The setting that names the file.
        key: String,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The settings file is not a flat TOML table of texts, numbers and booleans.
    #[error("{path} is not a settings file: {reason}", path = path.display())]
    NotSettings {
        /// The file.
        path: PathBuf,
        /// What is wrong, without the line it stands on: that line may hold a secret.
        reason: String,
    },
}

impl Settings {
    /// Reads the environment, then the file named by `COMPTOIR_SETTINGS` if there is one. The environment wins.
    pub fn from_process() -> Result<Self, SettingError> {
        // An entry that is not UTF-8 is nobody's setting: the key that was meant will be reported as missing.
        let environment = std::env::vars_os()
            .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
        Self::from_map(environment).with_file()
    }

    /// Settings from pairs; a later pair wins over an earlier one.
    pub fn from_map<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        let values = pairs
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        Self { values }
    }

    /// The text of a setting, if it is there and not empty.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values
            .get(key)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// A setting that may be absent. Not for secrets: a parser's message may quote the text.
    pub fn optional<T>(&self, key: &str) -> Result<Option<T>, SettingError>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.get(key)
            .map(|text| {
                text.parse().map_err(|error: T::Err| SettingError::Invalid {
                    key: key.to_owned(),
                    wanted: short_type_name::<T>(),
                    reason: error.to_string(),
                })
            })
            .transpose()
    }

    /// A setting without which the process cannot start. Not for secrets: see [`Settings::secret`].
    pub fn required<T>(&self, key: &str) -> Result<T, SettingError>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.optional(key)?.ok_or_else(|| missing(key))
    }

    /// A setting with a default for when it is absent; a wrong text is an error, never the default.
    pub fn or<T>(&self, key: &str, default: T) -> Result<T, SettingError>
    where
        T: FromStr<Err: fmt::Display>,
    {
        Ok(self.optional(key)?.unwrap_or(default))
    }

    /// A secret, given as `KEY` or, as a path, in `KEY_FILE`. Line ends around the file's text are dropped.
    pub fn secret(&self, key: &str) -> Result<SecretString, SettingError> {
        self.optional_secret(key)?.ok_or_else(|| missing(key))
    }

    /// A secret that may be absent.
    pub fn optional_secret(&self, key: &str) -> Result<Option<SecretString>, SettingError> {
        let file_key = format!("{key}{SECRET_FILE_SUFFIX}");
        match (self.get(key), self.get(&file_key)) {
            (Some(_), Some(_)) => Err(SettingError::GivenTwice {
                key: key.to_owned(),
            }),
            (Some(text), None) => Ok(Some(SecretString::from(text))),
            (None, Some(path)) => {
                let text = read_limited(&file_key, Path::new(path))?;
                let text = text.trim();
                Ok((!text.is_empty()).then(|| SecretString::from(text)))
            }
            (None, None) => Ok(None),
        }
    }

    fn with_file(mut self) -> Result<Self, SettingError> {
        let Some(path) = self.get(FILE_KEY).map(PathBuf::from) else {
            return Ok(self);
        };
        let text = read_limited(FILE_KEY, &path)?;
        let table = toml::from_str::<toml::Table>(&text)
            .map_err(|error| not_settings(&path, error.message()))?;
        for (key, value) in table {
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Float(number) => number.to_string(),
                toml::Value::Boolean(flag) => flag.to_string(),
                toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
                    return Err(not_settings(
                        &path,
                        &format!("{key} is neither text, number nor boolean"),
                    ));
                }
            };
            if self.get(&key).is_none() {
                self.values.insert(key, value);
            }
        }
        Ok(self)
    }
}

/// Shows which settings there are, not what they say.
impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.values.keys()).finish()
    }
}

fn read_limited(key: &str, path: &Path) -> Result<String, SettingError> {
    use std::io::Read as _;

    let read = || {
        let mut text = String::new();
        let length = std::fs::File::open(path)?
            .take(FILE_LIMIT_BYTES + 1)
            .read_to_string(&mut text)?;
        if u64::try_from(length).is_ok_and(|length| length <= FILE_LIMIT_BYTES) {
            Ok(text)
        } else {
            Err(std::io::Error::from(std::io::ErrorKind::FileTooLarge))
        }
    };
    read().map_err(|source| SettingError::File {
        key: key.to_owned(),
        path: path.to_owned(),
        source,
    })
}

fn missing(key: &str) -> SettingError {
    SettingError::Missing {
        key: key.to_owned(),
    }
}

fn not_settings(path: &Path, reason: &str) -> SettingError {
    SettingError::NotSettings {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

/// `SocketAddr` for `core::net::socket_addr::SocketAddr`.
fn short_type_name<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    name.rsplit("::").next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use secrecy::ExposeSecret as _;

    use super::*;

    fn file(text: &str) -> (tempfile::NamedTempFile, String) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let path = file.path().to_str().unwrap().to_owned();
        (file, path)
    }

    #[test]
    fn an_empty_value_counts_as_absent() {
        let settings = Settings::from_map([("A", ""), ("B", "  "), ("C", " c ")]);
        assert_eq!(settings.get("A"), None);
        assert_eq!(settings.get("B"), None);
        assert_eq!(settings.get("C"), Some("c"));
        assert_eq!(settings.or("A", 7_u16).unwrap(), 7);
    }

    #[test]
    fn errors_name_the_key_and_the_type() {
        let settings =
            Settings::from_map([("LISTEN_HTTP", "everywhere"), ("SHUTDOWN_DEADLINE_S", "-1")]);
        let missing = settings.required::<SocketAddr>("LISTEN_GRPC").unwrap_err();
        assert_eq!(missing.to_string(), "setting LISTEN_GRPC is missing");
        let invalid = settings.required::<SocketAddr>("LISTEN_HTTP").unwrap_err();
        assert_eq!(
            invalid.to_string(),
            "setting LISTEN_HTTP is not a valid SocketAddr: invalid socket address syntax"
        );
        assert!(settings.or("SHUTDOWN_DEADLINE_S", 20_u64).is_err());
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let (_keep, path) = file("LOG = \"debug\"\nPORT = 80\nFLAG = true\n");
        let settings = Settings::from_map([(FILE_KEY, path.as_str()), ("LOG", "warn")])
            .with_file()
            .unwrap();
        assert_eq!(settings.get("LOG"), Some("warn"));
        assert_eq!(settings.required::<u16>("PORT").unwrap(), 80);
        assert!(settings.required::<bool>("FLAG").unwrap());
    }

    #[test]
    fn a_file_that_is_not_flat_toml_is_refused_without_quoting_it() {
        for text in [
            "KEY = hunter2",
            "KEY = [\"hunter2\"]",
            "[section]\nKEY = \"hunter2\"",
        ] {
            let (_keep, path) = file(text);
            let error = Settings::from_map([(FILE_KEY, path)])
                .with_file()
                .unwrap_err();
            assert!(matches!(error, SettingError::NotSettings { .. }), "{text}");
            assert!(
                !format!("{error} {error:?}").contains("hunter2"),
                "{error:?}"
            );
        }
    }

    #[test]
    fn a_secret_comes_from_the_value_or_from_the_file() {
        let (_keep, path) = file("from file\n");
        let settings = Settings::from_map([("A", "direct"), ("B_FILE", path.as_str())]);
        assert_eq!(settings.secret("A").unwrap().expose_secret(), "direct");
        assert_eq!(settings.secret("B").unwrap().expose_secret(), "from file");
        assert!(settings.optional_secret("C").unwrap().is_none());
        assert!(matches!(
            settings.secret("C"),
            Err(SettingError::Missing { .. })
        ));
    }

    #[test]
    fn a_secret_given_twice_or_in_a_missing_or_huge_file_is_refused() {
        let (_keep, huge) = file(&"x".repeat(usize::try_from(FILE_LIMIT_BYTES).unwrap() + 1));
        let settings = Settings::from_map([
            ("A", "one"),
            ("A_FILE", "/nowhere"),
            ("B_FILE", "/nowhere/at/all"),
            ("C_FILE", huge.as_str()),
        ]);
        assert!(matches!(
            settings.secret("A"),
            Err(SettingError::GivenTwice { .. })
        ));
        assert!(matches!(
            settings.secret("B"),
            Err(SettingError::File { .. })
        ));
        assert!(matches!(
            settings.secret("C"),
            Err(SettingError::File { .. })
        ));
    }

    #[test]
    fn debug_shows_no_value() {
        let settings = Settings::from_map([("DATABASE_URL", "postgres://ledger:hunter2@db")]);
        assert_eq!(format!("{settings:?}"), "{\"DATABASE_URL\"}");
    }
}
