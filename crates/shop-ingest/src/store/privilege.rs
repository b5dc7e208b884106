//! Who may do what to which table: declared here, granted by `migrate`, checked at every start and tried
//! cell by cell in the tests.

use std::fmt;

/// What can be done to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Privilege {
    Select,
    Insert,
    Update,
    Delete,
    Truncate,
    References,
    Trigger,
}

/// One table and all that the service's role may do to it. The schema's owner owns it; nobody else may do
/// anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableRights {
    pub table: &'static str,
    pub app: &'static [Privilege],
}

use Privilege::{Delete, Insert, References, Select, Trigger, Truncate, Update};

const STATE: &[Privilege] = &[Select, Insert, Update];

/// Every table of the schema.
pub const TABLES: [TableRights; 15] = [
    // The history of migrations: read at start, to know that schema and program belong together.
    rights("_sqlx_migrations", &[Select]),
    rights("access_grant", &[Select, Insert, Update, Delete]),
    // A connection is parted with, never deleted: its orders' identity rests on it.
    rights("connection", STATE),
    rights("hook_check", STATE),
    rights("import_entitlement", &[Select, Insert, Delete]),
    rights("import_job", STATE),
    rights("import_level", STATE),
    rights("import_order", STATE),
    rights("install", &[Select, Insert, Update, Delete]),
    rights("kept_delivery", &[Select, Insert, Delete]),
    rights("missed_order", &[Select, Insert, Update, Delete]),
    rights("order_count", STATE),
    rights("poll", STATE),
    rights("privacy_request", &[Select, Insert]),
    rights("raw_delivery", &[Select, Insert, Delete]),
];

impl Privilege {
    pub const ALL: [Self; 7] = [
        Select, Insert, Update, Delete, Truncate, References, Trigger,
    ];

    /// As the catalogue spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Select => "SELECT",
            Insert => "INSERT",
            Update => "UPDATE",
            Delete => "DELETE",
            Truncate => "TRUNCATE",
            References => "REFERENCES",
            Trigger => "TRIGGER",
        }
    }
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const fn rights(table: &'static str, app: &'static [Privilege]) -> TableRights {
    TableRights { table, app }
}
