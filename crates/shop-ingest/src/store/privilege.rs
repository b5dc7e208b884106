//! Who may do what to which table, and whose its rows are: declared here, granted and walled by `migrate`, checked at
//! every start and tried cell by cell in the tests.

use schema::Of::{Nobody, Retailer};
use schema::Privilege::{Delete, Insert, Select, Update};
use schema::{Of, Privilege, TableRights, rights};

const STATE: &[Privilege] = &[Select, Insert, Update];

const OF_CONNECTION: Of = Of::same("connection", "connection_id");
const OF_IMPORT: Of = Of::same("import_job", "import_id");

/// Every table of the schema.
pub const TABLES: [TableRights; 17] = [
    // The history of migrations: read at start, to know that schema and program belong together.
    rights("_sqlx_migrations", &[Select], Nobody),
    rights(
        "access_grant",
        &[Select, Insert, Update, Delete],
        OF_CONNECTION,
    ),
    // Nobody rewrites who did what.
    rights("audit_entry", &[Select, Insert], Retailer),
    // A connection is parted with, never deleted: its orders' identity rests on it.
    rights("connection", STATE, Retailer),
    // Who was erased once stays so.
    rights("erased_order", &[Select, Insert], OF_CONNECTION),
    rights("hook_check", STATE, OF_CONNECTION),
    rights(
        "import_entitlement",
        &[Select, Insert, Delete],
        OF_CONNECTION,
    ),
    rights("import_job", STATE, OF_CONNECTION),
    rights("import_level", STATE, OF_IMPORT),
    rights("import_order", STATE, OF_IMPORT),
    rights("install", &[Select, Insert, Update, Delete], Retailer),
    rights(
        "kept_delivery",
        &[Select, Insert, Update, Delete],
        OF_CONNECTION,
    ),
    rights(
        "missed_order",
        &[Select, Insert, Update, Delete],
        OF_CONNECTION,
    ),
    rights("order_count", STATE, OF_CONNECTION),
    rights("poll", STATE, OF_CONNECTION),
    rights("privacy_request", STATE, OF_CONNECTION),
    rights("raw_delivery", &[Select, Insert, Delete], Retailer),
];
