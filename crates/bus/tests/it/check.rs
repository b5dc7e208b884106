use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use bus::check::{CheckError, check, server};
use bus::{Bus, ConnectError, Map, Service};

use crate::support::Broker;

#[tokio::test]
async fn a_service_may_run_on_a_provisioned_broker() {
    let broker = Broker::provisioned().await;
    let ledger = broker.connect("ledger").await;
    check(&ledger, &broker.monitor_url(), &Map::of(&Service::Ledger))
        .await
        .unwrap();
}

/// A monitor that answers once, as a server of that configuration does.
fn monitor(varz: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{varz}",
        varz.len()
    );
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
    });
    url
}

#[tokio::test]
async fn a_broker_that_does_not_sync_is_refused() {
    let url =
        monitor(r#"{"version":"2.15.1","jetstream":{"config":{"sync_interval":120000000000}}}"#);
    let error = server(&url).await.unwrap_err();
    assert!(matches!(error, CheckError::NotSynced { .. }), "{error}");
}

#[tokio::test]
async fn an_old_broker_is_refused() {
    let url = monitor(r#"{"version":"2.11.9","jetstream":{"config":{"sync_always":true}}}"#);
    let error = server(&url).await.unwrap_err();
    assert!(matches!(error, CheckError::TooOld { .. }), "{error}");
}

#[tokio::test]
async fn a_broker_without_jetstream_is_refused() {
    let url = monitor(r#"{"version":"2.15.1","jetstream":{}}"#);
    let error = server(&url).await.unwrap_err();
    assert!(matches!(error, CheckError::NoJetStream { .. }), "{error}");
}

#[tokio::test]
async fn a_monitor_that_cannot_be_read_is_told() {
    for url in ["http://127.0.0.1:9", "https://127.0.0.1:9", "nonsense"] {
        let error = server(url).await.unwrap_err();
        assert!(matches!(error, CheckError::Monitor { .. }), "{error}");
    }
}

#[tokio::test]
async fn connecting_says_why_it_failed() {
    let broker = Broker::start();
    let patience = Duration::from_secs(1);
    let mut wrong = broker.options("ledger");
    wrong.password = "wrong".into();
    assert!(matches!(
        Bus::connect_within(wrong, patience).await,
        Err(ConnectError::Refused { .. })
    ));
    broker.kill();
    assert!(matches!(
        Bus::connect_within(broker.options("ledger"), patience).await,
        Err(ConnectError::Unreachable { .. })
    ));
    let mut address = broker.options("ledger");
    address.url = "nats://user:secret@127.0.0.1:4222".to_owned();
    assert!(matches!(
        Bus::connect_within(address, patience).await,
        Err(ConnectError::Address)
    ));
}

#[tokio::test]
async fn a_broker_that_starts_late_is_waited_for() {
    let broker = Broker::start();
    broker.kill();
    let connecting = Bus::connect(broker.options("ledger"));
    let (bus, ()) = tokio::join!(connecting, async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        broker.restart();
    });
    assert!(bus.unwrap().is_connected());
}
