//! The shop's API on a port of its own, as the network lets it be seen.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_LENGTH, RETRY_AFTER, TRANSFER_ENCODING};
use http::{HeaderValue, Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::certificates::Certificates;
use crate::faults::{AnswerFate, HandshakeFate};
use crate::network::Network;

/// Connections served at once; the next ones wait.
const CONNECTIONS_LIMIT: usize = 1_024;
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1_024;
/// For a TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// For the head of a request to arrive whole.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// After `accept` failed for want of file descriptors or memory, before it is tried again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Largest answer that can be cut, in bytes.
const ANSWER_LIMIT_BYTES: usize = 64 << 20;
/// Largest request that is taken, in bytes.
const REQUEST_LIMIT_BYTES: usize = 16 << 20;
/// What a busy shop asks for.
const RETRY_AFTER_S: u64 = 1;
/// How often the port is asked for back when an outage begins.
const RESERVE_ATTEMPTS: u32 = 100;
const RESERVE_PAUSE: Duration = Duration::from_millis(5);

/// Serves until `stop`. While the shop is away the port is held, and connections to it are refused.
pub(crate) async fn serve(
    mut listener: TcpListener,
    router: Router,
    network: Arc<Network>,
    stop: CancellationToken,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    while !stop.is_cancelled() {
        // Connections end with this, answered or not: a shop that is away does not finish its sentence.
        let mut connections = JoinSet::new();
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            () = network.outage.begun() => {}
            () = accept(&listener, &router, &network, &mut connections) => {}
        }
        drop(listener);
        drop(connections);
        network.counters.add(|counts| counts.outages += 1);
        let socket = reserve(address).await?;
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = network.outage.over() => {}
        }
        listener = socket.listen(BACKLOG)?;
    }
    Ok(())
}

/// Bound and not listening: nobody else gets the port, and who connects is refused.
async fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let mut attempt = 1;
    loop {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        match socket.bind(address) {
            Ok(()) => return Ok(socket),
            Err(error) if attempt >= RESERVE_ATTEMPTS => return Err(error),
            Err(_) => tokio::time::sleep(RESERVE_PAUSE).await,
        }
        attempt += 1;
    }
}

/// Never ends by itself.
async fn accept(
    listener: &TcpListener,
    router: &Router,
    network: &Arc<Network>,
    connections: &mut JoinSet<()>,
) {
    loop {
        let accepted = tokio::select! {
            biased;
            Some(_ended) = connections.join_next() => continue,
            accepted = listener.accept(), if connections.len() < CONNECTIONS_LIMIT => accepted,
        };
        match accepted {
            Ok((stream, _peer)) => {
                connections.spawn(connection(stream, router.clone(), Arc::clone(network)));
            }
            Err(error) => {
                tracing::debug!(%error, "cannot accept");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, router: Router, network: Arc<Network>) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    match &network.certificates {
        None => talk(stream, router, network).await,
        Some(certificates) => {
            let outdated = network.other_handshakes();
            if let Some(stream) = shake_hands(stream, certificates, &network).await {
                tokio::select! {
                    () = outdated => {}
                    () = talk(stream, router, Arc::clone(&network)) => {}
                }
            }
        }
    }
}

/// `None`: nobody asks anything.
async fn shake_hands(
    stream: TcpStream,
    certificates: &Certificates,
    network: &Network,
) -> Option<impl AsyncRead + AsyncWrite + Unpin> {
    let fate = network.handshake();
    let acceptor = TlsAcceptor::from(certificates.shown(fate));
    let shaken = timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await;
    let stream = shaken.ok().and_then(Result::ok);
    network.counters.add(|counts| {
        let counts = &mut counts.handshakes;
        match &stream {
            None => counts.failed += 1,
            Some(_) if fate == HandshakeFate::Good => counts.made += 1,
            Some(_) => counts.deceived += 1,
        }
    });
    stream
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, router: Router, network: Arc<Network>) {
    let service = service_fn(move |request| answer(router.clone(), Arc::clone(&network), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = pin!(connection).await {
        tracing::debug!(%error, "connection ended early");
    }
}

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the shop does not answer")]
struct NoAnswer;

async fn answer(
    router: Router,
    network: Arc<Network>,
    request: Request<Incoming>,
) -> Result<Response, NoAnswer> {
    let fate = network.answer();
    let (head, body) = request.into_parts();
    let body = to_bytes(Body::new(body), REQUEST_LIMIT_BYTES).await;
    let body = body.map_err(|_| NoAnswer)?;
    network.journals.add(&head.method, head.uri.path(), &body);
    let request = Request::from_parts(head, Body::from(body));
    network.counters.add(|counts| {
        let counts = &mut counts.answers;
        match fate {
            AnswerFate::Answered => counts.answered += 1,
            AnswerFate::Hung(_) => counts.hung += 1,
            AnswerFate::Busy => counts.busy += 1,
            AnswerFate::Failed => counts.failed += 1,
            AnswerFate::Denied => counts.denied += 1,
            AnswerFate::Broken => counts.broken += 1,
            AnswerFate::Truncated => counts.truncated += 1,
        }
    });
    match fate {
        AnswerFate::Answered => {
            let response = ask(router, request).await;
            if response.status() == StatusCode::TOO_MANY_REQUESTS {
                network.counters.add(|counts| counts.answers.hasty += 1);
            }
            Ok(response)
        }
        AnswerFate::Hung(silence) => {
            ask(router, request).await;
            tokio::time::sleep(silence).await;
            Err(NoAnswer)
        }
        AnswerFate::Busy => {
            let after = [(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S))];
            Ok((StatusCode::TOO_MANY_REQUESTS, after).into_response())
        }
        AnswerFate::Failed => Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
        AnswerFate::Denied => Ok(StatusCode::UNAUTHORIZED.into_response()),
        AnswerFate::Broken => {
            ask(router, request).await;
            Err(NoAnswer)
        }
        AnswerFate::Truncated => truncate(ask(router, request).await).await,
    }
}

async fn ask(router: Router, request: Request<Body>) -> Response {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The first half of the body, framed as if it were all of it.
async fn truncate(response: Response) -> Result<Response, NoAnswer> {
    let (mut head, body) = response.into_parts();
    let body = to_bytes(body, ANSWER_LIMIT_BYTES).await;
    let body = body.map_err(|_| NoAnswer)?;
    let half: Bytes = body.slice(..body.len() / 2);
    head.headers.remove(TRANSFER_ENCODING);
    head.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(half.len()));
    Ok(Response::from_parts(head, Body::from(half)))
}
