//! Traces and metrics reach a collector, and the last ones are delivered at the end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use service::settings::Settings;
use service::{metrics, telemetry};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

/// Where the caller's span stands in its `traceparent`.
const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";

#[derive(Clone, Default)]
struct Collector {
    /// A span's name and its trace's id.
    spans: Arc<Mutex<BTreeMap<String, String>>>,
    metrics: Arc<Mutex<Vec<String>>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        for span in scopes.flat_map(|scope| scope.spans) {
            let bytes = span.trace_id.try_into().unwrap();
            let trace_id = format!("{:032x}", u128::from_be_bytes(bytes));
            self.spans.lock().unwrap().insert(span.name, trace_id);
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let resources = request.into_inner().resource_metrics.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_metrics);
        let names = scopes
            .flat_map(|scope| scope.metrics)
            .map(|metric| metric.name);
        self.metrics.lock().unwrap().extend(names);
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

#[test]
fn spans_and_metrics_are_delivered_at_shutdown_with_the_callers_trace() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let collector = Collector::default();
    let started = std::time::Instant::now();
    runtime.block_on(run(collector.clone()));
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "delivery stalled"
    );

    let spans = collector.spans.lock().unwrap();
    let of_the_call = BTreeMap::from([
        ("POST /hooks/{connection}".to_owned(), TRACE_ID.to_owned()),
        ("store".to_owned(), TRACE_ID.to_owned()),
    ]);
    assert_eq!(*spans, of_the_call);
    let metrics = collector.metrics.lock().unwrap();
    assert!(
        metrics.contains(&"comptoir.orders".to_owned()),
        "{metrics:?}"
    );
    assert!(
        metrics.contains(&"http.server.request.duration".to_owned()),
        "{metrics:?}"
    );
}

async fn run(collector: Collector) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let routes = tonic::service::Routes::new(TraceServiceServer::new(collector.clone()))
        .add_service(MetricsServiceServer::new(collector));
    let mut tasks = tokio::task::JoinSet::new();
    // Served without our own layer: the collector's calls are not to be traced.
    let server = tonic::transport::Server::builder().add_routes(routes);
    let incoming = tonic::transport::server::TcpIncoming::from(listener);
    tasks.spawn(server.serve_with_incoming_shutdown(incoming, stop.clone().cancelled_owned()));

    // The log leaves out what the trace must hold.
    let settings = Settings::from_map([
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("LOG", "error"),
    ]);
    let telemetry = telemetry::init("test", &settings).unwrap();
    assert!(telemetry::init("again", &Settings::default()).is_err());

    metrics::counter("comptoir.orders", "orders").add(1, &[]);
    let layer = service::trace::TraceLayer::http("POST /hooks/{connection}");
    let inner = tower::service_fn(async |request: http::Request<()>| {
        let _entered = tracing::info_span!("store").entered();
        drop(request);
        Ok::<_, std::convert::Infallible>(http::Response::new(()))
    });
    let request = http::Request::post("/hooks/secret-token")
        .header("traceparent", format!("00-{TRACE_ID}-b7ad6b7169203331-01"))
        .body(())
        .unwrap();
    let traced = tower::Layer::layer(&layer, inner);
    tower::ServiceExt::oneshot(traced, request).await.unwrap();

    telemetry.shutdown();
    stop.cancel();
    tasks.join_next().await.unwrap().unwrap().unwrap();
}
