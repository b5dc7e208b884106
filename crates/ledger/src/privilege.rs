//! Who may do what to which table, and whose its rows are: declared here, granted and walled by `migrate`, checked at
//! every start and tried cell by cell in the tests.

use schema::Of::{Nobody, Retailer, Service};
use schema::Privilege::{Delete, Insert, Select, Update};
use schema::{Of, Privilege, TableRights, rights};

const SETTINGS: &[Privilege] = &[Select, Insert, Update];
const APPEND_ONLY: &[Privilege] = &[Select, Insert];
const STATE: &[Privilege] = &[Select, Insert, Update];

const OF_ACCESS_TOKEN: Of = Of::same("access_token", "token_id");
const OF_CONNECTION: Of = Of::same("connection", "connection_id");
const OF_CUSTOMER: Of = Of::same("customer", "customer_id");
const OF_ERASURE: Of = Of::same("erasure", "erasure_id");
const OF_FULFILMENT_STEP: Of = Of::same("fulfilment_step", "step_id");
const OF_IMPORT: Of = Of::same("import", "import_id");
const OF_ITEM: Of = Of::same("item", "item_id");
const OF_OUTLET: Of = Of::same("outlet", "outlet_id");
const OF_REGISTER: Of = Of::same("register", "register_id");
const OF_SALE: Of = Of::same("sale", "sale_id");
const OF_SESSION: Of = Of::same("register_session", "session_id");
const OF_STOCK_ENTRY: Of = Of::same("stock_entry", "entry_id");
const OF_STOCK_TAKE: Of = Of::same("stock_take", "stock_take_id");
/// A transfer is the entry of its id.
const BY_TRANSFER: Of = Of::Row {
    table: "stock_entry",
    key: "entry_id",
    by: "transfer_id",
};

/// Every table of the schema.
pub const TABLES: &[TableRights] = &[
    // Read at start, to know that schema and program belong together.
    rights("_sqlx_migrations", &[Select], Nobody),
    // Who could make a token valid again could be anybody.
    rights("access_token", APPEND_ONLY, Retailer),
    rights("access_token_revocation", APPEND_ONLY, OF_ACCESS_TOKEN),
    // Nobody rewrites who did what.
    rights("audit_entry", APPEND_ONLY, Retailer),
    // Whoever could rewrite it could rewrite what it guards.
    rights("chain_block", APPEND_ONLY, Retailer),
    // What was counted stays what was counted.
    rights("closure", APPEND_ONLY, OF_SESSION),
    rights("closure_count", APPEND_ONLY, OF_SESSION),
    rights("closure_online", APPEND_ONLY, OF_SESSION),
    rights("connection", SETTINGS, Retailer),
    // Who was erased is taken out of it.
    rights("customer", STATE, Retailer),
    rights("customer_merge", APPEND_ONLY, OF_CUSTOMER),
    // Waits for its connection, and is booked then.
    rights("early_order", &[Select, Insert, Update, Delete], Retailer),
    // Who was erased once stays so.
    rights("erased_mark", APPEND_ONLY, Retailer),
    rights("erased_order", STATE, Retailer),
    rights("erasure", STATE, Retailer),
    rights("erasure_key", STATE, Service),
    rights("erasure_search", APPEND_ONLY, OF_ERASURE),
    // What people did with goods, they did.
    rights("fulfilment_step", APPEND_ONLY, Retailer),
    rights("fulfilment_step_line", APPEND_ONLY, OF_FULFILMENT_STEP),
    // Of each order the newest update that waits; one that does no more goes.
    rights("held_order", &[Select, Insert, Update, Delete], Retailer),
    rights("import", STATE, Retailer),
    rights("import_level", APPEND_ONLY, OF_IMPORT),
    rights("import_order", STATE, OF_IMPORT),
    // Nobody rewrites what was invoiced.
    rights("invoice", APPEND_ONLY, Retailer),
    rights("invoice_line", APPEND_ONLY, Retailer),
    // The catalogue renames, deletes and restores them.
    rights("item", STATE, Retailer),
    rights("item_link", APPEND_ONLY, OF_CONNECTION),
    // What was said may be said no more.
    rights(
        "item_remap",
        &[Select, Insert, Update, Delete],
        OF_CONNECTION,
    ),
    // What was said of kits was said.
    rights("kit", APPEND_ONLY, Retailer),
    rights("kit_part", APPEND_ONLY, OF_ITEM),
    rights("open_line", &[Select, Insert, Delete], OF_CONNECTION),
    // Nobody rewrites what somebody did.
    rights("order_action", APPEND_ONLY, Retailer),
    // What only repeated the recorded goes after a while.
    rights(
        "order_delivery",
        &[Select, Insert, Update, Delete],
        OF_CONNECTION,
    ),
    rights("outbox", &[Select, Insert, Update, Delete], Retailer),
    rights("outlet", SETTINGS, Retailer),
    rights("parked_order", &[Select, Insert, Update, Delete], Retailer),
    // Corrections are new rows: nobody rewrites what was booked.
    rights("payment", APPEND_ONLY, OF_SALE),
    rights("payment_method", SETTINGS, OF_CONNECTION),
    rights("payment_type", SETTINGS, Retailer),
    rights("register", SETTINGS, OF_OUTLET),
    rights("register_session", APPEND_ONLY, Retailer),
    // Nobody rewrites what somebody asked for and was answered.
    rights("request", APPEND_ONLY, Retailer),
    rights("retailer", SETTINGS, Retailer),
    // What was said of plans was said.
    rights("retailer_plan", APPEND_ONLY, Retailer),
    rights("sale", STATE, Retailer),
    // Of what a kit was made when it was sold, it was made.
    rights("sale_kit_part", APPEND_ONLY, OF_SALE),
    // Lines are replaced as a whole, or turn out to be of another item.
    rights("sale_line", &[Select, Insert, Update, Delete], OF_SALE),
    rights("session_cover", APPEND_ONLY, OF_SESSION),
    rights("session_payment", APPEND_ONLY, OF_SESSION),
    rights("shop_order", STATE, OF_CONNECTION),
    // What people did to stock, they did.
    rights("stock_entry", APPEND_ONLY, Retailer),
    rights("stock_level", STATE, OF_ITEM),
    // Corrections are new rows: nobody rewrites what moved.
    rights("stock_movement", APPEND_ONLY, OF_ITEM),
    rights("stock_take", APPEND_ONLY, Retailer),
    rights("stock_take_count", APPEND_ONLY, OF_STOCK_TAKE),
    rights("stock_take_end", APPEND_ONLY, OF_STOCK_TAKE),
    rights("till", STATE, OF_REGISTER),
    rights("till_line", APPEND_ONLY, OF_SALE),
    rights("till_payment", APPEND_ONLY, Retailer),
    rights("transfer", APPEND_ONLY, BY_TRANSFER),
    rights("transfer_receipt", APPEND_ONLY, OF_STOCK_ENTRY),
    // Taken back, until imported anew.
    rights("withdrawn_order", &[Select, Insert, Delete], OF_CONNECTION),
];
