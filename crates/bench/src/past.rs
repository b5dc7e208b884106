//! A past of a great many sales, put into the tables directly, as the owner of the database.

use anyhow::Context as _;
use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _};
use test_kit::{System, world};
use uuid::Uuid;

pub const CUSTOMERS: u64 = 10_000;
pub const ITEMS: u64 = 1_000;
/// The sales pass for so many transactions' work: fewer than a new database has seen, because what
/// later ones changed is not streamed yet.
const TRANSACTIONS: u32 = 500;
/// Sales lie so many seconds apart.
pub const SECONDS_APART: i64 = 60;
/// The newest sale: 2026-11-21T12:00:00Z.
pub const NEWEST: Timestamp = Timestamp::constant(1_795_262_400, 0);

const SALE_IDS: u128 = 0x0195_5a1e << 96;
const ITEM_IDS: u128 = 0x0195_17e3 << 96;
const CUSTOMER_IDS: u128 = 0x0195_c057 << 96;
const MOVEMENT_IDS: u128 = 0x0195_30fe << 96;

/// How much of the past is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Booked {
    /// What is read of sales.
    Sales,
    /// All that booking them would have written: their orders, deliveries and movements, too. The chain must have
    /// begun: it takes the movements for older than itself.
    Everything,
}

/// Each of the retailer's sales has two lines, and most of them a payment.
pub async fn fill(system: &System, sales: u32, booked: Booked) -> anyhow::Result<()> {
    let options: PgConnectOptions = system.stack().admin_database_url().parse()?;
    let mut database = PgConnection::connect_with(&options).await?;
    // Nothing is checked row by row: there are too many.
    let unchecked = "set session_replication_role = replica";
    let mut todo = vec![("without checks", unchecked.to_owned())];
    todo.extend(sales_statements(sales));
    if booked == Booked::Everything {
        todo.extend(booking_statements(sales));
    }
    todo.push(("statistics", "vacuum analyze".to_owned()));
    todo.push(("the disk", "checkpoint".to_owned()));
    for (what, sql) in todo {
        let done = database.execute(sqlx::AssertSqlSafe(sql)).await;
        done.with_context(|| format!("cannot fill in {what}"))?;
    }
    database.close().await?;
    Ok(())
}

/// Reads the sales through, so that they are in memory: a machine that puts out what nobody has read for a minute would
/// else have its disk measured.
pub async fn touch(system: &System) -> anyhow::Result<()> {
    let options: PgConnectOptions = system.stack().admin_database_url().parse()?;
    let mut database = PgConnection::connect_with(&options).await?;
    let read = database.execute("select count(shop_status) from ledger.sale");
    read.await.context("the sales cannot be read")?;
    database.close().await?;
    Ok(())
}

/// The customer of this number, from 1 to [`CUSTOMERS`].
pub fn customer(number: u64) -> Uuid {
    Uuid::from_u128(CUSTOMER_IDS + u128::from(number))
}

/// An id of these, by its number in SQL.
fn id(kind: u128, number: &str) -> String {
    let prefix = Uuid::from_u128(kind).to_string()[..8].to_owned();
    format!("('{prefix}' || lpad(to_hex({number}), 24, '0'))::uuid")
}

/// When the sale of number `n` was placed: the newest has the highest number.
fn placed_at(sales: u32) -> String {
    format!("timestamptz '{NEWEST}' - ({sales} - n) * interval '{SECONDS_APART} seconds'")
}

fn item_of_line() -> String {
    id(ITEM_IDS, &format!("1 + (n * 7919 + line * 31) % {ITEMS}"))
}

/// Numbers and ids of our own making, nothing from outside.
fn sales_statements(sales: u32) -> Vec<(&'static str, String)> {
    let retailer = world::RETAILER;
    let connection = world::CONNECTION;
    let (sale, item, customer) = (id(SALE_IDS, "n"), id(ITEM_IDS, "n"), id(CUSTOMER_IDS, "n"));
    let item_of_line = item_of_line();
    let customer_of_sale = id(CUSTOMER_IDS, &format!("1 + (n * 104729) % {CUSTOMERS}"));
    let placed_at = placed_at(sales);
    let state = "case when n % 50 = 0 then 'voided' else 'closed' end";
    let paid = "n % 20 <> 0";
    vec![
        (
            "items",
            format!(
                "insert into ledger.item (item_id, retailer_id, kind, sku, name, origin, \
                 connection_id, created_at) \
                 select {item}, '{retailer}', 'product', 'HIST-' || n, 'Thing ' || n, 'order', \
                 '{connection}', now() from generate_series(1::bigint, {ITEMS}) n"
            ),
        ),
        (
            "customers",
            format!(
                "insert into ledger.customer (customer_id, retailer_id, email_key, email, name, \
                 phone, created_at) \
                 select {customer}, '{retailer}', n || '@example.test', n || '@example.test', \
                 'Customer ' || n, '', now() from generate_series(1::bigint, {CUSTOMERS}) n"
            ),
        ),
        (
            "sales",
            format!(
                "insert into ledger.sale (sale_id, retailer_id, outlet_id, register_id, \
                 connection_id, shop_order_id, receipt_number, receipt_key, state, balance, \
                 currency, total_minor, tax_minor, received_minor, refunded_minor, customer_id, \
                 shop_status, warning_not_imported, revision, placed_at, recorded_at, changed_at, \
                 changed_xid) \
                 select {sale}, '{retailer}', \
                 case when n % 3 = 0 then '{other_outlet}'::uuid else '{outlet}'::uuid end, \
                 case when n % 3 = 0 then '{other_register}'::uuid else '{register}'::uuid end, \
                 '{connection}', 'past-' || n, '#' || n, n::text, {state}, \
                 case when {paid} then 'paid' else 'unpaid' end, 'CAD', 2300, 300, \
                 case when {paid} then 2300 else 0 end, 0, {customer_of_sale}, 'completed', \
                 false, 1, {placed_at}, {placed_at}, {placed_at}, \
                 1 + n * {TRANSACTIONS} / {sales} \
                 from generate_series(1::bigint, {sales}) n",
                outlet = world::OUTLET,
                other_outlet = world::OTHER_OUTLET,
                register = world::REGISTER,
                other_register = world::OTHER_REGISTER,
            ),
        ),
        (
            "lines",
            format!(
                "insert into ledger.sale_line (sale_id, line_key, position, item_id, name, \
                 quantity_milli, restocked_milli, deducted_milli, net_minor, tax_minor, placed_at, \
                 is_stand_in) \
                 select {sale}, 'line:' || line, line, {item_of_line}, 'Thing', 1000, 0, 1000, \
                 1000, 150, {placed_at}, false \
                 from generate_series(1::bigint, {sales}) n, generate_series(1, 2) line"
            ),
        ),
        (
            "payments",
            format!(
                "insert into ledger.payment (sale_id, payment_key, kind, currency, \
                 revision, method, amount_minor, paid_at, recorded_at) \
                 select {sale}, 'paid', 'received', 'CAD', 1, 'card', 2300, {placed_at}, {placed_at} \
                 from generate_series(1::bigint, {sales}) n where {paid}"
            ),
        ),
    ]
}

fn booking_statements(sales: u32) -> Vec<(&'static str, String)> {
    let (connection, outlet, other_outlet) =
        (world::CONNECTION, world::OUTLET, world::OTHER_OUTLET);
    let (sale, movement, item) = (
        id(SALE_IDS, "n"),
        id(MOVEMENT_IDS, "2 * n + line"),
        item_of_line(),
    );
    let placed_at = placed_at(sales);
    let version = "sha256(n::text::bytea)";
    vec![
        (
            "orders",
            format!(
                "insert into ledger.shop_order (connection_id, shop_order_id, sale_id, revision, \
                 version_at, version_hash) \
                 select '{connection}', 'past-' || n, {sale}, 1, {placed_at}, {version} \
                 from generate_series(1::bigint, {sales}) n"
            ),
        ),
        (
            "deliveries",
            format!(
                "insert into ledger.order_delivery (connection_id, shop_order_id, delivery_id, \
                 topic, received_at, version_at, version_hash, outcome, revision) \
                 select '{connection}', 'past-' || n, 'delivery-' || n, 'order.created', {placed_at}, \
                 {placed_at}, {version}, 'recorded', 1 from generate_series(1::bigint, {sales}) n"
            ),
        ),
        (
            "movements",
            format!(
                "insert into ledger.stock_movement (movement_id, item_id, outlet_id, \
                 quantity_milli, sale_id, line_key, revision, recorded_at, recorded_xid) \
                 select {movement}, {item}, \
                 case when n % 3 = 0 then '{other_outlet}'::uuid else '{outlet}'::uuid end, -1000, \
                 {sale}, 'line:' || line, 1, {placed_at}, 0 \
                 from generate_series(1::bigint, {sales}) n, generate_series(1, 2) line"
            ),
        ),
    ]
}
