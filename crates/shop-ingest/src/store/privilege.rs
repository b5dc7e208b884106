//! Who may do what to which table: declared here, granted by `migrate`, checked at every start and tried
//! cell by cell in the tests.

use schema::Privilege::{Delete, Insert, Select, Update};
use schema::{Privilege, TableRights, rights};

const STATE: &[Privilege] = &[Select, Insert, Update];

/// Every table of the schema.
pub const TABLES: [TableRights; 17] = [
    // The history of migrations: read at start, to know that schema and program belong together.
    rights("_sqlx_migrations", &[Select]),
    rights("access_grant", &[Select, Insert, Update, Delete]),
    // Nobody rewrites who did what.
    rights("audit_entry", &[Select, Insert]),
    // A connection is parted with, never deleted: its orders' identity rests on it.
    rights("connection", STATE),
    // Who was erased once stays so.
    rights("erased_order", &[Select, Insert]),
    rights("hook_check", STATE),
    rights("import_entitlement", &[Select, Insert, Delete]),
    rights("import_job", STATE),
    rights("import_level", STATE),
    rights("import_order", STATE),
    rights("install", &[Select, Insert, Update, Delete]),
    rights("kept_delivery", &[Select, Insert, Update, Delete]),
    rights("missed_order", &[Select, Insert, Update, Delete]),
    rights("order_count", STATE),
    rights("poll", STATE),
    rights("privacy_request", STATE),
    rights("raw_delivery", &[Select, Insert, Delete]),
];
