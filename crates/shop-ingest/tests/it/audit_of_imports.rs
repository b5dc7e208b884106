//! What is done about imports leaves entries in the audit log.

use proto::connect as wire;
use proto::connect::imports_client::ImportsClient;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::audit_walk::{OPERATORS, Trail, first, of_first, retailer};
use crate::import_client::Client;
use crate::stall::Mood;

const IMPORT: Uuid = Uuid::from_u128(0x0195_c0de_0000_7000_8000_0000_0000_0911);
const SECOND: Uuid = Uuid::from_u128(0x0195_c0de_0000_7000_8000_0000_0000_0912);

pub async fn imports(trail: &mut Trail<'_>) {
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
