use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use http::StatusCode;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::Layer as _;
use tower_http::timeout::{Timeout, TimeoutLayer};

/// Connections served at once; the next ones wait in the listener's backlog.
const CONNECTION_LIMIT: usize = 4_096;
/// For the head of a request to arrive whole, and for an idle connection to say something.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// For a request to be answered, its body's arrival included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Largest head of a request, in bytes.
const HEAD_LIMIT_BYTES: usize = 32 * 1024;
/// After `accept` failed for want of file descriptors or memory, before it is tried again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves HTTP/1.1 until `stop`, then takes no more connections, finishes the requests in flight and returns.
///
/// Who must not wait for ever for those puts a limit on it: the lifecycle does.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let service =
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIMEOUT).layer(router);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_ended) = connections.join_next() => continue,
            accepted = listener.accept(), if connections.len() < CONNECTION_LIMIT => accepted,
        };
        match accepted {
            Ok((stream, _peer)) => {
                connections.spawn(connection(stream, service.clone(), stop.clone()));
            }
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
    Ok(())
}

async fn connection(stream: TcpStream, service: Timeout<Router>, stop: CancellationToken) {
    // Answers are small: waiting to fill a packet would only add the other side's delayed acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "connection closed before it was served");
        return;
    }
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_header_size(HEAD_LIMIT_BYTES)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // The other side's doing, and anyone can cause it: not worth more than a debug line.
        tracing::debug!(%error, "connection ended early");
    }
}

fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_stop_finishes_the_request_in_flight_and_closes_idle_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (started, mut has_started) = tokio::sync::mpsc::channel::<()>(1);
        let release = CancellationToken::new();
        let handler = {
            let release = release.clone();
            async move || {
                started.send(()).await.unwrap();
                release.cancelled().await;
                "done"
            }
        };
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(
            listener,
            Router::new().route("/slow", get(handler)),
            stop.clone(),
        ));

        let mut idle = TcpStream::connect(address).await.unwrap();
        let mut busy = TcpStream::connect(address).await.unwrap();
        busy.write_all(b"GET /slow HTTP/1.1\r\nhost: here\r\n\r\n")
            .await
            .unwrap();
        has_started.recv().await.unwrap();
        stop.cancel();
        assert_eq!(
            idle.read(&mut [0; 16]).await.unwrap(),
            0,
            "the idle connection is closed"
        );
        release.cancel();

        let mut answer = String::new();
        busy.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.ends_with("done"), "{answer}");
        tasks.join_next().await.unwrap().unwrap().unwrap();
        assert!(
            TcpStream::connect(address).await.is_err(),
            "nobody listens any more"
        );
    }
}
