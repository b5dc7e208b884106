use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde::Deserialize;

/// For each of connecting, asking and answering.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Largest answer read.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// What a process says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    /// The checks it passes.
    Ready(Vec<String>),
    /// What it misses, by check.
    NotReady(BTreeMap<String, String>),
    /// Nobody answers.
    Away(String),
}

impl Readiness {
    pub(crate) fn is_ready(&self) -> bool {
        matches!(self, Self::Ready(_))
    }

    /// For people.
    pub(crate) fn reason(&self) -> Option<String> {
        match self {
            Self::Ready(_) => None,
            Self::NotReady(checks) => {
                let reasons: Vec<String> = checks
                    .iter()
                    .map(|(check, reason)| format!("{check}: {reason}"))
                    .collect();
                Some(reasons.join("; "))
            }
            Self::Away(reason) => Some(format!("does not answer: {reason}")),
        }
    }
}

/// Asks a process on this machine for `/readyz`. Blocks for a few seconds at most.
pub(crate) fn readiness(address: SocketAddr) -> Readiness {
    match ask(address) {
        Ok(answer) => read(&answer),
        Err(error) => Readiness::Away(error.to_string()),
    }
}

fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.take(MAX_ANSWER_BYTES).read_to_string(&mut answer)?;
    Ok(answer)
}

/// A check is `true` or the reason why it does not pass.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    checks: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    detail: Option<String>,
}

fn read(answer: &str) -> Readiness {
    let status = answer.split(' ').nth(1);
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    if status == Some("200") {
        let checks =
            serde_json::from_str(body).map_or_else(|_| BTreeMap::new(), |body: Body| body.checks);
        return Readiness::Ready(checks.into_keys().collect());
    }
    let Ok(Body { checks, detail }) = serde_json::from_str(body) else {
        let line = answer.lines().next().unwrap_or("no answer");
        return Readiness::Away(line.to_owned());
    };
    let mut failing: BTreeMap<String, String> = checks
        .into_iter()
        .filter_map(|(check, reason)| Some((check, reason.as_str()?.to_owned())))
        .collect();
    if failing.is_empty() {
        failing.insert(
            "process".to_owned(),
            detail.unwrap_or_else(|| "not ready".to_owned()),
        );
    }
    Readiness::NotReady(failing)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn reasons_are_read_from_the_answer() {
        let body = r#"{"status":"ready","checks":{"broker":true,"database":true}}"#;
        let ready = Readiness::Ready(vec!["broker".to_owned(), "database".to_owned()]);
        assert_eq!(read(&format!("HTTP/1.1 200 OK\r\n\r\n{body}")), ready);
        let body = r#"{"title":"not ready","checks":{"broker":true,"database":"fsync is off"}}"#;
        let readiness = read(&format!("HTTP/1.1 503 Service Unavailable\r\n\r\n{body}"));
        assert!(!readiness.is_ready());
        assert_eq!(readiness.reason().unwrap(), "database: fsync is off");
        let body = r#"{"detail":"the process is stopping","checks":{}}"#;
        let readiness = read(&format!("HTTP/1.1 503 Service Unavailable\r\n\r\n{body}"));
        assert_eq!(
            readiness.reason().unwrap(),
            "process: the process is stopping"
        );
        assert!(matches!(
            read("HTTP/1.1 404 Not Found\r\n\r\n"),
            Readiness::Away(_)
        ));
    }

    #[test]
    fn nobody_there_is_away() {
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        assert!(matches!(readiness(free), Readiness::Away(_)));
    }
}
