//! One span and one duration for every call served, over HTTP and gRPC alike.
//!
//! The spans are of level debug, and exported all the same: without an exporter, and with the usual log filter,
//! a call costs no span at all.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use http::{HeaderMap, Request, Response};
use opentelemetry::KeyValue;
use opentelemetry::metrics::Histogram;
use tower::{Layer, Service};
use tracing::{Instrument as _, Span};

use crate::{metrics, telemetry};

/// The target of the spans made here, which exporters let through.
pub(crate) const TARGET: &str = module_path!();

/// Wraps a service so that every call runs in a span whose parent is the caller's, and its duration is measured.
///
/// Make it after [`telemetry::init`]. Put it on the routes worth a span: probes are not.
#[derive(Clone, Debug)]
pub struct TraceLayer {
    call: Call,
    duration: Histogram<f64>,
}

#[derive(Clone, Copy, Debug)]
enum Call {
    /// The operation's name. Never the path as it was asked for: paths name connections, and anyone can invent them.
    Http(&'static str),
    Grpc,
}

impl TraceLayer {
    /// For one route, under a constant name such as `POST /hooks/{connection}`.
    #[must_use]
    pub fn http(operation: &'static str) -> Self {
        Self {
            call: Call::Http(operation),
            duration: metrics::seconds(
                "http.server.request.duration",
                "time to answer an HTTP request",
            ),
        }
    }

    /// For a whole gRPC server; the method names the span.
    #[must_use]
    pub fn grpc() -> Self {
        Self {
            call: Call::Grpc,
            duration: metrics::seconds(
                "rpc.server.call.duration",
                "time to answer a gRPC call, or to begin its stream",
            ),
        }
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Trace<S>;

    fn layer(&self, inner: S) -> Trace<S> {
        Trace {
            inner,
            layer: self.clone(),
        }
    }
}

/// What [`TraceLayer`] makes of a service.
#[derive(Clone, Debug)]
pub struct Trace<S> {
    inner: S,
    layer: TraceLayer,
}

impl<S, B, R> Service<Request<B>> for Trace<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let started = Instant::now();
        let TraceLayer { call, duration } = self.layer.clone();
        let (span, method) = match call {
            Call::Http(operation) => (http_span(operation), None),
            Call::Grpc => {
                let method = request.uri().path().trim_start_matches('/').to_owned();
                (grpc_span(&method), Some(method))
            }
        };
        telemetry::set_parent(&span, |name| request.headers().get(name)?.to_str().ok());
        let answer = span
            .in_scope(|| self.inner.call(request))
            .instrument(span.clone());

        Box::pin(async move {
            let response = answer.await?;
            let seconds = started.elapsed().as_secs_f64();
            match call {
                Call::Http(operation) => {
                    let status = response.status();
                    span.record("http.response.status_code", status.as_u16());
                    if status.is_server_error() {
                        span.record("otel.status_code", "ERROR");
                    }
                    let attributes = [
                        KeyValue::new("http.route", operation),
                        KeyValue::new("http.response.status_code", i64::from(status.as_u16())),
                    ];
                    duration.record(seconds, &attributes);
                }
                Call::Grpc => {
                    let code = grpc_status(response.headers());
                    span.record("rpc.grpc.status_code", code as i32);
                    if is_our_fault(code) {
                        span.record("otel.status_code", "ERROR");
                    }
                    // A method nobody implements is an invention of the caller's: not a name to keep a series for.
                    let method = method
                        .filter(|_| code != tonic::Code::Unimplemented)
                        .unwrap_or_else(|| "unknown".to_owned());
                    let attributes = [
                        KeyValue::new("rpc.method", method),
                        KeyValue::new("rpc.grpc.status_code", i64::from(code as i32)),
                    ];
                    duration.record(seconds, &attributes);
                }
            }
            Ok(response)
        })
    }
}

fn http_span(operation: &'static str) -> Span {
    tracing::debug_span!(
        "http",
        otel.name = operation,
        otel.kind = "server",
        otel.status_code = tracing::field::Empty,
        http.response.status_code = tracing::field::Empty,
    )
}

fn grpc_span(method: &str) -> Span {
    tracing::debug_span!(
        "grpc",
        otel.name = method,
        otel.kind = "server",
        otel.status_code = tracing::field::Empty,
        rpc.grpc.status_code = tracing::field::Empty,
    )
}

/// An error without a body carries its code in the headers; anything else has at least begun well.
fn grpc_status(headers: &HeaderMap) -> tonic::Code {
    headers.get("grpc-status").map_or(tonic::Code::Ok, |code| {
        tonic::Code::from_bytes(code.as_bytes())
    })
}

fn is_our_fault(code: tonic::Code) -> bool {
    use tonic::Code;
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tower::{ServiceExt as _, service_fn};

    use super::*;

    #[tokio::test]
    async fn an_answer_passes_through_unchanged() {
        for layer in [TraceLayer::http("GET /"), TraceLayer::grpc()] {
            let inner = service_fn(async |request: Request<&'static str>| {
                let body = request.into_body();
                Ok::<_, Infallible>(Response::builder().status(418).body(body).unwrap())
            });
            let response = layer
                .layer(inner)
                .oneshot(Request::new("tea"))
                .await
                .unwrap();
            assert_eq!(
                (response.status().as_u16(), response.into_body()),
                (418, "tea")
            );
        }
    }

    #[test]
    fn the_grpc_code_is_read_from_the_headers() {
        let mut headers = HeaderMap::new();
        assert_eq!(grpc_status(&headers), tonic::Code::Ok);
        headers.insert("grpc-status", "5".parse().unwrap());
        assert_eq!(grpc_status(&headers), tonic::Code::NotFound);
        assert!(!is_our_fault(tonic::Code::NotFound));
    }
}
