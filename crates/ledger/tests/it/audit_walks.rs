//! Every method of the ledger that writes leaves an entry in the audit log, with who, when, before and after (item 9).

use std::collections::BTreeSet;

use proto::ledger as wire;
use proto::ledger::access_client::AccessClient;
use retail::StockRule;
use serde_json::Value;
use service::clock::SystemClock;
use service_kit::methods_of;
use uuid::Uuid;
use wire::FulfilmentStep::Picked;

use crate::audit_walk::Trail;
use crate::client::Client;
use crate::held::act;
use crate::imports::{IMPORT, past};
use crate::office::Office;
use crate::order::an_order;
use crate::packing::Packing;
use crate::people::{People, bought};
use crate::stockroom::Stockroom;
use crate::support::{ASKING_CONNECTION, CONNECTION, Ledger, OUTLET, REGISTER, RETAILER, id};
use crate::till::Till;

const PACKAGE: &str = "comptoir.ledger.v1";
/// What changes nothing.
const READING: [&str; 44] = [
    "Access/FindToken",
    "Access/ListTokens",
    "Audit/ListAuditEntries",
    "Customers/ExportCustomer",
    "Customers/GetCustomer",
    "Customers/ListCustomers",
    "Erasures/ListShredding",
    "Fulfilment/GetFulfilment",
    "Fulfilment/ListFulfilment",
    "Imports/GetImport",
    "Imports/ListImportLevels",
    "Imports/ListImportOrders",
    "Imports/ListImports",
    "Imports/PreviewOrders",
    "Integrity/ExportChain",
    "Integrity/Verify",
    "Items/CheckCatalogue",
    "Kits/GetKit",
    "Kits/ListKits",
    "Orders/GetKnownOrders",
    "Orders/GetReceipt",
    "Orders/ListParkedOrders",
    "Payments/ListPaymentTypes",
    "Registers/GetSession",
    "Registers/ListRegisters",
    "Registers/ListSessions",
    "Reports/ReportProducts",
    "Sales/GetSale",
    "Sales/ListReservations",
    "Sales/ListSales",
    "Sales/StreamSales",
    "Stock/ExplainLevel",
    "Stock/ListLevels",
    "Stock/ListLevelsAsOf",
    "Stock/ListMovements",
    "StockTakes/GetStockTake",
    "StockTakes/ListStockTakeLines",
    "StockTakes/ListStockTakes",
    "StockWork/GetStockEntry",
    "StockWork/ListOversold",
    "StockWork/ListStockEntries",
    "Tills/ListTillLines",
    "Transfers/GetTransfer",
    "Transfers/ListTransfers",
];
const READING_OF_WAITING: [&str; 4] = [
    "WaitingOrders/ListActions",
    "WaitingOrders/ListHeld",
    "WaitingOrders/ListOpenQuantities",
    "WaitingOrders/ListParked",
];
/// What writes and is nobody's deed: an archive says that it did what an erasure asked of it, which has its entry.
/// Which one, and when, is kept with the erasure.
const BOOKKEEPING: [&str; 1] = ["Erasures/ReportShredding"];

#[tokio::test]
async fn item_9_every_write_leaves_an_audit_entry() {
    let walks = [
        tokens().await,
        registers().await,
        tills().await,
        stock_work().await,
        stock_takes().await,
        kits_and_transfers().await,
        fulfilment().await,
        invoices().await,
        customers().await,
        erasures().await,
        imports().await,
        waiting().await,
        held().await,
    ];
    let reading = READING.into_iter().chain(READING_OF_WAITING);
    let others = reading.chain(BOOKKEEPING).map(str::to_owned);
    let known = others.chain(walks.into_iter().flatten());
    let known: BTreeSet<String> = known.map(|method| format!("{PACKAGE}.{method}")).collect();
    let methods = methods_of(PACKAGE);
    let in_no_table: Vec<_> = methods.difference(&known).collect();
    let no_methods: Vec<_> = known.difference(&methods).collect();
    assert!(
        in_no_table.is_empty() && no_methods.is_empty(),
        "neither reading nor writing: {in_no_table:#?}, no methods: {no_methods:#?}"
    );
}

async fn tokens() -> Vec<String> {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let mut trail = Trail::of(&client, SystemClock);
    trail.own(&mut client, "Access/CreateToken").await;
    let request = wire::CreateTokenRequest {
        retailer_id: RETAILER.to_string(),
        name: "till 1".to_owned(),
        roles: vec![wire::Role::Cashier.into()],
        expires_at: None,
        act: Some(act(1)),
    };
    let made = AccessClient::new(client.channel.clone())
        .create_token(request)
        .await;
    let token = made.unwrap().into_inner().token.unwrap();
    trail.left().await;
    trail.own(&mut client, "Access/RevokeToken").await;
    let request = wire::RevokeTokenRequest {
        retailer_id: RETAILER.to_string(),
        token_id: token.token_id,
        act: Some(act(2)),
    };
    let mut access = AccessClient::new(client.channel.clone());
    access.revoke_token(request).await.unwrap();
    let revoked = trail.left().await;
    revoked.assert_change("is_valid", "true", "false");
    trail.walked
}

/// Its tokens age as its sessions do.
async fn till() -> (Till, Trail) {
    let mut till = Till::with(&["A"]).await;
    till.client = Client::at(&till.ledger, till.clock.clone()).await;
    let trail = Trail::of(&till.client, till.clock.clone());
    (till, trail)
}

async fn registers() -> Vec<String> {
    let (mut till, mut trail) = till().await;
    trail.own(&mut till.client, "Registers/OpenSession").await;
    till.open(REGISTER, 5_000).await.unwrap();
    trail.left().await;
    let order = an_order(1).line("A", 1);
    till.ledger.apply_one(&order.build()).await;
    let sale = till.sale_id("#1").await;
    trail.own(&mut till.client, "Payments/ApplyPayment").await;
    till.pay(sale, 400).await.unwrap();
    let paid = trail.left().await;
    paid.assert_change("balance", "unpaid", "part_paid");
    trail.own(&mut till.client, "Payments/SetPaymentType").await;
    let request = wire::SetPaymentTypeRequest {
        retailer_id: RETAILER.to_string(),
        payment_type: Some(wire::PaymentType {
            payment_type: "voucher".to_owned(),
            name: "Voucher".to_owned(),
        }),
        act: Some(till.act()),
    };
    let set = till.client.payments.set_payment_type(request).await;
    set.unwrap();
    trail.left().await;
    trail
        .own(&mut till.client, "Payments/MapPaymentMethod")
        .await;
    let request = wire::MapPaymentMethodRequest {
        retailer_id: RETAILER.to_string(),
        payment_method: Some(wire::PaymentMethod {
            connection_id: CONNECTION.to_string(),
            method: "stripe".to_owned(),
            payment_type: "card".to_owned(),
        }),
        act: Some(till.act()),
    };
    let mapped = till.client.payments.map_payment_method(request).await;
    mapped.unwrap();
    trail.left().await;
    trail.own(&mut till.client, "Registers/CloseSession").await;
    let counted = [("cash", 5_000), ("bank-transfer", 400)];
    till.close(REGISTER, &counted).await.unwrap();
    let closed = trail.left().await;
    closed.assert_change("is_open", "true", "false");
    trail.walked
}

async fn tills() -> Vec<String> {
    let (mut till, mut trail) = till().await;
    till.open(REGISTER, 0).await.unwrap();
    trail.own(&mut till.client, "Tills/RecordSale").await;
    let selling = till.selling().line("A", 1, 1_000).rest("cash");
    let sale = till.record(selling).await.unwrap();
    trail.left().await;
    trail.own(&mut till.client, "Tills/VoidSale").await;
    till.void(&sale).await.unwrap();
    let void = trail.left().await;
    void.assert_change("state", "closed", "voided");
    trail.walked
}

async fn stock_work() -> Vec<String> {
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

async fn stock_takes() -> Vec<String> {
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

async fn kits_and_transfers() -> Vec<String> {
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

async fn fulfilment() -> Vec<String> {
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

async fn invoices() -> Vec<String> {
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

/// Somebody who goes by two addresses, and somebody else.
async fn people() -> (People, Trail) {
    let mut people = People::new().await;
    people.client = Client::at(&people.ledger, people.clock.clone()).await;
    let orders = [
        bought(1, "zoe@example.test", "Zoe").build(),
        bought(2, "z@work.test", "Z. Tremblay").build(),
        bought(3, "ada@example.test", "Ada").build(),
    ];
    people.ledger.apply(&orders).await;
    let trail = Trail::of(&people.client, people.clock.clone());
    (people, trail)
}

async fn customers() -> Vec<String> {
    let (mut people, mut trail) = people().await;
    let zoe = people.id_of("zoe@example.test").await;
    let work = people.id_of("z@work.test").await;
    trail
        .own(&mut people.client, "Customers/MergeCustomers")
        .await;
    people.merge(&work, &zoe).await.unwrap();
    let merged = trail.left().await;
    merged.assert_change("merged_into", "null", &zoe);
    trail
        .own(&mut people.client, "Customers/EraseCustomer")
        .await;
    people.erase(&zoe).await.unwrap();
    let erased = trail.left().await;
    erased.assert_change("is_erased", "false", "true");
    trail.walked
}

async fn erasures() -> Vec<String> {
    let (mut people, mut trail) = people().await;
    trail
        .service(&mut people.client, "Erasures/ErasePerson")
        .await;
    let request = wire::ErasePersonRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        email: "ada@example.test".to_owned(),
        order_ids: Vec::new(),
        act: Some(people.act()),
    };
    people.client.erasures.erase_person(request).await.unwrap();
    let erased = trail.left().await;
    erased.assert_change("is_erased", "false", "true");
    trail
        .service(&mut people.client, "Erasures/EraseShop")
        .await;
    let request = wire::EraseShopRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
    };
    people.client.erasures.erase_shop(request).await.unwrap();
    let erased = trail.left().await;
    assert_eq!(erased.subject, CONNECTION.to_string());
    assert_eq!(erased.after["erased_customers"], 2);
    let kept = "select string_agg(e::text, '') from (
        select before::text || after::text as e from ledger.request
        union all select e::text from ledger.audit_entry e) e";
    let kept = people.ledger.sql(kept);
    assert!(!kept.contains("example.test"), "{kept}");
    trail.walked
}

async fn imports() -> Vec<String> {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let mut trail = Trail::of(&client, SystemClock);
    let named = |import: Uuid| (RETAILER.to_string(), import.to_string());
    let begin = |import: Uuid| wire::BeginImportRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        import_id: import.to_string(),
    };
    trail.service(&mut client, "Imports/BeginImport").await;
    for _ in 0..2 {
        // Begun again it is not begun again.
        let begun = client.imports.begin_import(begin(IMPORT.uuid())).await;
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
    client.imports.begin_import(begin(second)).await.unwrap();
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
async fn waiting() -> Vec<String> {
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

async fn held() -> Vec<String> {
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

#[tokio::test]
async fn item_9_what_cannot_be_entered_is_not_done() {
    let mut room = Stockroom::with(&["A"]).await;
    let block = |table: &str, change: &str| format!("alter table ledger.{table} {change}");
    let (none, no_more) = (
        "add constraint none check (false) not valid",
        "drop constraint none",
    );
    room.ledger.sql(&block("request", none));
    room.receive(&[("A", 5)]).await.unwrap_err();
    assert_eq!(room.on_hand("A").await, 0);
    room.ledger.sql(&block("request", no_more));
    room.ledger.sql(&block("audit_entry", none));
    let request = wire::BeginImportRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        import_id: IMPORT.to_string(),
    };
    let mut imports = room.client.imports.clone();
    imports.begin_import(request.clone()).await.unwrap_err();
    assert_eq!(room.ledger.sql("select count(*) from ledger.import"), "0");
    room.ledger.sql(&block("audit_entry", no_more));
    imports.begin_import(request).await.unwrap();
    let mut role =
        schema::testing::Role::connect(&crate::support::app(&room.ledger.database)).await;
    role.assert_denied(&[
        "update ledger.audit_entry set caller = ''",
        "delete from ledger.audit_entry",
    ])
    .await;
}
