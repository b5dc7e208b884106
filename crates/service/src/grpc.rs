//! A gRPC server that drains.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use crate::access::Guard;
use crate::trace::TraceLayer;

/// For a call to be answered, or for its stream to begin.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Calls in flight on one connection; the next ones wait.
const CALLS_PER_CONNECTION: usize = 256;
/// How often a silent connection is asked whether it is still there.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(30);
/// For the answer to that.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest head of a call, in bytes.
const HEAD_LIMIT_BYTES: u32 = 32 * 1024;

/// Serves until `stop`, then takes no more calls, finishes those in flight and returns. Every call gets a span,
/// and must pass the guard.
///
/// A stream without an end must itself watch `stop`, or it holds the process until the lifecycle's deadline.
pub async fn serve(
    listener: TcpListener,
    routes: Routes,
    guard: Guard,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    Server::builder()
        .timeout(CALL_TIMEOUT)
        .concurrency_limit_per_connection(CALLS_PER_CONNECTION)
        .http2_keepalive_interval(Some(KEEPALIVE_EVERY))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .http2_max_header_list_size(HEAD_LIMIT_BYTES)
        .layer(TraceLayer::grpc())
        .layer(guard)
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, stop.cancelled_owned())
        .await
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;
    use tonic_health::pb::HealthCheckRequest;
    use tonic_health::pb::health_check_response::ServingStatus;
    use tonic_health::pb::health_client::HealthClient;

    use std::sync::Arc;

    use super::*;
    use crate::Settings;
    use crate::access::{Gate, NoRegister, SERVICE_KEY, Secrets};
    use crate::clock::SystemClock;
    use crate::health::Health;

    /// Nobody may call anything but what is open.
    fn guard() -> Guard {
        let key = "c2VydmljZSBrZXkgb2YgdGVzdHMsIDMyIGJ5dGVzIC4=";
        let secrets = Secrets::from_settings(&Settings::from_map([(SERVICE_KEY, key)])).unwrap();
        Guard::new(
            Gate::new(secrets, Arc::new(NoRegister), Arc::new(SystemClock)),
            &[],
        )
    }

    #[tokio::test]
    async fn a_stop_ends_watches_and_the_server() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let endpoint = tonic::transport::Endpoint::from_shared(address).unwrap();
        let health = Health::new();
        let stop = CancellationToken::new();
        let mut tasks = tokio::task::JoinSet::new();
        let routes = Routes::new(health.grpc(&[]));
        tasks.spawn(serve(listener, routes, guard(), stop.clone()));

        let mut client = HealthClient::new(endpoint.connect().await.unwrap());
        let whole_process = HealthCheckRequest::default();
        let mut changes = client.watch(whole_process).await.unwrap().into_inner();
        let now = changes.next().await.unwrap().unwrap();
        assert_eq!(now.status(), ServingStatus::Serving);

        health.drain();
        stop.cancel();
        let last = changes.next().await.unwrap().unwrap();
        assert_eq!(last.status(), ServingStatus::NotServing);
        assert!(changes.next().await.is_none());
        tasks.join_next().await.unwrap().unwrap().unwrap();
        assert!(endpoint.connect().await.is_err(), "nobody listens any more");
    }
}
