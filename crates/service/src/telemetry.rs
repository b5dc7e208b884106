//! Logs to standard error, traces and metrics to an OTLP collector when one is named.

use std::io::IsTerminal as _;
use std::str::FromStr;
use std::time::Duration;

use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator as _};
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::Span;
use tracing::level_filters::LevelFilter;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::filter::{EnvFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{Layer as _, fmt};

use crate::settings::{SettingError, Settings};

/// What goes to the log, in the syntax of `tracing_subscriber::EnvFilter`.
const LOG: &str = "LOG";
const LOG_DEFAULT: &str = "info";
/// `pretty` (one line, in colour on a terminal) or `json`.
const LOG_FORMAT: &str = "LOG_FORMAT";
/// Where the collector is; without it there are no traces and no metrics.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// The share of traces kept when nobody upstream decided, 0 to 1.
const SAMPLE_RATIO: &str = "OTEL_TRACES_SAMPLER_ARG";

/// How often metrics are sent.
const METRICS_EVERY: Duration = Duration::from_secs(15);
/// For one export.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// For the last spans to be delivered at the end of the process.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// What carries our exports; its own spans must not be exported, or each export would cause the next.
const TRANSPORT_TARGETS: [&str; 4] = ["h2", "hyper", "tonic", "tower"];

/// Keeps the exporters; dropping it delivers what they still hold.
///
/// It belongs to `main`, on a multi-thread runtime: delivery blocks, and blocking inside a task can stop the very
/// runtime that must deliver, which costs five seconds and the spans.
#[derive(Debug)]
#[must_use = "the last spans are lost if the guard is dropped before the end of main"]
pub struct Telemetry {
    exporters: Option<(SdkTracerProvider, SdkMeterProvider)>,
}

/// Why telemetry could not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// A setting is wrong.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// `LOG` is not a filter.
    #[error("setting {LOG} is not a log filter")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The endpoint wants TLS, which these exporters do not speak: name a collector on this machine or network.
    #[error("setting {ENDPOINT} must be an http:// address, such as http://localhost:4317")]
    Endpoint,
    /// The exporters refuse their configuration.
    #[error("cannot export traces and metrics")]
    Exporter(#[from] ExporterBuildError),
    /// Telemetry was started before in this process.
    #[error("telemetry is started already")]
    AlreadyStarted(#[from] TryInitError),
}

#[derive(Clone, Copy)]
enum LogFormat {
    Pretty,
    Json,
}

/// A share between nothing and all.
struct Ratio(f64);

/// Starts logs, and traces and metrics if `OTEL_EXPORTER_OTLP_ENDPOINT` is set. Call once, inside the runtime.
pub fn init(service_name: &'static str, settings: &Settings) -> Result<Telemetry, TelemetryError> {
    let filter = EnvFilter::try_new(settings.get(LOG).unwrap_or(LOG_DEFAULT))?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match settings.or(LOG_FORMAT, LogFormat::Pretty)? {
        LogFormat::Pretty => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    };
    let exporters = settings
        .get(ENDPOINT)
        .map(|endpoint| exporters(service_name, endpoint, settings))
        .transpose()?;
    let spans = exporters.as_ref().map(|(tracer_provider, _)| {
        tracing_opentelemetry::layer()
            .with_tracer(tracer_provider.tracer("comptoir"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(exported())
    });
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(spans)
        .try_init()?;
    if let Some((_, meter_provider)) = &exporters {
        global::set_meter_provider(meter_provider.clone());
    }
    Ok(Telemetry { exporters })
}

impl Telemetry {
    /// Delivers what is still held, waiting a few seconds at most. The same as dropping the guard, but visible.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        let Some((tracer_provider, meter_provider)) = self.exporters.take() else {
            return;
        };
        for (what, ended) in [
            (
                "traces",
                tracer_provider.shutdown_with_timeout(SHUTDOWN_TIMEOUT),
            ),
            (
                "metrics",
                meter_provider.shutdown_with_timeout(SHUTDOWN_TIMEOUT),
            ),
        ] {
            if let Err(error) = ended {
                tracing::warn!(%error, "the last {what} were not delivered");
            }
        }
    }
}

/// Gives the W3C headers that carry `span` to another process to `set`: none when nothing is traced.
pub fn inject(span: &Span, set: impl FnMut(&str, String)) {
    let context = span.context();
    if context.span().span_context().is_valid() {
        TraceContextPropagator::new().inject_context(&context, &mut Setter(set));
    }
}

/// The trace that W3C headers speak of: an empty context if there are none, or if they make no sense.
pub fn extract<S: AsRef<str>>(get: impl Fn(&str) -> Option<S>) -> Context {
    match get(TRACEPARENT) {
        Some(parent) => {
            let state = get(TRACESTATE);
            TraceContextPropagator::new()
                .extract_with_context(&Context::new(), &Headers { parent, state })
        }
        None => Context::new(),
    }
}

/// Makes the trace that W3C headers speak of the parent of `span`, which must not have been entered yet.
/// Does nothing when there is no such trace or nothing is traced here.
pub fn set_parent<S: AsRef<str>>(span: &Span, get: impl Fn(&str) -> Option<S>) {
    if span.is_disabled() {
        return;
    }
    let context = extract(get);
    if context.span().span_context().is_valid()
        && let Err(error) = span.set_parent(context)
    {
        tracing::debug!(%error, "the caller's trace is not continued");
    }
}

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

struct Setter<F>(F);

impl<F: FnMut(&str, String)> Injector for Setter<F> {
    fn set(&mut self, key: &str, value: String) {
        // Without vendor state the propagator gives an empty text, and an empty header is one that others trip over.
        if !value.is_empty() {
            (self.0)(key, value);
        }
    }
}

struct Headers<S> {
    parent: S,
    state: Option<S>,
}

impl<S: AsRef<str>> Extractor for Headers<S> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            TRACEPARENT => Some(self.parent.as_ref()),
            TRACESTATE => self.state.as_ref().map(AsRef::as_ref),
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT, TRACESTATE]
    }
}

fn exporters(
    service_name: &'static str,
    endpoint: &str,
    settings: &Settings,
) -> Result<(SdkTracerProvider, SdkMeterProvider), TelemetryError> {
    if !endpoint.starts_with("http://") {
        return Err(TelemetryError::Endpoint);
    }
    let Ratio(ratio) = settings.or(SAMPLE_RATIO, Ratio(1.0))?;
    let resource = Resource::builder()
        .with_service_name(service_name)
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();

    let span_exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(EXPORT_TIMEOUT)
        .build()?;
    let tracer_provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
            ratio,
        ))))
        .with_batch_exporter(span_exporter)
        .with_resource(resource.clone())
        .build();

    let metric_exporter = MetricExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(EXPORT_TIMEOUT)
        .build()?;
    let reader = PeriodicReader::builder(metric_exporter)
        .with_interval(METRICS_EVERY)
        .build();
    let meter_provider = SdkMeterProvider::builder()
        .with_reader(reader)
        .with_resource(resource)
        .build();
    Ok((tracer_provider, meter_provider))
}

/// Traces are complete whatever `LOG` leaves out: a gap in a trace misleads.
fn exported() -> Targets {
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target(crate::trace::TARGET, LevelFilter::DEBUG)
        .with_targets(TRANSPORT_TARGETS.map(|target| (target, LevelFilter::OFF)))
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "pretty" => Ok(Self::Pretty),
            "json" => Ok(Self::Json),
            _ => Err("neither pretty nor json"),
        }
    }
}

impl FromStr for Ratio {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(Self(ratio)),
            Ok(_) | Err(_) => Err("not a number from 0 to 1"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn carried(headers: &BTreeMap<&str, &str>) -> Context {
        extract(|key| headers.get(key).copied())
    }

    #[test]
    fn headers_become_a_context_and_nonsense_becomes_none() {
        let context = carried(&BTreeMap::from([
            (TRACEPARENT, PARENT),
            (TRACESTATE, "vendor=1"),
        ]));
        let span = context.span().span_context().clone();
        assert_eq!(
            span.trace_id().to_string(),
            "0af7651916cd43dd8448eb211c80319c"
        );
        assert!(span.is_remote() && span.is_sampled());
        assert_eq!(span.trace_state().header(), "vendor=1");
        for nonsense in [
            "",
            "00-0-0-0",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            let context = carried(&BTreeMap::from([(TRACEPARENT, nonsense)]));
            assert!(!context.span().span_context().is_valid(), "{nonsense}");
        }
        assert!(!carried(&BTreeMap::new()).span().span_context().is_valid());
    }

    #[test]
    fn a_span_travels_through_headers_without_an_empty_tracestate() {
        let provider = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("receive");
            set_parent(&span, |key| (key == TRACEPARENT).then_some(PARENT));
            let mut sent = BTreeMap::new();
            inject(&span, |key, value| {
                sent.insert(key.to_owned(), value);
            });
            assert_eq!(sent.len(), 1, "{sent:?}");
            let parent = &sent[TRACEPARENT];
            assert!(
                parent.starts_with("00-0af7651916cd43dd8448eb211c80319c-"),
                "{parent}"
            );
            assert_ne!(parent, PARENT, "the receiving span is a span of its own");
        });
    }

    #[test]
    fn nothing_is_injected_when_nothing_is_traced() {
        inject(&Span::none(), |key, _| panic!("{key} was set"));
        tracing::subscriber::with_default(tracing_subscriber::registry(), || {
            let span = tracing::info_span!("untraced");
            set_parent(&span, |key| (key == TRACEPARENT).then_some(PARENT));
            inject(&span, |key, _| panic!("{key} was set"));
        });
    }

    #[test]
    fn wrong_settings_are_refused() {
        for (key, text) in [
            (LOG, "info,[[["),
            (LOG_FORMAT, "xml"),
            (ENDPOINT, "https://collector:4317"),
        ] {
            let refused = init("test", &Settings::from_map([(key, text)]));
            assert!(refused.is_err(), "{key}={text}");
        }
        assert!("1.5".parse::<Ratio>().is_err());
        assert!("0.25".parse::<Ratio>().is_ok());
    }
}
