//! What is done about orders leaves entries in the audit log.

use proto::ledger as wire;
use serde_json::Value;
use service::clock::SystemClock;
use uuid::Uuid;

use crate::audit_walk::Trail;
use crate::client::Client;
use crate::held::act;
use crate::imports::{IMPORT, past};
use crate::order::an_order;
use crate::support::{ASKING_CONNECTION, CONNECTION, Ledger, RETAILER, id};

pub async fn imports() -> Vec<String> {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let mut trail = Trail::of(&client, SystemClock);
    let named = |import: Uuid| (RETAILER.to_string(), import.to_string());
    let asked = |import: Uuid| wire::BeginImportRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        import_id: import.to_string(),
    };
    trail.service(&mut client, "Imports/BeginImport").await;
    for _ in 0..2 {
        // Begun again it is not begun again.
        let begun = client.imports.begin_import(asked(IMPORT.uuid())).await;
        begun.unwrap();
    }
    let begun = trail.left().await;
    assert_eq!(begun.subject, format!("{CONNECTION} import {IMPORT}"));
    assert_eq!(begun.before, Value::Null);
    assert_eq!(begun.after["state"], "running");
    ledger.apply(&[past(1).line("A", 2).build()]).await;
    trail.service(&mut client, "Imports/CompleteImport").await;
    for _ in 0..2 {
        let (retailer_id, import_id) = named(IMPORT.uuid());
        let request = wire::CompleteImportRequest {
            retailer_id,
            import_id,
        };
        client.imports.complete_import(request).await.unwrap();
    }
    let complete = trail.left().await;
    complete.assert_change("state", "running", "complete");
    trail.own(&mut client, "Imports/UndoImport").await;
    for _ in 0..2 {
        let (retailer_id, import_id) = named(IMPORT.uuid());
        let request = wire::UndoImportRequest {
            retailer_id,
            import_id,
        };
        client.imports.undo_import(request).await.unwrap();
    }
    let undone = trail.left().await;
    undone.assert_change("state", "complete", "undone");
    assert_eq!(undone.after["undone"], 1);
    let second = id(902);
    client.imports.begin_import(asked(second)).await.unwrap();
    trail.service(&mut client, "Imports/CancelImport").await;
    for _ in 0..2 {
        let (retailer_id, import_id) = named(second);
        let request = wire::CancelImportRequest {
            retailer_id,
            import_id,
        };
        client.imports.cancel_import(request).await.unwrap();
    }
    let cancelled = trail.left().await;
    cancelled.assert_change("state", "running", "cancelled");
    trail.walked
}

/// Three orders of a product that was deleted.
pub async fn waiting() -> Vec<String> {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let mut trail = Trail::of(&client, SystemClock);
    ledger
        .apply_one(&an_order(1).line("A", 1).line("B", 1).build())
        .await;
    ledger.sql("update ledger.item set deleted_at = now() where sku = 'A'");
    for order in 2..5 {
        ledger
            .apply_one(&an_order(order).line("A", 1).build())
            .await;
    }
    trail.own(&mut client, "WaitingOrders/RetryParked").await;
    crate::waiting::retry(&mut client, "2", 1).await.unwrap();
    let vain = trail.left().await;
    assert_eq!(vain.before["parked"], "product_deleted");
    assert_eq!(vain.after["outcome"], "parked");
    trail.own(&mut client, "WaitingOrders/DismissParked").await;
    crate::waiting::dismiss(&mut client, "2", 2).await.unwrap();
    let dismissed = trail.left().await;
    assert_eq!(dismissed.before["dismissed"], false);
    crate::waiting::dismiss(&mut client, "3", 3).await.unwrap();
    trail.own(&mut client, "WaitingOrders/RemapProduct").await;
    let request = wire::RemapProductRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        sku: "B".to_owned(),
        act: Some(act(4)),
        product: Some(wire::remap_product_request::Product::ShopSku(
            "A".to_owned(),
        )),
    };
    client.waiting.remap_product(request).await.unwrap();
    trail.left().await;
    ledger.sql("update ledger.item set deleted_at = null");
    trail.own(&mut client, "WaitingOrders/RetryAllParked").await;
    let request = wire::RetryAllParkedRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: String::new(),
        reason: String::new(),
        act: Some(act(5)),
    };
    client.waiting.retry_all_parked(request).await.unwrap();
    let done = trail.left().await;
    assert_eq!(done.after["outcome"], "recorded");
    trail.walked
}

pub async fn held() -> Vec<String> {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let mut trail = Trail::of(&client, SystemClock);
    let asking = |units, second| {
        let order = an_order(1).line("A", units).at(second);
        order.of(RETAILER, ASKING_CONNECTION).build()
    };
    ledger.apply_one(&asking(1, 0)).await;
    ledger.apply_one(&asking(2, 1)).await;
    trail.own(&mut client, "WaitingOrders/ApplyHeld").await;
    let request = wire::ApplyHeldRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: ASKING_CONNECTION.to_string(),
        order_id: "1".to_owned(),
        content_hash: Vec::new(),
        act: Some(act(1)),
    };
    client.waiting.apply_held(request).await.unwrap();
    let applied = trail.left().await;
    assert!(applied.before["held_since"].is_string());
    assert_eq!(applied.before["revision"], 1);
    assert_eq!(applied.after["outcome"], "recorded");
    trail.walked
}
