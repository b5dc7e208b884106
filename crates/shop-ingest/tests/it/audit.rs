//! Who had what done is in a log that nobody rewrites (item 9).

use std::collections::BTreeSet;

use proto::connect as wire;
use proto::connect::audit_client::AuditClient;
use service_kit::methods_of;
use tonic::Code;
use uuid::Uuid;

use crate::audit_walk::{Trail, entries, first, retailer};
use crate::database::app;
use crate::linking::{client, disconnect_request, link_request};
use crate::running::Running;
use crate::stall::Shop;
use crate::{audit_of_imports, audit_of_shops};

const PACKAGE: &str = "comptoir.connect.v1";
/// What changes nothing.
const READING: [&str; 13] = [
    "Audit/ListAuditEntries",
    "Connections/GetConnection",
    "Connections/ListConnections",
    "Deliveries/GetDelivery",
    "Deliveries/ListDeliveries",
    "Imports/GetImportJob",
    "Imports/ListImportJobs",
    "Imports/ListPlannedLevels",
    "Imports/ListPlannedOrders",
    "Installs/GetInstall",
    "PrivacyRequests/GetPrivacyRequest",
    "PrivacyRequests/ListPrivacyRequests",
    "Leases/LeaseShop",
];

#[tokio::test(flavor = "multi_thread")]
async fn item_9_every_write_leaves_an_audit_entry() {
    let running = Running::start(vec![Shop::default()]).await;
    let mut trail = Trail {
        running: &running,
        walked: BTreeSet::new(),
    };
    audit_of_shops::links(&mut trail).await;
    audit_of_shops::decides(&mut trail).await;
    audit_of_shops::installs(&mut trail).await;
    audit_of_imports::imports(&mut trail).await;
    audit_of_shops::answers(&mut trail).await;
    audit_of_shops::parts(&mut trail).await;

    let all = running.sql("select string_agg(e::text, '') from ingest_stall.audit_entry e");
    assert!(!all.contains("hush"), "{all}");
    let reading = READING.map(str::to_owned).into_iter();
    let known = reading.chain(trail.walked);
    let known: BTreeSet<String> = known.map(|method| format!("{PACKAGE}.{method}")).collect();
    assert_eq!(known, methods_of(PACKAGE), "a method is in no table");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_9_what_cannot_be_entered_is_not_done_and_what_is_not_done_is_not_entered() {
    let running = Running::start(vec![Shop::default()]).await;
    let pause = async || {
        let request = wire::PauseRequest {
            retailer_id: retailer(),
            connection_id: first(),
        };
        client(&running).await.pause(request).await
    };
    let state = || running.sql("select state from ingest_stall.connection");
    // Nothing is entered that the table does not take.
    let table = "alter table ingest_stall.audit_entry";
    running.sql(&format!(
        "{table} add constraint none check (false) not valid"
    ));
    assert_eq!(pause().await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(state(), "live");
    running.sql(&format!("{table} drop constraint none"));
    pause().await.unwrap();
    assert_eq!(state(), "paused");
    // A confirmation that is missing, a shop that does not let us in.
    let mut connections = client(&running).await;
    let asked = connections.disconnect(disconnect_request(1, false)).await;
    asked.unwrap();
    let wrong = wire::LinkRequest {
        secret: "wrong".to_owned(),
        ..link_request(9)
    };
    connections.link(wrong).await.unwrap_err();
    assert_eq!(entries(&running).await.len(), 1);
}

#[tokio::test]
async fn item_9_the_audit_log_is_one_retailers_and_nobodys_to_rewrite() {
    let running = Running::start(vec![Shop::default()]).await;
    let request = wire::PauseRequest {
        retailer_id: retailer(),
        connection_id: first(),
    };
    client(&running).await.pause(request).await.unwrap();
    assert_eq!(entries(&running).await.len(), 1);
    let request = wire::ListAuditEntriesRequest {
        retailer_id: Uuid::max().to_string(),
        ..wire::ListAuditEntriesRequest::default()
    };
    let mut audit = AuditClient::new(service_kit::as_operator(&running.grpc));
    let others = audit.list_audit_entries(request).await.unwrap();
    assert_eq!(others.into_inner().entries, []);
    let unknown = wire::ListAuditEntriesRequest {
        retailer_id: retailer(),
        page_size: 0,
        page_token: "there".to_owned(),
    };
    let refused = audit.list_audit_entries(unknown).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let mut role = schema::testing::Role::connect(&app(running.database())).await;
    role.assert_denied(&[
        "update ingest_stall.audit_entry set caller = ''",
        "delete from ingest_stall.audit_entry",
    ])
    .await;
}
