//! Who may call what. A method without a line here is refused, and
//! `item_9_every_method_is_open_to_its_roles_alone` names it.

use service::access::{Method, Roles, method};

const READ: Roles = Roles::READ;
const TILL: Roles = Roles::TILL;
const STOCK: Roles = Roles::STOCK;
const MANAGE: Roles = Roles::MANAGE;
const OWN: Roles = Roles::OWN;
const INTERNAL: Roles = Roles::INTERNAL;
const PUSH: Roles = Roles::PUSH;
/// What ingest services ask for as well.
const READ_BY_ALL: Roles = READ.and(INTERNAL);
/// What the service that writes to shops asks for as well.
const READ_AND_PUSH: Roles = READ.and(PUSH);
const MANAGE_AND_INTERNAL: Roles = MANAGE.and(INTERNAL);
/// What a retailer may begin is not the retailer's to say.
const OPERATE: Roles = Roles::OPERATE;
/// What shops ask for, and retailers ask for otherwise.
const OPERATE_AND_INTERNAL: Roles = OPERATE.and(INTERNAL);

pub const METHODS: &[Method] = &[
    method("comptoir.ledger.v1.Access/CreateToken", OWN),
    method("comptoir.ledger.v1.Access/FindToken", INTERNAL.and(PUSH)),
    method("comptoir.ledger.v1.Access/ListTokens", OWN),
    method("comptoir.ledger.v1.Access/RevokeToken", OWN),
    method("comptoir.ledger.v1.Audit/ListAuditEntries", MANAGE),
    method("comptoir.ledger.v1.Customers/EraseCustomer", OWN),
    method("comptoir.ledger.v1.Customers/ExportCustomer", MANAGE),
    method("comptoir.ledger.v1.Customers/GetCustomer", READ),
    method("comptoir.ledger.v1.Customers/ListCustomers", READ),
    method("comptoir.ledger.v1.Customers/MergeCustomers", MANAGE),
    method(
        "comptoir.ledger.v1.Entitlements/GetEntitlements",
        READ_BY_ALL.and(PUSH),
    ),
    method("comptoir.ledger.v1.Entitlements/ListPlans", READ),
    method("comptoir.ledger.v1.Entitlements/SetPlan", OPERATE),
    method(
        "comptoir.ledger.v1.Erasures/ErasePerson",
        OPERATE_AND_INTERNAL,
    ),
    method(
        "comptoir.ledger.v1.Erasures/EraseShop",
        OPERATE_AND_INTERNAL,
    ),
    method(
        "comptoir.ledger.v1.Erasures/ListShredding",
        OPERATE_AND_INTERNAL,
    ),
    method(
        "comptoir.ledger.v1.Erasures/ReportShredding",
        OPERATE_AND_INTERNAL,
    ),
    method("comptoir.ledger.v1.Fulfilment/GetFulfilment", READ),
    method("comptoir.ledger.v1.Fulfilment/ListFulfilment", READ),
    method("comptoir.ledger.v1.Fulfilment/TakeStep", STOCK),
    method("comptoir.ledger.v1.Fulfilment/UndoStep", STOCK),
    method(
        "comptoir.ledger.v1.Imports/BeginImport",
        MANAGE_AND_INTERNAL,
    ),
    method(
        "comptoir.ledger.v1.Imports/CancelImport",
        MANAGE_AND_INTERNAL,
    ),
    method(
        "comptoir.ledger.v1.Imports/CompleteImport",
        MANAGE_AND_INTERNAL,
    ),
    method("comptoir.ledger.v1.Imports/GetImport", READ_BY_ALL),
    method("comptoir.ledger.v1.Imports/ListImportLevels", READ),
    method("comptoir.ledger.v1.Imports/ListImportOrders", READ),
    method("comptoir.ledger.v1.Imports/ListImports", READ),
    method(
        "comptoir.ledger.v1.Imports/PreviewOrders",
        MANAGE_AND_INTERNAL,
    ),
    method("comptoir.ledger.v1.Imports/UndoImport", MANAGE),
    method("comptoir.ledger.v1.Integrity/ExportChain", READ),
    method("comptoir.ledger.v1.Integrity/Verify", READ),
    method("comptoir.ledger.v1.Invoices/RecordInvoice", TILL),
    // Which items there are the catalogue says, and nobody past it.
    method("comptoir.ledger.v1.ItemRegistry/DeleteItems", PUSH),
    method("comptoir.ledger.v1.ItemRegistry/LinkVariants", PUSH),
    method("comptoir.ledger.v1.ItemRegistry/ListItems", READ_AND_PUSH),
    method("comptoir.ledger.v1.ItemRegistry/RegisterItems", PUSH),
    method("comptoir.ledger.v1.ItemRegistry/RestoreItems", PUSH),
    method("comptoir.ledger.v1.Items/CheckCatalogue", READ_BY_ALL),
    method("comptoir.ledger.v1.Kits/DefineKit", STOCK),
    method("comptoir.ledger.v1.Kits/GetKit", READ_AND_PUSH),
    method("comptoir.ledger.v1.Kits/ListKits", READ_AND_PUSH),
    method("comptoir.ledger.v1.Orders/GetKnownOrders", READ_BY_ALL),
    method("comptoir.ledger.v1.Orders/GetReceipt", READ_BY_ALL),
    method("comptoir.ledger.v1.Orders/ListParkedOrders", READ),
    method("comptoir.ledger.v1.Payments/ApplyPayment", TILL),
    method("comptoir.ledger.v1.Payments/ListPaymentTypes", READ),
    method("comptoir.ledger.v1.Payments/MapPaymentMethod", MANAGE),
    method("comptoir.ledger.v1.Payments/SetPaymentType", MANAGE),
    method("comptoir.ledger.v1.Registers/CloseSession", TILL),
    method("comptoir.ledger.v1.Registers/GetSession", READ),
    method("comptoir.ledger.v1.Registers/ListRegisters", READ_AND_PUSH),
    method("comptoir.ledger.v1.Registers/ListSessions", READ),
    method("comptoir.ledger.v1.Registers/OpenSession", TILL),
    method("comptoir.ledger.v1.Reports/ReportProducts", READ),
    method("comptoir.ledger.v1.Sales/GetSale", READ_AND_PUSH),
    method("comptoir.ledger.v1.Sales/ListReservations", READ),
    method("comptoir.ledger.v1.Sales/ListSales", READ),
    method("comptoir.ledger.v1.Sales/StreamSales", READ),
    method("comptoir.ledger.v1.ShopStock/ListPushable", READ_AND_PUSH),
    method("comptoir.ledger.v1.Stock/ExplainLevel", READ_AND_PUSH),
    method("comptoir.ledger.v1.Stock/ListLevels", READ_AND_PUSH),
    method("comptoir.ledger.v1.Stock/ListLevelsAsOf", READ_AND_PUSH),
    method("comptoir.ledger.v1.Stock/ListMovements", READ_AND_PUSH),
    method("comptoir.ledger.v1.StockTakes/CancelStockTake", STOCK),
    method("comptoir.ledger.v1.StockTakes/CountStock", STOCK),
    method("comptoir.ledger.v1.StockTakes/GetStockTake", READ),
    method("comptoir.ledger.v1.StockTakes/ListStockTakeLines", READ),
    method("comptoir.ledger.v1.StockTakes/ListStockTakes", READ),
    method("comptoir.ledger.v1.StockTakes/PostStockTake", STOCK),
    method("comptoir.ledger.v1.StockTakes/StartStockTake", STOCK),
    method("comptoir.ledger.v1.StockWork/Adjust", STOCK),
    method("comptoir.ledger.v1.StockWork/GetStockEntry", READ),
    method("comptoir.ledger.v1.StockWork/ListOversold", READ),
    method("comptoir.ledger.v1.StockWork/ListStockEntries", READ),
    method("comptoir.ledger.v1.StockWork/ReceiveGoods", STOCK),
    method("comptoir.ledger.v1.StockWork/SetSafetyStock", STOCK),
    method("comptoir.ledger.v1.Tills/ListTillLines", READ),
    method("comptoir.ledger.v1.Tills/RecordSale", TILL),
    method("comptoir.ledger.v1.Tills/VoidSale", TILL),
    method("comptoir.ledger.v1.Transfers/GetTransfer", READ),
    method("comptoir.ledger.v1.Transfers/ListTransfers", READ),
    method("comptoir.ledger.v1.Transfers/ReceiveTransfer", STOCK),
    method("comptoir.ledger.v1.Transfers/SendTransfer", STOCK),
    method("comptoir.ledger.v1.WaitingOrders/ApplyHeld", MANAGE),
    method("comptoir.ledger.v1.WaitingOrders/DismissParked", MANAGE),
    method("comptoir.ledger.v1.WaitingOrders/ListActions", READ),
    method("comptoir.ledger.v1.WaitingOrders/ListHeld", READ),
    method(
        "comptoir.ledger.v1.WaitingOrders/ListOpenQuantities",
        READ_AND_PUSH,
    ),
    method("comptoir.ledger.v1.WaitingOrders/ListParked", READ),
    method("comptoir.ledger.v1.WaitingOrders/RemapProduct", MANAGE),
    method("comptoir.ledger.v1.WaitingOrders/RetryAllParked", MANAGE),
    method("comptoir.ledger.v1.WaitingOrders/RetryParked", MANAGE),
];
