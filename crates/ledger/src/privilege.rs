//! Who may do what to which table: declared here, granted by `migrate`, checked at every start and tried
//! cell by cell in the tests.

use schema::Privilege::{Delete, Insert, Select, Update};
use schema::{Privilege, TableRights, rights};

const SETTINGS: &[Privilege] = &[Select, Insert, Update];
const APPEND_ONLY: &[Privilege] = &[Select, Insert];
const STATE: &[Privilege] = &[Select, Insert, Update];

/// Every table of the schema.
pub const TABLES: &[TableRights] = &[
    rights("_sqlx_migrations", &[Select]),
    // Who could make a token valid again could be anybody.
    rights("access_token", APPEND_ONLY),
    rights("access_token_revocation", APPEND_ONLY),
    // Nobody rewrites who did what.
    rights("audit_entry", APPEND_ONLY),
    // Whoever could rewrite it could rewrite what it guards.
    rights("chain_block", APPEND_ONLY),
    // What was counted stays what was counted.
    rights("closure", APPEND_ONLY),
    rights("closure_count", APPEND_ONLY),
    rights("closure_online", APPEND_ONLY),
    rights("connection", SETTINGS),
    // Who was erased is taken out of it.
    rights("customer", STATE),
    rights("customer_merge", APPEND_ONLY),
    // Waits for its connection, and is booked then.
    rights("early_order", &[Select, Insert, Update, Delete]),
    // Who was erased once stays so.
    rights("erased_mark", APPEND_ONLY),
    rights("erased_order", STATE),
    rights("erasure", STATE),
    rights("erasure_key", STATE),
    rights("erasure_search", APPEND_ONLY),
    // What people did with goods, they did.
    rights("fulfilment_step", APPEND_ONLY),
    rights("fulfilment_step_line", APPEND_ONLY),
    // Of each order the newest update that waits; one that does no more goes.
    rights("held_order", &[Select, Insert, Update, Delete]),
    rights("import", STATE),
    rights("import_level", APPEND_ONLY),
    rights("import_order", STATE),
    // Nobody rewrites what was invoiced.
    rights("invoice", APPEND_ONLY),
    rights("invoice_line", APPEND_ONLY),
    rights("item", APPEND_ONLY),
    rights("item_link", APPEND_ONLY),
    rights("item_remap", STATE),
    // What was said of kits was said.
    rights("kit", APPEND_ONLY),
    rights("kit_part", APPEND_ONLY),
    rights("open_line", &[Select, Insert, Delete]),
    // Nobody rewrites what somebody did.
    rights("order_action", APPEND_ONLY),
    // What only repeated the recorded goes after a while.
    rights("order_delivery", &[Select, Insert, Update, Delete]),
    rights("outbox", &[Select, Insert, Update, Delete]),
    rights("outlet", SETTINGS),
    rights("parked_order", &[Select, Insert, Update, Delete]),
    // Corrections are new rows: nobody rewrites what was booked.
    rights("payment", APPEND_ONLY),
    rights("payment_method", SETTINGS),
    rights("payment_type", SETTINGS),
    rights("register", SETTINGS),
    rights("register_session", APPEND_ONLY),
    // Nobody rewrites what somebody asked for and was answered.
    rights("request", APPEND_ONLY),
    rights("retailer", SETTINGS),
    // What was said of plans was said.
    rights("retailer_plan", APPEND_ONLY),
    rights("sale", STATE),
    // Of what a kit was made when it was sold, it was made.
    rights("sale_kit_part", APPEND_ONLY),
    // Lines are replaced as a whole, or turn out to be of another item.
    rights("sale_line", &[Select, Insert, Update, Delete]),
    rights("session_cover", APPEND_ONLY),
    rights("session_payment", APPEND_ONLY),
    rights("shop_order", STATE),
    // What people did to stock, they did.
    rights("stock_entry", APPEND_ONLY),
    rights("stock_level", STATE),
    // Corrections are new rows: nobody rewrites what moved.
    rights("stock_movement", APPEND_ONLY),
    rights("stock_take", APPEND_ONLY),
    rights("stock_take_count", APPEND_ONLY),
    rights("stock_take_end", APPEND_ONLY),
    rights("till", STATE),
    rights("till_line", APPEND_ONLY),
    rights("till_payment", APPEND_ONLY),
    rights("transfer", APPEND_ONLY),
    rights("transfer_receipt", APPEND_ONLY),
    // Taken back, until imported anew.
    rights("withdrawn_order", &[Select, Insert, Delete]),
];
