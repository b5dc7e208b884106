use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use http::StatusCode;

use crate::http::{BodyError, body, loopback_client};
use crate::listen::{self, ListenError};
use crate::settings::Settings;

/// For the whole question: less than the 10 s that schedulers commonly give a health check.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The answer's body that is shown, in bytes.
const BODY_LIMIT_BYTES: usize = 16 * 1024;

/// Why a process is not healthy.
#[derive(Debug, thiserror::Error)]
pub enum UnhealthyError {
    /// It answered that it is not ready, and why.
    #[error("not ready, status {status}: {answer}")]
    NotReady {
        /// The status it answered with.
        status: StatusCode,
        /// The problem document it answered with.
        answer: String,
    },
    /// It did not answer.
    #[error("no answer")]
    NoAnswer(#[from] reqwest::Error),
    /// Its answer broke off or is too long.
    #[error(transparent)]
    Body(#[from] BodyError),
}

/// Asks a process on this machine for its `/readyz`: what the `healthcheck` command does.
pub async fn healthcheck(url: &str) -> Result<(), UnhealthyError> {
    let response = loopback_client()?.get(url).timeout(TIMEOUT).send().await?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let answer = body(response, BODY_LIMIT_BYTES).await?;
    Err(UnhealthyError::NotReady {
        status,
        answer: String::from_utf8_lossy(&answer).into_owned(),
    })
}

/// Where the process with the same settings answers `/readyz`: the address in `LISTEN_FILE`, else in `LISTEN_HTTP`.
pub fn own_ready_url(settings: &Settings) -> Result<String, ListenError> {
    let mut address: SocketAddr = listen::own_http(settings)?;
    // Listening everywhere includes this machine, but "everywhere" is no address to connect to.
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    Ok(format!("http://{address}/readyz"))
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::health::Health;

    #[tokio::test]
    async fn a_healthcheck_fails_until_the_process_is_ready() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/readyz", listener.local_addr().unwrap());
        let health = Health::new();
        let check = health.check("broker");
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(crate::http::serve(
            listener,
            health.router(),
            CancellationToken::new(),
        ));

        let UnhealthyError::NotReady { status, answer } = healthcheck(&url).await.unwrap_err()
        else {
            panic!("it did answer");
        };
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.contains("not checked yet"), "{answer}");
        check.pass();
        healthcheck(&url).await.unwrap();
        tasks.shutdown().await;
        assert!(matches!(
            healthcheck(&url).await,
            Err(UnhealthyError::NoAnswer(_))
        ));
    }

    #[test]
    fn the_own_url_is_one_to_connect_to() {
        for (address, url) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080/readyz"),
            ("0.0.0.0:80", "http://127.0.0.1:80/readyz"),
            ("[::]:80", "http://[::1]:80/readyz"),
        ] {
            let settings = Settings::from_map([("LISTEN_HTTP", address)]);
            assert_eq!(own_ready_url(&settings).unwrap(), url);
        }
    }
}
