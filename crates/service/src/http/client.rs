use std::sync::Once;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::failure;

/// For a connection to be made, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For a whole exchange, body included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Between two pieces of a body.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an unused connection is kept.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);
/// Unused connections kept for each host.
const IDLE_PER_HOST: usize = 8;

const USER_AGENT: &str = concat!("comptoir/", env!("CARGO_PKG_VERSION"));

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The body is longer than the caller's limit.
    #[error("response body is longer than {limit_bytes} bytes")]
    TooLong {
        /// The caller's limit.
        limit_bytes: usize,
    },
    /// No connection, or it broke or timed out.
    #[error("the exchange failed: {}", failure(.0))]
    Broken(#[from] reqwest::Error),
}

/// A client with our time limits and no redirects: a redirect could carry a secret elsewhere.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    client_builder().build()
}

/// What [`client`] builds from, for callers with other limits.
pub fn client_builder() -> reqwest::ClientBuilder {
    install_tls_provider();
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .redirect(reqwest::redirect::Policy::none())
}

/// A client for plain HTTP on this machine: it needs no certificates, which a small image may not have.
pub fn loopback_client() -> Result<reqwest::Client, reqwest::Error> {
    client_builder().no_proxy().tls_certs_only([]).build()
}

/// A client for either kind of address.
#[derive(Clone)]
pub struct Clients {
    tls: reqwest::Client,
    plain: reqwest::Client,
}

impl Clients {
    /// Fails when the machine has no TLS certificates to trust.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self {
            tls: client()?,
            plain: loopback_client()?,
        })
    }

    /// Without TLS only where an address has none: a simulator's on the same machine.
    #[must_use]
    pub const fn at(&self, is_https: bool) -> &reqwest::Client {
        if is_https { &self.tls } else { &self.plain }
    }
}

/// The body of a response, if it is no longer than `limit_bytes`. Stops reading at the limit.
pub async fn body(mut response: reqwest::Response, limit_bytes: usize) -> Result<Bytes, BodyError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > limit_bytes {
            return Err(BodyError::TooLong { limit_bytes });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn install_tls_provider() {
    static ONCE: Once = Once::new();
    // An error means that one is installed already, which is as good.
    ONCE.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::get;
    use tokio_util::sync::CancellationToken;

    use super::*;

    async fn served(router: Router) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(crate::http::serve(
            listener,
            router,
            CancellationToken::new(),
        ));
        tasks.detach_all();
        format!("http://{address}")
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_not_an_order() {
        let base =
            served(Router::new().route("/", get(async || Redirect::temporary("/elsewhere")))).await;
        let response = client().unwrap().get(base).send().await.unwrap();
        assert_eq!(response.status(), 307);
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        let base = served(Router::new().route("/", get(async || "x".repeat(1_000)))).await;
        let client = loopback_client().unwrap();
        let whole = client.get(&base).send().await.unwrap();
        assert_eq!(body(whole, 1_000).await.unwrap().len(), 1_000);
        let long = client.get(&base).send().await.unwrap();
        assert!(matches!(
            body(long, 999).await,
            Err(BodyError::TooLong { limit_bytes: 999 })
        ));
    }
}
