//! Who may do what to which table: declared here, granted by `migrate`, checked at every start and tried
//! cell by cell in the tests.

use schema::Privilege::{Delete, Insert, Select, Update};
use schema::{Privilege, TableRights, rights};

const SETTINGS: &[Privilege] = &[Select, Insert, Update];
const APPEND_ONLY: &[Privilege] = &[Select, Insert];
const STATE: &[Privilege] = &[Select, Insert, Update];

/// Every table of the schema.
pub const TABLES: [TableRights; 26] = [
    rights("_sqlx_migrations", &[Select]),
    rights("connection", SETTINGS),
    rights("customer", APPEND_ONLY),
    // Waits for its connection, and is booked then.
    rights("early_order", &[Select, Insert, Update, Delete]),
    // Of each order the newest update that waits; one that does no more goes.
    rights("held_order", &[Select, Insert, Update, Delete]),
    rights("import", STATE),
    rights("import_level", APPEND_ONLY),
    rights("import_order", STATE),
    rights("item", APPEND_ONLY),
    rights("item_link", APPEND_ONLY),
    rights("item_remap", STATE),
    rights("open_line", &[Select, Insert, Delete]),
    // Nobody rewrites what somebody did.
    rights("order_action", APPEND_ONLY),
    rights("order_delivery", STATE),
    rights("outbox", &[Select, Insert, Update, Delete]),
    rights("outlet", SETTINGS),
    rights("parked_order", &[Select, Insert, Update, Delete]),
    // Corrections are new rows: nobody rewrites what was booked.
    rights("payment", APPEND_ONLY),
    rights("register", SETTINGS),
    rights("retailer", SETTINGS),
    rights("sale", STATE),
    // Lines are replaced as a whole, or turn out to be of another item.
    rights("sale_line", &[Select, Insert, Update, Delete]),
    rights("shop_order", STATE),
    rights("stock_level", STATE),
    // Corrections are new rows: nobody rewrites what moved.
    rights("stock_movement", APPEND_ONLY),
    // Taken back, until imported anew.
    rights("withdrawn_order", &[Select, Insert, Delete]),
];
