//! W3C trace context in message headers, so that one trace runs from webhook to sale.

use async_nats::{HeaderMap, HeaderValue};
use opentelemetry::Context;
use service::telemetry;

/// Writes the current span's context into `headers`; nothing when nothing is traced.
pub(crate) fn inject(headers: &mut HeaderMap) {
    telemetry::inject(&tracing::Span::current(), |name, value| {
        headers.insert(name, value);
    });
}

/// The sender's context; an empty one when it sent none.
pub(crate) fn extract(headers: &HeaderMap) -> Context {
    telemetry::extract(|name| headers.get(name).map(HeaderValue::as_str))
}
