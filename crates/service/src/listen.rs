//! Where a process listens, and how others find out when the port was chosen by the system.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::settings::{SettingError, Settings};

/// The setting with the address for HTTP, as `address:port`; port 0 lets the system choose.
pub const HTTP: &str = "LISTEN_HTTP";
/// The setting with the address for gRPC.
pub const GRPC: &str = "LISTEN_GRPC";
/// The setting with the path of the file that says where the process listens.
pub const FILE: &str = "LISTEN_FILE";

/// The addresses a process is bound to, as written to the file: `{"http":"127.0.0.1:1234"}`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Listening {
    /// Where HTTP is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<SocketAddr>,
    /// Where gRPC is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grpc: Option<SocketAddr>,
}

/// Why a process cannot listen, or cannot say where.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// A setting is missing or wrong.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}, named by setting {key}")]
    Bind {
        /// The setting that names the address.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The file cannot be written or read.
    #[error("cannot use {path}, named by setting {FILE}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The port is the system's choice, and nothing says which one it chose.
    #[error(
        "setting {HTTP} leaves the port to the system, and setting {FILE} names no file with it"
    )]
    Unknown,
}

/// Binds the address in setting `key`, and tells which it is.
pub async fn bind(
    settings: &Settings,
    key: &'static str,
) -> Result<(TcpListener, SocketAddr), ListenError> {
    let address = settings.required(key)?;
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound.await.map_err(|source| ListenError::Bind {
        key,
        address,
        source,
    })
}

/// Says where the process listens: in the log, and in the file that `LISTEN_FILE` names if it names one.
/// The file is there whole or not at all. Call once everything is bound.
pub fn announce(settings: &Settings, listening: Listening) -> Result<(), ListenError> {
    let Listening { http, grpc } = listening;
    tracing::info!(
        http = http.map(tracing::field::display),
        grpc = grpc.map(tracing::field::display),
        "listening"
    );
    match settings.get(FILE).map(Path::new) {
        Some(path) => write(path, listening).map_err(|source| ListenError::File {
            path: path.to_owned(),
            source,
        }),
        None => Ok(()),
    }
}

/// The announcement in `path`: how a supervisor finds the process. Nothing while there is no file yet.
pub fn announced(path: &Path) -> Result<Option<Listening>, ListenError> {
    let read = match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(Into::into),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    read.map_err(|source| ListenError::File {
        path: path.to_owned(),
        source,
    })
}

/// Where the process with these settings answers HTTP.
pub(crate) fn own_http(settings: &Settings) -> Result<SocketAddr, ListenError> {
    if let Some(path) = settings.get(FILE)
        && let Some(Listening {
            http: Some(address),
            ..
        }) = announced(Path::new(path))?
    {
        return Ok(address);
    }
    let address: SocketAddr = settings.required(HTTP)?;
    if address.port() == 0 {
        return Err(ListenError::Unknown);
    }
    Ok(address)
}

fn write(path: &Path, listening: Listening) -> std::io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}", std::process::id()));
    let mut file = std::fs::File::create(&temporary)?;
    file.write_all(&serde_json::to_vec(&listening)?)?;
    drop(file);
    std::fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_chosen_by_the_system_is_announced_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("listening.json");
        let settings = Settings::from_map([(HTTP, "127.0.0.1:0"), (FILE, path.to_str().unwrap())]);
        assert_eq!(announced(&path).unwrap(), None);
        assert!(matches!(own_http(&settings), Err(ListenError::Unknown)));

        let (listener, address) = bind(&settings, HTTP).await.unwrap();
        assert_ne!(address.port(), 0);
        let listening = Listening {
            http: Some(address),
            grpc: None,
        };
        announce(&settings, listening).unwrap();
        assert_eq!(announced(&path).unwrap(), Some(listening));
        assert_eq!(own_http(&settings).unwrap(), address);
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            format!("{{\"http\":\"{address}\"}}")
        );
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );

        let taken = Settings::from_map([(HTTP, address.to_string())]);
        let error = bind(&taken, HTTP).await.unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("cannot listen on {address}")),
            "{error}"
        );
        drop(listener);
    }

    #[tokio::test]
    async fn a_missing_address_is_named() {
        let error = bind(&Settings::default(), GRPC).await.unwrap_err();
        assert_eq!(error.to_string(), "setting LISTEN_GRPC is missing");
    }
}
