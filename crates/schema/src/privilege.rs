//! Who may do what to which table, and whose its rows are: declared by each service, granted and walled by `migrate`,
//! checked at every start and tried cell by cell in the tests.

use std::fmt;

use Privilege::{Delete, Insert, References, Select, Trigger, Truncate, Update};

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
    pub of: Of,
}

/// Whose the rows of a table are. A session that works for a retailer reaches no other's, and one that says for nobody
/// none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Of the retailer in their `retailer_id`.
    Retailer,
    /// Of whoever that row of another table is of whose `key` is their `by`.
    Row {
        table: &'static str,
        key: &'static str,
        by: &'static str,
    },
    /// Of the service: no retailer's session reaches them.
    Service,
    /// Nobody's: every session reaches them.
    Nobody,
}

/// A row of a service's declaration.
#[must_use]
pub const fn rights(table: &'static str, app: &'static [Privilege], of: Of) -> TableRights {
    TableRights { table, app, of }
}

impl Of {
    /// Of whoever the row of another table is that has the same `key`.
    #[must_use]
    pub const fn same(table: &'static str, key: &'static str) -> Self {
        Self::Row {
            table,
            key,
            by: key,
        }
    }
}

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
