//! What is done with goods leaves entries in the audit log.

use proto::ledger::FulfilmentStep::Picked;
use retail::StockRule;
use serde_json::Value;
use service::clock::SystemClock;

use crate::audit_walk::Trail;
use crate::office::Office;
use crate::order::an_order;
use crate::packing::Packing;
use crate::stockroom::Stockroom;
use crate::support::OUTLET;

pub async fn stock_work() -> Vec<String> {
    let mut room = Stockroom::with(&["A"]).await;
    let mut trail = Trail::of(&room.client, SystemClock);
    trail.own(&mut room.client, "StockWork/ReceiveGoods").await;
    room.receive(&[("A", 5)]).await.unwrap();
    trail.left().await.assert_level("0", "5");
    trail.own(&mut room.client, "StockWork/Adjust").await;
    room.adjust(&[("A", -2)]).await.unwrap();
    trail.left().await.assert_level("5", "3");
    trail
        .own(&mut room.client, "StockWork/SetSafetyStock")
        .await;
    room.set_safety(&[("A", 1)]).await.unwrap();
    let set = trail.left().await;
    let safety = |levels: &Value| levels["levels"][0]["safety"].clone();
    assert_eq!(
        (safety(&set.before), safety(&set.after)),
        ("0".into(), "1".into())
    );
    trail.walked
}

pub async fn stock_takes() -> Vec<String> {
    let mut room = Stockroom::with(&["A"]).await;
    let mut trail = Trail::of(&room.client, SystemClock);
    trail
        .own(&mut room.client, "StockTakes/StartStockTake")
        .await;
    let take = room.start(OUTLET).await.unwrap();
    trail.left().await;
    trail.own(&mut room.client, "StockTakes/CountStock").await;
    room.count(&take.stock_take_id, &[("A", 7)]).await.unwrap();
    trail.left().await;
    trail
        .own(&mut room.client, "StockTakes/PostStockTake")
        .await;
    room.post(&take.stock_take_id).await.unwrap();
    trail.left().await.assert_level("0", "7");
    let take = room.start(OUTLET).await.unwrap();
    trail
        .own(&mut room.client, "StockTakes/CancelStockTake")
        .await;
    room.cancel(&take.stock_take_id).await.unwrap();
    let cancelled = trail.left().await;
    cancelled.assert_change("is_open", "true", "false");
    trail.walked
}

pub async fn kits_and_transfers() -> Vec<String> {
    let mut room = Stockroom::with(&["KIT", "A"]).await;
    let mut trail = Trail::of(&room.client, SystemClock);
    room.define("KIT", &[("A", 1)]).await.unwrap();
    trail.own(&mut room.client, "Kits/DefineKit").await;
    room.define("KIT", &[("A", 2)]).await.unwrap();
    let defined = trail.left().await;
    let parts = |kit: &Value| kit["parts"][0]["quantity"].clone();
    assert_eq!(
        (parts(&defined.before), parts(&defined.after)),
        ("1".into(), "2".into())
    );
    trail.own(&mut room.client, "Transfers/SendTransfer").await;
    let sent = room.send(&[("A", 3)]).await.unwrap();
    trail.left().await.assert_level("0", "-3");
    trail
        .own(&mut room.client, "Transfers/ReceiveTransfer")
        .await;
    let arrived = room.arrive(&sent.transfer_id, &[("A", 3)], false).await;
    arrived.unwrap();
    trail.left().await.assert_level("0", "3");
    trail.walked
}

pub async fn fulfilment() -> Vec<String> {
    let mut packing = Packing::new().await;
    let order = an_order(1).line("A", 3).build();
    packing.ledger.apply_one(&order).await;
    let mut trail = Trail::of(&packing.client, SystemClock);
    let picked = |lines: &Value| lines["lines"][0]["picked"].clone();
    trail.own(&mut packing.client, "Fulfilment/TakeStep").await;
    packing.take("1", Picked, &[(1, 2)]).await.unwrap();
    let taken = trail.left().await;
    assert_eq!(
        (picked(&taken.before), picked(&taken.after)),
        ("0".into(), "2".into())
    );
    trail.own(&mut packing.client, "Fulfilment/UndoStep").await;
    packing.undo("1", Picked, &[(1, 1)]).await.unwrap();
    let undone = trail.left().await;
    assert_eq!(
        (picked(&undone.before), picked(&undone.after)),
        ("2".into(), "1".into())
    );
    trail.walked
}

pub async fn invoices() -> Vec<String> {
    let mut office = Office::with(StockRule::AtInvoice).await;
    let order = an_order(1).line("A", 3).build();
    office.ledger.apply_one(&order).await;
    let mut trail = Trail::of(&office.client, SystemClock);
    trail
        .own(&mut office.client, "Invoices/RecordInvoice")
        .await;
    office.invoice(1, &[("line:1", 2)]).await;
    trail.left().await;
    trail.walked
}
