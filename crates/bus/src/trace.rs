//! W3C trace context in message headers, so that one trace runs from webhook to sale.

use async_nats::HeaderMap;
use opentelemetry::Context;
use opentelemetry::global::get_text_map_propagator;
use opentelemetry::propagation::{Extractor, Injector};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Writes the current span's context into `headers`; nothing when traces are off.
pub(crate) fn inject(headers: &mut HeaderMap) {
    let context = tracing::Span::current().context();
    get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut Sink(headers)));
}

/// The sender's context; an empty one when it sent none.
pub(crate) fn extract(headers: &HeaderMap) -> Context {
    get_text_map_propagator(|propagator| propagator.extract(&Source(headers)))
}

struct Sink<'a>(&'a mut HeaderMap);

impl Injector for Sink<'_> {
    fn set(&mut self, key: &str, value: String) {
        // An empty tracestate says nothing and is not worth a header.
        if !value.is_empty() {
            self.0.insert(key, value);
        }
    }
}

struct Source<'a>(&'a HeaderMap);

impl Extractor for Source<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(async_nats::HeaderValue::as_str)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_ref()).collect()
    }
}
