//! Who had what done is in a log that nobody rewrites (item 9).

use std::collections::BTreeSet;

use jiff::Timestamp;
use proto::connect as wire;
use proto::connect::audit_client::AuditClient;
use proto::connect::connections_client::ConnectionsClient;
use proto::connect::imports_client::ImportsClient;
use proto::connect::installs_client::InstallsClient;
use proto::connect::privacy_requests_client::PrivacyRequestsClient;
use proto::convert::instant_from;
use proto::ledger::{AuditEntry, Role};
use serde_json::{Value, json};
use service::access::{Authorized, TokenDigest};
use service::clock::{Clock as _, SystemClock};
use service_kit::{OPERATOR, bearer, methods_of};
use shop::PrivacyKind;
use shop_ingest::store::{PRIVACY_DEADLINE, PrivacyRequest};
use tonic::transport::Endpoint;
use tonic::{Code, Response, Status};
use uuid::Uuid;

use crate::access::known_token;
use crate::database::{RETAILER, connection_id};
use crate::import_client::Client;
use crate::linking::{client, disconnect_request, link_request};
use crate::running::Running;
use crate::stall::{Mood, Shop};

const PACKAGE: &str = "comptoir.connect.v1";
/// What changes nothing.
const READING: [&str; 12] = [
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
];
/// An operator alone may: no token of a retailer is of its name.
const OPERATORS: &str = "Imports/SetImportEntitlement";

const IMPORT: Uuid = Uuid::from_u128(0x0195_c0de_0000_7000_8000_0000_0000_0911);
const SECOND: Uuid = Uuid::from_u128(0x0195_c0de_0000_7000_8000_0000_0000_0912);
const DELIVERY: &str = "d1";

/// Calls methods, and looks at what each of them leaves in the log.
struct Trail<'a> {
    running: &'a Running,
    walked: BTreeSet<String>,
}

/// What an entry says of a write.
struct Left {
    subject: String,
    before: Value,
    after: Value,
}

impl Trail<'_> {
    /// Calls a writing method with a token of its own name. It leaves one entry.
    async fn of<T>(
        &mut self,
        method: &str,
        call: impl AsyncFnOnce(Authorized) -> Result<Response<T>, Status>,
    ) -> Left {
        self.walked.insert(method.to_owned());
        let (from, before) = (SystemClock.now(), entries(self.running).await);
        let (channel, caller, token_id) = self.with_own_token(method);
        call(channel).await.unwrap();
        let mut left = entries(self.running).await;
        left.retain(|entry| !before.contains(entry));
        let entry = left.pop().unwrap_or_else(|| panic!("{method} left none"));
        assert_eq!(left, [], "{method}");
        assert_eq!(entry.method, method.replace('/', "."));
        assert_eq!((entry.caller, entry.token_id), (caller, token_id));
        let done_at = instant_from("done_at", entry.done_at).unwrap();
        let is_kept_as_micros = from.as_microsecond() <= done_at.as_microsecond();
        assert!(is_kept_as_micros && done_at <= SystemClock.now());
        Left {
            subject: entry.subject,
            before: json_of(&entry.before),
            after: json_of(&entry.after),
        }
    }

    fn with_own_token(&self, method: &str) -> (Authorized, String, String) {
        let endpoint = Endpoint::from_shared(self.running.grpc.clone()).unwrap();
        let channel = endpoint.connect_lazy();
        if method == OPERATORS {
            let operator = bearer(OPERATOR).on(channel);
            return (operator, "operator".to_owned(), String::new());
        }
        let (text, token) = (
            format!("comptoir_{method}"),
            known_token(method, Role::Owner),
        );
        let digest = TokenDigest::of(&text).as_bytes().to_vec();
        let mut known = self.running.books.tokens.lock().unwrap();
        known.insert(digest, token.clone());
        drop(known);
        (bearer(&text).on(channel), token.name, token.token_id)
    }
}

async fn entries(running: &Running) -> Vec<AuditEntry> {
    let mut audit = AuditClient::new(service_kit::as_operator(&running.grpc));
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = wire::ListAuditEntriesRequest {
            retailer_id: RETAILER.to_string(),
            page_size: 3,
            page_token,
        };
        let page = audit.list_audit_entries(request).await.unwrap();
        let page = page.into_inner();
        all.extend(page.entries);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

fn json_of(text: &str) -> Value {
    match text {
        "" => Value::Null,
        text => serde_json::from_str(text).unwrap(),
    }
}

fn retailer() -> String {
    RETAILER.to_string()
}

fn first() -> String {
    connection_id(1).to_string()
}

fn of_first(what: &str) -> String {
    format!("{} {what}", first())
}

#[tokio::test(flavor = "multi_thread")]
async fn item_9_every_write_leaves_an_audit_entry() {
    let running = Running::start(vec![Shop::default()]).await;
    let mut trail = Trail {
        running: &running,
        walked: BTreeSet::new(),
    };
    links(&mut trail).await;
    decides(&mut trail).await;
    installs(&mut trail).await;
    imports(&mut trail).await;
    answers(&mut trail).await;
    parts(&mut trail).await;

    let all = running.sql("select string_agg(e::text, '') from ingest_stall.audit_entry e");
    assert!(!all.contains("hush"), "{all}");
    let reading = READING.map(str::to_owned).into_iter();
    let known = reading.chain(trail.walked);
    let known: BTreeSet<String> = known.map(|method| format!("{PACKAGE}.{method}")).collect();
    assert_eq!(known, methods_of(PACKAGE), "a method is in no table");
}

async fn links(trail: &mut Trail<'_>) {
    let request = wire::LinkRequest {
        key: "hush-key".to_owned(),
        ..link_request(9)
    };
    let again = request.clone();
    let new = trail
        .of("Connections/Link", async |channel| {
            ConnectionsClient::new(channel).link(request).await
        })
        .await;
    assert_eq!(new.before, Value::Null);
    assert_eq!(new.after["state"], "live");
    assert_eq!(new.after["credentials"], "changed");
    let known = trail
        .of("Connections/Link", async |channel| {
            ConnectionsClient::new(channel).link(again).await
        })
        .await;
    assert_eq!(known.subject, new.subject);
    assert_eq!(known.before["settings"], new.after["settings"]);
    assert_eq!(known.before.get("credentials"), None);
}

async fn decides(trail: &mut Trail<'_>) {
    let request = wire::SetSettingsRequest {
        retailer_id: retailer(),
        connection_id: first(),
        change: Some(wire::SettingsChange {
            stock_at: wire::StockAt::Invoice.into(),
            ..wire::SettingsChange::default()
        }),
        stock_side_acknowledged: false,
    };
    let set = trail
        .of("Connections/SetSettings", async |channel| {
            ConnectionsClient::new(channel).set_settings(request).await
        })
        .await;
    assert_eq!(set.subject, first());
    assert_eq!(
        (&set.before["stock_at"], &set.after["stock_at"]),
        (&json!("order"), &json!("invoice"))
    );
    let (retailer_id, connection_id) = (retailer(), first());
    let request = wire::GetNewOrdersRequest {
        retailer_id,
        connection_id,
    };
    let asked = trail
        .of("Connections/GetNewOrders", async |channel| {
            ConnectionsClient::new(channel)
                .get_new_orders(request)
                .await
        })
        .await;
    assert_eq!(asked.subject, first());
    let (retailer_id, connection_id) = (retailer(), first());
    let request = wire::PauseRequest {
        retailer_id,
        connection_id,
    };
    let paused = trail
        .of("Connections/Pause", async |channel| {
            ConnectionsClient::new(channel).pause(request).await
        })
        .await;
    let states = (json!({"state": "live"}), json!({"state": "paused"}));
    assert_eq!((paused.before, paused.after), states);
    let (retailer_id, connection_id) = (retailer(), first());
    let request = wire::ResumeRequest {
        retailer_id,
        connection_id,
    };
    let resumed = trail
        .of("Connections/Resume", async |channel| {
            ConnectionsClient::new(channel).resume(request).await
        })
        .await;
    assert_eq!((resumed.after, resumed.before), states);
}

async fn installs(trail: &mut Trail<'_>) {
    let settings = link_request(8).settings;
    let request = wire::BeginInstallRequest {
        retailer_id: retailer(),
        shop: "stall-8".to_owned(),
        settings: settings.clone(),
        check_acknowledged: true,
        ..wire::BeginInstallRequest::default()
    };
    let begun = trail
        .of("Installs/BeginInstall", async |channel| {
            InstallsClient::new(channel).begin_install(request).await
        })
        .await;
    assert!(begun.subject.starts_with("install "), "{}", begun.subject);
    assert_eq!(begun.after["shop"], "stall-8");
    let request = wire::LinkOwnShopRequest {
        retailer_id: retailer(),
        shop: "stall-7".to_owned(),
        settings,
        check_acknowledged: true,
        another_shop_confirmed: false,
    };
    let linked = trail
        .of("Installs/LinkOwnShop", async |channel| {
            InstallsClient::new(channel).link_own_shop(request).await
        })
        .await;
    assert_eq!(
        (linked.before, &linked.after["state"]),
        (Value::Null, &json!("live"))
    );
}

async fn imports(trail: &mut Trail<'_>) {
    let running = trail.running;
    let request = wire::SetImportEntitlementRequest {
        retailer_id: retailer(),
        connection_id: first(),
        entitled: true,
    };
    let allowed = trail
        .of(OPERATORS, async |channel| {
            let mut imports = ImportsClient::new(channel);
            imports.set_import_entitlement(request).await
        })
        .await;
    assert_eq!(allowed.before, json!({"import_entitled": false}));
    assert_eq!(allowed.after, json!({"import_entitled": true}));

    // It stays where it is while the shop is away.
    running.shop(1, |shop| shop.mood = Mood::Away);
    let request = wire::StartImportRequest {
        retailer_id: retailer(),
        connection_id: first(),
        import_id: IMPORT.to_string(),
        kind: wire::ImportKind::All.into(),
        since: None,
    };
    let started = trail
        .of("Imports/StartImport", async |channel| {
            ImportsClient::new(channel).start_import(request).await
        })
        .await;
    assert_eq!(started.subject, of_first(&format!("import {IMPORT}")));
    let scanning = |paused: bool| json!({"state": "scanning", "paused": paused});
    assert_eq!(
        (started.before, started.after),
        (Value::Null, scanning(false))
    );
    let import_id = IMPORT.to_string();
    let request = wire::PauseImportRequest {
        retailer_id: retailer(),
        import_id: import_id.clone(),
    };
    let halted = trail
        .of("Imports/PauseImport", async |channel| {
            ImportsClient::new(channel).pause_import(request).await
        })
        .await;
    assert_eq!(
        (halted.before, halted.after),
        (scanning(false), scanning(true))
    );
    let request = wire::ResumeImportRequest {
        retailer_id: retailer(),
        import_id: import_id.clone(),
    };
    let goes_on = trail
        .of("Imports/ResumeImport", async |channel| {
            ImportsClient::new(channel).resume_import(request).await
        })
        .await;
    assert_eq!(
        (goes_on.before, goes_on.after),
        (scanning(true), scanning(false))
    );
    let request = wire::CancelImportRequest {
        retailer_id: retailer(),
        import_id,
    };
    let stopped = trail
        .of("Imports/CancelImport", async |channel| {
            ImportsClient::new(channel).cancel_import(request).await
        })
        .await;
    assert_eq!(stopped.before, scanning(false));
    assert_eq!(stopped.after["state"], "cancelling");
    imports_more(trail).await;
}

async fn imports_more(trail: &mut Trail<'_>) {
    let running = trail.running;
    let mut client = Client::of(running);
    running.shop(1, |shop| shop.mood = Mood::Well);
    client
        .comes_to(IMPORT, wire::ImportJobState::Cancelled)
        .await;
    client.start(SECOND, wire::ImportKind::All).await.unwrap();
    client.comes_to(SECOND, wire::ImportJobState::Planned).await;
    let request = wire::CommitImportRequest {
        retailer_id: retailer(),
        import_id: SECOND.to_string(),
    };
    let committed = trail
        .of("Imports/CommitImport", async |channel| {
            ImportsClient::new(channel).commit_import(request).await
        })
        .await;
    assert_eq!(
        (&committed.before["state"], &committed.after["state"]),
        (&json!("planned"), &json!("committing"))
    );
    client
        .comes_to(SECOND, wire::ImportJobState::Complete)
        .await;
    let request = wire::ImportOrderRequest {
        retailer_id: retailer(),
        connection_id: first(),
        order_id: "1001".to_owned(),
    };
    let fetched = trail
        .of("Imports/ImportOrder", async |channel| {
            ImportsClient::new(channel).import_order(request).await
        })
        .await;
    assert_eq!(fetched.subject, of_first("order 1001"));
}

async fn answers(trail: &mut Trail<'_>) {
    let now: Timestamp = SystemClock.now();
    let asked = PrivacyRequest {
        connection: connection_id(1),
        delivery: DELIVERY.to_owned(),
        kind: PrivacyKind::CustomerData,
        received_at: now,
        due_at: now.checked_add(PRIVACY_DEADLINE).unwrap(),
        answer: None,
    };
    let body = b"hush-somebody";
    let store = &trail.running.store;
    store.record_privacy(&asked, body).await.unwrap();
    let request = wire::AnswerDataRequestRequest {
        retailer_id: retailer(),
        connection_id: first(),
        delivery_id: DELIVERY.to_owned(),
        actor: "person 1".to_owned(),
        nothing_held: false,
    };
    let answered = trail
        .of("PrivacyRequests/AnswerDataRequest", async |channel| {
            let mut requests = PrivacyRequestsClient::new(channel);
            requests.answer_data_request(request).await
        })
        .await;
    let subject = of_first(&format!("privacy_request {DELIVERY}"));
    assert_eq!(answered.subject, subject);
    assert_eq!(answered.before, json!({"answer": null}));
    assert_eq!(answered.after, json!({"answer": "exported"}));
    let all = entries(trail.running).await;
    assert_eq!(all[0].actor, "person 1");
}

async fn parts(trail: &mut Trail<'_>) {
    let request = disconnect_request(1, true);
    let parted = trail
        .of("Connections/Disconnect", async |channel| {
            ConnectionsClient::new(channel).disconnect(request).await
        })
        .await;
    assert_eq!(parted.before, json!({"state": "live"}));
    assert_eq!(parted.after, json!({"state": "disconnected"}));
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
    let mut role = schema::testing::Role::connect(&running.app()).await;
    role.assert_denied(&[
        "update ingest_stall.audit_entry set caller = ''",
        "delete from ingest_stall.audit_entry",
    ])
    .await;
}
