//! Who may call what. A method without a line here is refused, and
//! `item_9_every_method_is_open_to_its_roles_alone` names it.

use service::access::{Method, Roles, method};

const READ: Roles = Roles::READ;
const MANAGE: Roles = Roles::MANAGE;
/// What ingest services ask for as well.
const READ_BY_ALL: Roles = READ.and(Roles::INTERNAL);

pub const METHODS: &[Method] = &[
    method("comptoir.catalog.v1.Audit/ListAuditEntries", MANAGE),
    method("comptoir.catalog.v1.Catalog/CheckPrices", READ_BY_ALL),
    method("comptoir.catalog.v1.Catalog/DeleteProduct", MANAGE),
    method("comptoir.catalog.v1.Catalog/GetProduct", READ),
    method("comptoir.catalog.v1.Catalog/ListLabels", READ),
    method("comptoir.catalog.v1.Catalog/ListProducts", READ),
    method("comptoir.catalog.v1.Catalog/PutImage", MANAGE),
    method("comptoir.catalog.v1.Catalog/RestoreProduct", MANAGE),
    method("comptoir.catalog.v1.Catalog/SaveProduct", MANAGE),
    method("comptoir.catalog.v1.Channels/ApplyBulk", MANAGE),
    method("comptoir.catalog.v1.Channels/ListConnectionSettings", READ),
    method("comptoir.catalog.v1.Channels/PreviewBulk", READ),
    method("comptoir.catalog.v1.Channels/SetChannels", MANAGE),
    method("comptoir.catalog.v1.Channels/SetConnectionSettings", MANAGE),
    method("comptoir.catalog.v1.Drift/ListDrift", READ),
    method("comptoir.catalog.v1.Drift/RepairDrift", MANAGE),
    method("comptoir.catalog.v1.Drift/ScanDrift", MANAGE),
    method("comptoir.catalog.v1.Links/ImportLinks", MANAGE),
    method("comptoir.catalog.v1.Links/LinkAll", MANAGE),
    method("comptoir.catalog.v1.Links/ListLinkRows", READ),
    method("comptoir.catalog.v1.Links/ListLinks", READ),
    method("comptoir.catalog.v1.Links/SetLinks", MANAGE),
    method("comptoir.catalog.v1.Push/ListConnectionStatus", READ),
    method("comptoir.catalog.v1.Push/ListListings", READ),
    method("comptoir.catalog.v1.Push/ListTold", READ),
    method("comptoir.catalog.v1.Push/Repush", MANAGE),
    method("comptoir.catalog.v1.Sheets/ApplySheet", MANAGE),
    method("comptoir.catalog.v1.Sheets/BeginSheet", MANAGE),
    method("comptoir.catalog.v1.Sheets/CheckSheet", MANAGE),
    method("comptoir.catalog.v1.Sheets/GetSheet", READ),
    method("comptoir.catalog.v1.Sheets/ListSheetChanges", READ),
    method("comptoir.catalog.v1.Sheets/ListSheetFindings", READ),
    method("comptoir.catalog.v1.Sheets/ListSheetRows", READ),
    method("comptoir.catalog.v1.Sheets/PutSheetRows", MANAGE),
];
