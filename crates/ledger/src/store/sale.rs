//! Sales with their lines and payments.

use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::row::{NamingColumns, SqlTimestamp};
use super::{StoreError, row};
use crate::decide::{LineRow, PaymentRow, SaleRow, Warning};

/// Inserts sales, or updates what may change of them: where and for what order a sale was booked stays.
pub(super) async fn write(
    db: &mut PgConnection,
    sales: &[SaleRow<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    if sales.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = sales.iter().map(|sale| sale.sale.uuid()).collect();
    let retailers: Vec<Uuid> = sales.iter().map(|sale| sale.retailer.uuid()).collect();
    let outlets: Vec<Uuid> = sales.iter().map(|sale| sale.outlet.uuid()).collect();
    let registers: Vec<Uuid> = sales.iter().map(|sale| sale.register.uuid()).collect();
    let connections: Vec<Uuid> = sales.iter().map(|sale| sale.connection.uuid()).collect();
    let orders: Vec<&str> = sales.iter().map(|sale| sale.order.as_str()).collect();
    let numbers: Vec<&str> = sales.iter().map(|sale| sale.receipt_number).collect();
    let number_keys: Vec<&str> = sales.iter().map(|sale| sale.receipt_key.as_str()).collect();
    let states: Vec<&str> = sales.iter().map(|sale| sale.state.as_str()).collect();
    let balances: Vec<&str> = sales.iter().map(|sale| sale.balance.as_str()).collect();
    let currencies: Vec<&str> = sales
        .iter()
        .map(|sale| sale.total.currency().code())
        .collect();
    let totals: Vec<i64> = sales.iter().map(|sale| sale.total.minor()).collect();
    let taxes: Vec<i64> = sales.iter().map(|sale| sale.tax.minor()).collect();
    let received: Vec<i64> = sales.iter().map(|sale| sale.received.minor()).collect();
    let refunded: Vec<i64> = sales.iter().map(|sale| sale.refunded.minor()).collect();
    let customers: Vec<Uuid> = sales.iter().map(|sale| sale.customer.uuid()).collect();
    let applied: Vec<i64> = sales.iter().map(|sale| sale.applied.minor()).collect();
    let covered: Vec<i64> = sales.iter().map(|sale| sale.covered.minor()).collect();
    let statuses: Vec<&str> = sales.iter().map(|sale| sale.shop_status).collect();
    let warnings: Vec<bool> = sales.iter().map(|sale| sale.warning_not_imported).collect();
    let revisions: Vec<i32> = sales.iter().map(|sale| sale.revision).collect();
    let placed: Vec<SqlTimestamp> = sales.iter().map(|sale| row::at(sale.placed_at)).collect();
    let to_fulfil: Vec<bool> = sales.iter().map(|sale| sale.is_to_fulfil).collect();
    let stock_rules: Vec<&str> = sales.iter().map(|sale| sale.stock_rule.as_str()).collect();
    sqlx::query!(
        "insert into ledger.sale (sale_id, retailer_id, outlet_id, register_id, connection_id,
            shop_order_id, receipt_number, receipt_key, state, balance, currency, total_minor,
            tax_minor, received_minor, refunded_minor, customer_id, shop_status,
            warning_not_imported, revision, placed_at, is_to_fulfil, applied_minor, covered_minor,
            stock_rule, recorded_at, changed_at, changed_xid)
        select n.*, $25, $25, (select pg_current_xact_id()::text::bigint)
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[],
            $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[],
            $13::bigint[], $14::bigint[], $15::bigint[], $16::uuid[], $17::text[], $18::boolean[],
            $19::integer[], $20::timestamptz[], $21::boolean[], $22::bigint[], $23::bigint[],
            $24::text[]) n
        on conflict on constraint sale_pkey do update set
            receipt_number = excluded.receipt_number,
            receipt_key = excluded.receipt_key,
            state = excluded.state,
            balance = excluded.balance,
            currency = excluded.currency,
            total_minor = excluded.total_minor,
            tax_minor = excluded.tax_minor,
            received_minor = excluded.received_minor,
            refunded_minor = excluded.refunded_minor,
            customer_id = excluded.customer_id,
            shop_status = excluded.shop_status,
            warning_not_imported = excluded.warning_not_imported,
            revision = excluded.revision,
            placed_at = excluded.placed_at,
            is_to_fulfil = excluded.is_to_fulfil,
            applied_minor = excluded.applied_minor,
            covered_minor = excluded.covered_minor,
            changed_at = excluded.changed_at,
            changed_xid = excluded.changed_xid",
        &ids,
        &retailers,
        &outlets,
        &registers,
        &connections,
        &orders as _,
        &numbers as _,
        &number_keys as _,
        &states as _,
        &balances as _,
        &currencies as _,
        &totals,
        &taxes,
        &received,
        &refunded,
        &customers,
        &statuses as _,
        &warnings,
        &revisions,
        &placed as _,
        &to_fulfil,
        &applied,
        &covered,
        &stock_rules as _,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks sales of which the shop now says that they are drafts, and those of which it says so no more (BC-4).
pub(super) async fn warn(
    db: &mut PgConnection,
    warnings: &[Warning],
    now: Timestamp,
) -> Result<(), StoreError> {
    if warnings.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = warnings.iter().map(|warning| warning.sale.uuid()).collect();
    let not_imported: Vec<bool> = warnings
        .iter()
        .map(|warning| warning.not_imported)
        .collect();
    sqlx::query!(
        "update ledger.sale s
        set warning_not_imported = n.not_imported, changed_at = $3,
            changed_xid = (select pg_current_xact_id()::text::bigint)
        from unnest($1::uuid[], $2::boolean[]) n (sale_id, not_imported)
        where s.sale_id = n.sale_id",
        &ids,
        &not_imported,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Replaces the lines of the sales that had some, and inserts those of the others.
pub(super) async fn write_lines(
    db: &mut PgConnection,
    sales: &[SaleRow<'_>],
    lines: &[LineRow<'_>],
) -> Result<(), StoreError> {
    let changed: Vec<Uuid> = sales
        .iter()
        .filter(|sale| !sale.is_new)
        .map(|sale| sale.sale.uuid())
        .collect();
    if !changed.is_empty() {
        sqlx::query!(
            "delete from ledger.sale_line where sale_id = any($1)",
            &changed
        )
        .execute(&mut *db)
        .await?;
    }
    if lines.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = lines.iter().map(|line| line.sale.uuid()).collect();
    let keys: Vec<&str> = lines.iter().map(|line| line.key.as_str()).collect();
    let positions: Vec<i32> = lines.iter().map(|line| line.position).collect();
    let items: Vec<Uuid> = lines.iter().map(|line| line.item.uuid()).collect();
    let names: Vec<&str> = lines.iter().map(|line| line.name).collect();
    let quantities: Vec<i64> = lines.iter().map(|line| line.quantity.milli()).collect();
    let restocked: Vec<i64> = lines.iter().map(|line| line.restocked.milli()).collect();
    let fulfilled: Vec<i64> = lines.iter().map(|line| line.fulfilled.milli()).collect();
    let deducted: Vec<i64> = lines.iter().map(|line| line.deducted.milli()).collect();
    let awaiting: Vec<i64> = lines.iter().map(|line| line.awaiting.milli()).collect();
    let nets: Vec<i64> = lines.iter().map(|line| line.net.minor()).collect();
    let taxes: Vec<i64> = lines.iter().map(|line| line.tax.minor()).collect();
    let placed: Vec<SqlTimestamp> = lines.iter().map(|line| row::at(line.placed_at)).collect();
    let NamingColumns {
        named_at,
        named_hash,
        is_stand_in,
    } = row::naming_columns(lines.iter().map(|line| &line.naming));
    sqlx::query!(
        "insert into ledger.sale_line (sale_id, line_key, position, item_id, name, quantity_milli,
            restocked_milli, fulfilled_milli, deducted_milli, net_minor, tax_minor, placed_at,
            named_at, named_hash, is_stand_in, awaiting_milli)
        select * from unnest($1::uuid[], $2::text[], $3::integer[], $4::uuid[], $5::text[],
            $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
            $12::timestamptz[], $13::timestamptz[], $14::bytea[], $15::boolean[], $16::bigint[])",
        &ids,
        &keys as _,
        &positions,
        &items,
        &names as _,
        &quantities,
        &restocked,
        &fulfilled,
        &deducted,
        &nets,
        &taxes,
        &placed as _,
        &named_at as _,
        &named_hash as _,
        &is_stand_in,
        &awaiting,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Books differences of payments.
pub(super) async fn write_payments(
    db: &mut PgConnection,
    payments: &[PaymentRow],
    now: Timestamp,
) -> Result<(), StoreError> {
    if payments.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = payments.iter().map(|payment| payment.sale.uuid()).collect();
    let keys: Vec<&str> = payments
        .iter()
        .map(|payment| payment.key.as_str())
        .collect();
    let kinds: Vec<&str> = payments
        .iter()
        .map(|payment| payment.kind.as_str())
        .collect();
    let currencies: Vec<&str> = payments
        .iter()
        .map(|payment| payment.amount.currency().code())
        .collect();
    let revisions: Vec<i32> = payments.iter().map(|payment| payment.revision).collect();
    let methods: Vec<&str> = payments.iter().map(|payment| &*payment.method).collect();
    let amounts: Vec<i64> = payments
        .iter()
        .map(|payment| payment.amount.minor())
        .collect();
    let paid: Vec<Option<SqlTimestamp>> = payments
        .iter()
        .map(|payment| payment.paid_at.map(row::at))
        .collect();
    sqlx::query!(
        "insert into ledger.payment (sale_id, payment_key, kind, currency, revision, method,
            amount_minor, paid_at, recorded_at)
        select n.*, $9
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[],
            $7::bigint[], $8::timestamptz[]) n",
        &ids,
        &keys as _,
        &kinds as _,
        &currencies as _,
        &revisions,
        &methods as _,
        &amounts,
        &paid as _,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
