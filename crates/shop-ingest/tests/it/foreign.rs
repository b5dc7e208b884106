//! What a retailer's own token reaches with the ids of another retailer's things: nothing (item 9).

use std::collections::BTreeSet;

use prost::Message;
use proto::connect as wire;
use proto::ledger::Role as WireRole;
use retail::RetailerId;
use schema::testing::rows_of;
use service::access::{Role, Roles, TokenDigest};
use service_kit::{as_operator, bearer, call_plain, within};
use shop_ingest::store::declared;
use tonic::Code;
use tonic::transport::Endpoint;
use uuid::Uuid;

use crate::access::known_token;
use crate::database::{RETAILER, app, connection_id, schema};
use crate::import_client::Client;
use crate::running::{Running, ago};
use crate::stall::{HINT, Shop, ShopOrder};

/// Somebody else.
const STRANGER: RetailerId = RetailerId::new(Uuid::from_u128(2));
const STRANGERS_TOKEN: &str = "comptoir_of_a_stranger";
const IMPORT: Uuid = Uuid::from_u128(71);
const INSTALL: Uuid = Uuid::from_u128(72);

/// What a method is asked; the name of its package is left out.
type Question = (&'static str, Vec<u8>);

fn ask(method: &'static str, request: &impl Message) -> Question {
    (method, request.encode_to_vec())
}

/// Every method that a retailer may call and that takes an id of something, about the one connection there is.
fn questions(retailer: RetailerId, delivery: &str) -> Vec<Question> {
    let retailer_id = || retailer.to_string();
    let connection_id = || connection_id(1).to_string();
    let import_id = || IMPORT.to_string();
    let delivery_id = || delivery.to_owned();
    vec![
        ask(
            "Audit/ListAuditEntries",
            &wire::ListAuditEntriesRequest {
                retailer_id: retailer_id(),
                ..Default::default()
            },
        ),
        ask(
            "Connections/ListConnections",
            &wire::ListConnectionsRequest {
                retailer_id: retailer_id(),
            },
        ),
        ask(
            "Connections/GetConnection",
            &wire::GetConnectionRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
            },
        ),
        ask(
            "Deliveries/ListDeliveries",
            &wire::ListDeliveriesRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                order_id: "1".to_owned(),
            },
        ),
        ask(
            "Deliveries/GetDelivery",
            &wire::GetDeliveryRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                delivery_id: delivery_id(),
            },
        ),
        ask(
            "Imports/ListImportJobs",
            &wire::ListImportJobsRequest {
                retailer_id: retailer_id(),
            },
        ),
        ask(
            "Imports/GetImportJob",
            &wire::GetImportJobRequest {
                retailer_id: retailer_id(),
                import_id: import_id(),
            },
        ),
        ask(
            "Imports/ListPlannedOrders",
            &wire::ListPlannedOrdersRequest {
                retailer_id: retailer_id(),
                import_id: import_id(),
                ..Default::default()
            },
        ),
        ask(
            "Imports/ListPlannedLevels",
            &wire::ListPlannedLevelsRequest {
                retailer_id: retailer_id(),
                import_id: import_id(),
                ..Default::default()
            },
        ),
        ask(
            "Installs/GetInstall",
            &wire::GetInstallRequest {
                retailer_id: retailer_id(),
                install_id: INSTALL.to_string(),
            },
        ),
        ask(
            "PrivacyRequests/ListPrivacyRequests",
            &wire::ListPrivacyRequestsRequest {
                retailer_id: retailer_id(),
            },
        ),
        ask(
            "PrivacyRequests/GetPrivacyRequest",
            &wire::GetPrivacyRequestRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                delivery_id: delivery_id(),
            },
        ),
        ask(
            "PrivacyRequests/AnswerDataRequest",
            &wire::AnswerDataRequestRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                delivery_id: delivery_id(),
                actor: "Ada".to_owned(),
                nothing_held: true,
            },
        ),
        ask(
            "Imports/StartImport",
            &wire::StartImportRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                import_id: Uuid::from_u128(73).to_string(),
                kind: wire::ImportKind::All.into(),
                since: None,
            },
        ),
        ask(
            "Imports/ImportOrder",
            &wire::ImportOrderRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                order_id: "1".to_owned(),
            },
        ),
        ask(
            "Imports/PauseImport",
            &wire::PauseImportRequest {
                retailer_id: retailer_id(),
                import_id: import_id(),
            },
        ),
        ask(
            "Imports/ResumeImport",
            &wire::ResumeImportRequest {
                retailer_id: retailer_id(),
                import_id: import_id(),
            },
        ),
        ask(
            "Imports/CommitImport",
            &wire::CommitImportRequest {
                retailer_id: retailer_id(),
                import_id: import_id(),
            },
        ),
        ask(
            "Imports/CancelImport",
            &wire::CancelImportRequest {
                retailer_id: retailer_id(),
                import_id: import_id(),
            },
        ),
        ask(
            "Connections/SetSettings",
            &wire::SetSettingsRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                change: Some(wire::SettingsChange {
                    automatic_updates: Some(false),
                    ..Default::default()
                }),
                stock_side_acknowledged: false,
            },
        ),
        ask(
            "Connections/GetNewOrders",
            &wire::GetNewOrdersRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
            },
        ),
        ask(
            "Connections/Pause",
            &wire::PauseRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
            },
        ),
        ask(
            "Connections/Resume",
            &wire::ResumeRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
            },
        ),
        ask(
            "Connections/Disconnect",
            &wire::DisconnectRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                confirmed: true,
            },
        ),
    ]
}

/// What takes no id of something that there is.
const WITHOUT_IDS: [&str; 3] = [
    "Connections/Link",
    "Installs/BeginInstall",
    "Installs/LinkOwnShop",
];

/// A retailer with something of everything. Gives the id of a delivery.
async fn furnish(running: &Running) -> String {
    let mut client = Client::of(running);
    client.entitle().await;
    client.start(IMPORT, wire::ImportKind::All).await.unwrap();
    client.comes_to(IMPORT, wire::ImportJobState::Planned).await;
    running.post(1, HINT, "1".to_owned()).await;
    let kept = "select delivery_id from ingest_stall.raw_delivery where topic = 'TOPIC' limit 1";
    let delivery = within(async || {
        let found = running.sql(&kept.replace("TOPIC", HINT));
        (!found.is_empty()).then_some(found)
    })
    .await;
    let connection = connection_id(1);
    running.sql(&format!(
        "insert into ingest_stall.install (install_id, retailer_id, shop, plain_http, check_acknowledged,
            another_shop_confirmed, step, ticket_hash, begun_at, expires_at)
        values ('{INSTALL}', '{RETAILER}', 'stall-1', false, true, false, 'begun', '\\x00', now(), now());
        insert into ingest_stall.import_level (import_id, item_key, outlet_id, sku, name, on_hand_milli, change_milli)
        values ('{IMPORT}', 'thing', '{IMPORT}', 'A', 'Thing', 0, -1000);
        insert into ingest_stall.privacy_request (connection_id, delivery_id, kind, received_at, due_at,
            sealed_body)
        values ('{connection}', '{delivery}', 'customer_data', now(), now(), '\\x00')"
    ));
    delivery
}

#[tokio::test]
async fn item_9_foreign_ids_under_ones_own_retailer_id_reach_nothing() {
    let shop = Shop {
        orders: vec![ShopOrder::new("1", ago(60), "sold")],
        ..Shop::default()
    };
    let running = Running::start(vec![shop]).await;
    let delivery = furnish(&running).await;
    let digest = TokenDigest::of(STRANGERS_TOKEN).as_bytes().to_vec();
    let tokens = &running.books.tokens;
    tokens
        .lock()
        .unwrap()
        .insert(digest, (STRANGER, known_token("of tests", WireRole::Owner)));
    let endpoint = Endpoint::from_shared(running.grpc.clone()).unwrap();
    let stranger = bearer(STRANGERS_TOKEN).on(endpoint.connect_lazy());
    let path = |method: &str| format!("comptoir.connect.v1.{method}");

    let settled = "select string_agg(concat(c.state, c.automatic_updates, c.settings_changed_at, c.new_asked_at,
            j.state, j.paused, p.answered_at), ',')
        from ingest_stall.connection c, ingest_stall.import_job j, ingest_stall.privacy_request p";
    let before = running.sql(settled);
    let mut asked = BTreeSet::from(WITHOUT_IDS);
    let mut wrong = Vec::new();
    for (method, request) in questions(STRANGER, &delivery) {
        asked.insert(method);
        match call_plain(stranger.clone(), &path(method), request).await {
            // A list of nothing.
            Ok(said) if said.is_empty() => {}
            Err(status) if status.code() == Code::NotFound => {}
            other => wrong.push(format!("{method}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(running.sql(settled), before);
    let (declared, app) = (declared(&schema()), app(running.database()));
    let rows = rows_of(&app, &declared, STRANGER.uuid()).await;
    assert!(rows.values().all(String::is_empty), "{rows:?}");
    every_method(&asked);
    // Whoever may see them finds something with each of these questions.
    let operator = as_operator(&running.grpc);
    for (method, request) in questions(RETAILER, &delivery) {
        match call_plain(operator.clone(), &path(method), request).await {
            Err(status) if [Code::NotFound, Code::InvalidArgument].contains(&status.code()) => {
                wrong.push(format!("{method}: {status:?}"));
            }
            Ok(said) if said.is_empty() && method.contains("List") => {
                wrong.push(format!("{method} finds nothing"));
            }
            Ok(_) | Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A method that a retailer may call and that nobody asked here is named.
fn every_method(asked: &BTreeSet<&str>) {
    let is_retailers = |roles: Roles| {
        Role::OF_RETAILERS
            .into_iter()
            .any(|role| roles.contains(role))
    };
    let retailers = shop_ingest::METHODS
        .iter()
        .filter(|method| is_retailers(method.roles));
    let missing: Vec<_> = retailers
        .map(|method| method.path.trim_start_matches("comptoir.connect.v1."))
        .filter(|method| !asked.contains(method))
        .collect();
    assert!(
        missing.is_empty(),
        "not asked with foreign ids: {missing:?}"
    );
}
