use std::time::Duration;

use bus::{Message, durable, stream, subject};
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_sdk::trace::SdkTracerProvider;
use retail::{ConnectionId, RetailerId};
use tracing::Instrument as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::layer::SubscriberExt as _;
use uuid::Uuid;

use crate::support::Broker;

#[tokio::test]
async fn a_trace_goes_from_publisher_to_reader() {
    let provider = SdkTracerProvider::builder().build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));

    let broker = Broker::provisioned().await;
    let ingest = broker.connect("ingest-shop1").await;
    let subject = subject::order(RetailerId::new(Uuid::nil()), ConnectionId::new(Uuid::nil()));
    let publisher = ingest.publisher(&stream::orders());
    let span = tracing::info_span!("webhook");
    let sent = span.context().span().span_context().trace_id();
    publisher
        .publish(Message::new(subject.clone(), "traced"))
        .instrument(span)
        .await
        .unwrap();
    publisher
        .publish(Message::new(subject, "not traced"))
        .await
        .unwrap();

    let ledger = broker.connect("ledger").await;
    let mut consumer = ledger.consumer(&durable::ledger_orders());
    let mut read = Vec::new();
    while read.len() < 2 {
        read.extend(consumer.next_batch(2, Duration::from_secs(5)).await);
    }
    let parent = read[0].trace_parent();
    assert_eq!(parent.span().span_context().trace_id(), sent);
    assert!(parent.span().span_context().is_remote());
    assert!(read[0].header("traceparent").is_some());
    assert_eq!(
        read[0].header("tracestate"),
        None,
        "an empty header is not sent"
    );
    assert_eq!(read[1].header("traceparent"), None);
    assert!(!read[1].trace_parent().span().span_context().is_valid());
}
