//! Every method of the ledger that writes leaves an entry in the audit log, with who, when, before and after (item 9).

use std::collections::BTreeSet;

use proto::ledger as wire;
use service_kit::methods_of;

use crate::imports::IMPORT;
use crate::stockroom::Stockroom;
use crate::support::{CONNECTION, RETAILER};
use crate::{audit_of_items, audit_of_orders, audit_of_stock, audit_of_tills};

const PACKAGE: &str = "comptoir.ledger.v1";
/// What changes nothing.
const READING: [&str; 48] = [
    "Access/FindToken",
    "Access/ListTokens",
    "Audit/ListAuditEntries",
    "Customers/ExportCustomer",
    "Customers/GetCustomer",
    "Customers/ListCustomers",
    "Entitlements/GetEntitlements",
    "Entitlements/ListPlans",
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
    "ItemRegistry/ListItems",
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
    "ShopStock/ListPushable",
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
        audit_of_tills::tokens().await,
        audit_of_tills::plans().await,
        Box::pin(audit_of_tills::registers()).await,
        Box::pin(audit_of_tills::tills()).await,
        audit_of_stock::stock_work().await,
        audit_of_stock::stock_takes().await,
        audit_of_stock::kits_and_transfers().await,
        audit_of_stock::fulfilment().await,
        audit_of_stock::invoices().await,
        audit_of_tills::customers().await,
        audit_of_tills::erasures().await,
        audit_of_items::items().await,
        audit_of_orders::imports().await,
        audit_of_orders::waiting().await,
        audit_of_orders::held().await,
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
