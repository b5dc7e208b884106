//! Who may do what to which table, and whose its rows are: declared here, granted and walled by `migrate`, checked at
//! every start and tried cell by cell in the tests.

use schema::Of::{Nobody, Retailer};
use schema::Privilege::{Delete, Insert, Select, Update};
use schema::{Of, Privilege, TableRights, rights};

const APPEND_ONLY: &[Privilege] = &[Select, Insert];
const STATE: &[Privilege] = &[Select, Insert, Update];
const REPLACED: &[Privilege] = &[Select, Insert, Delete];
const SET: &[Privilege] = &[Select, Insert, Update, Delete];

const OF_CONNECTION: Of = Of::same("connection", "connection_id");
const OF_PRODUCT: Of = Of::same("product", "product_id");
const OF_SHEET: Of = Of::same("sheet", "sheet_id");

/// Every table of the schema.
pub const TABLES: &[TableRights] = &[
    // Read at start, to know that schema and program belong together.
    rights("_sqlx_migrations", &[Select], Nobody),
    rights("connection", STATE, Retailer),
    // What differs no more goes.
    rights("drift", SET, OF_CONNECTION),
    rights("early_sale", REPLACED, Retailer),
    rights("field_rule", STATE, OF_CONNECTION),
    // A picture is what its hash says.
    rights("image", APPEND_ONLY, Retailer),
    // A product leaves a shop by its standing.
    rights("listing", STATE, OF_CONNECTION),
    rights("listing_item", SET, OF_CONNECTION),
    rights("outbox", SET, Retailer),
    // A product is deleted by a mark, and can be restored.
    rights("product", STATE, Retailer),
    rights("product_channel", STATE, OF_PRODUCT),
    rights("product_image", REPLACED, OF_PRODUCT),
    rights("pusher", STATE, OF_CONNECTION),
    // Nobody rewrites what somebody asked for and was answered.
    rights("request", APPEND_ONLY, Retailer),
    // What came in and what it comes to go with time; that it came stays.
    rights("sheet", STATE, Retailer),
    rights("sheet_change", REPLACED, OF_SHEET),
    rights("sheet_channel", REPLACED, OF_SHEET),
    rights("sheet_finding", REPLACED, OF_SHEET),
    rights("sheet_product", REPLACED, OF_SHEET),
    rights("sheet_row", REPLACED, OF_SHEET),
    rights("sheet_variant", REPLACED, OF_SHEET),
    rights("shop_variant", STATE, Retailer),
    // What a shop was told is forgotten in time, and never rewritten.
    rights("told", REPLACED, OF_CONNECTION),
    rights("variant", REPLACED, OF_PRODUCT),
    rights("work", SET, OF_CONNECTION),
];
