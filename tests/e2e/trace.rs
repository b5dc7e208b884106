//! One trace leads from the webhook to the sale, through both services and over the broker.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use shop_woocommerce::sim::Options;
use test_kit::storm::settle;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use crate::alone::Alone;
use crate::deliveries::Sender;

/// The spans on an order's way, each in the service that makes it.
const WAY: [&str; 4] = [
    "POST /hooks/{connection}",
    "webhook.accept",
    "delivery.read",
    "ledger.record_order",
];
/// Spans are exported every so many milliseconds.
const EXPORT_EVERY_MS: &str = "100";
const PATIENCE: Duration = Duration::from_secs(20);

/// Every span's trace, by the span's name.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<BTreeMap<String, BTreeSet<Vec<u8>>>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        let mut traces = self.0.lock().unwrap();
        for span in scopes.flat_map(|scope| scope.spans) {
            traces.entry(span.name).or_default().insert(span.trace_id);
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    fn traces(&self, span: &str) -> BTreeSet<Vec<u8>> {
        let traces = self.0.lock().unwrap();
        traces.get(span).cloned().unwrap_or_default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_leads_from_each_webhook_to_its_sale() {
    let collector = Collector::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::builder()
        .add_service(TraceServiceServer::new(collector.clone()))
        .serve_with_incoming(TcpIncoming::from(listener));
    let mut tasks = JoinSet::new();
    tasks.spawn(server);

    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", EXPORT_EVERY_MS),
    ];
    let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let alone = Alone::start_with(settings.into()).await;
    let options = Options {
        max_versions: 1,
        ..Options::new(5, 3)
    };
    let mut sender = Sender::new(&alone.system, &options);
    sender.send_all().await;
    settle(&alone.system).await.unwrap();

    // One trace for each delivery, and the same ones at every station.
    let whole = async {
        loop {
            let stations = WAY.map(|span| collector.traces(span));
            if stations.iter().all(|traces| traces.len() == 3) {
                return stations;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let stations = tokio::time::timeout(PATIENCE, whole).await;
    let stations = stations.unwrap_or_else(|_| WAY.map(|span| collector.traces(span)));
    for (span, traces) in WAY.iter().zip(&stations) {
        assert_eq!(traces.len(), 3, "{span}: {traces:?}");
        assert_eq!(traces, &stations[0], "{span} is of other traces");
    }
}
