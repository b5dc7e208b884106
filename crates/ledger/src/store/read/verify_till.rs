//! Recomputes what people recorded as paid, and what closures hold.

use sqlx::PgConnection;
use uuid::Uuid;

use super::verify::{CheckView, Found};
use crate::store::StoreError;

/// For one retailer or for everyone.
pub(super) async fn checks(
    db: &mut PgConnection,
    retailer: Option<Uuid>,
) -> Result<[CheckView; 5], StoreError> {
    let balances = sqlx::query_as!(
        Found,
        r#"with compared as (
            select s.sale_id, s.balance, s.applied_minor, s.covered_minor, s.received_minor,
                s.total_minor, coalesce(p.applied, 0) as applied,
                s.received_minor + s.applied_minor - s.covered_minor as received
            from ledger.sale s
            left join (
                select sale_id, currency, sum(amount_minor) as applied from ledger.till_payment
                group by sale_id, currency) p
                on p.sale_id = s.sale_id and p.currency = s.currency
            where $1::uuid is null or s.retailer_id = $1
        ), wrong as (
            select format('sale %s: %s, with %s recorded by people, %s by its payments', sale_id, balance,
                applied_minor, applied) as failure
            from compared
            where applied_minor <> applied or covered_minor not between 0 and greatest(applied_minor, 0)
                or balance <> case
                    when sign(total_minor - received) <> case when total_minor < 0 then -1 else 1 end then 'paid'
                    when sign(received) = case when total_minor < 0 then -1 else 1 end then 'part_paid'
                    else 'unpaid' end
        )
        select (select count(*) from compared) as "examined!",
            (select count(*) from wrong) as "failure_count!",
            array(select failure from wrong order by failure limit 20) as "failures!""#,
        retailer,
    )
    .fetch_one(&mut *db)
    .await?;
    let counts = sqlx::query_as!(
        Found,
        r#"with closed as (
            select s.* from ledger.register_session s
            join ledger.closure c on c.session_id = s.session_id
            where $1::uuid is null or s.retailer_id = $1
        ), taken as (
            select session_id, payment_type, sum(minor) as minor from (
                select p.session_id, p.payment_type, p.amount_minor as minor
                from ledger.till_payment p
                where not p.is_outside and p.session_id in (select session_id from closed)
                union all
                select session_id, 'cash', float_minor from closed where float_minor <> 0) each
            group by session_id, payment_type
        ), counted as (
            select n.session_id, n.payment_type, n.expected_minor from ledger.closure_count n
            where n.session_id in (select session_id from closed)
        ), compared as (
            select session_id, payment_type, coalesce(expected_minor, 0) as expected,
                coalesce(minor, 0) as taken
            from counted full join taken using (session_id, payment_type)
        ), wrong as (
            select format('session %s: %s of %s expected, %s taken', session_id, expected, payment_type,
                taken) as failure
            from compared where expected <> taken
        )
        select (select count(*) from compared) as "examined!",
            (select count(*) from wrong) as "failure_count!",
            array(select failure from wrong order by failure limit 20) as "failures!""#,
        retailer,
    )
    .fetch_one(&mut *db)
    .await?;
    let online = sqlx::query_as!(
        Found,
        r#"with kept as (
            select o.session_id, o.currency, sum(o.received_minor) as received,
                sum(o.refunded_minor) as refunded
            from ledger.closure_online o
            join ledger.register_session s on s.session_id = o.session_id
            where $1::uuid is null or s.retailer_id = $1
            group by o.session_id, o.currency
        ), summed as (
            select t.session_id, t.currency,
                coalesce(sum(p.amount_minor) filter (where p.kind = 'received'), 0) as received,
                coalesce(sum(p.amount_minor) filter (where p.kind = 'refunded'), 0) as refunded,
                bool_and(x.register_id = s.register_id) as on_its_register
            from ledger.session_payment t
            join ledger.payment p using (sale_id, payment_key, kind, currency, revision)
            join ledger.sale x on x.sale_id = t.sale_id
            join ledger.register_session s on s.session_id = t.session_id
            where $1::uuid is null or s.retailer_id = $1
            group by t.session_id, t.currency
        ), compared as (
            select session_id, currency, k.received as kept_received, k.refunded as kept_refunded,
                s.received, s.refunded, s.on_its_register
            from kept k full join summed s using (session_id, currency)
        ), wrong as (
            select format('session %s: online %s and %s %s, payments add up to %s and %s%s', session_id,
                kept_received, kept_refunded, currency, received, refunded,
                case when on_its_register then '' else ', not all of its register' end) as failure
            from compared
            where (kept_received, kept_refunded, true)
                is distinct from (received, refunded, on_its_register)
        )
        select (select count(*) from compared) as "examined!",
            (select count(*) from wrong) as "failure_count!",
            array(select failure from wrong order by failure limit 20) as "failures!""#,
        retailer,
    )
    .fetch_one(&mut *db)
    .await?;
    let numbers = sqlx::query_as!(
        Found,
        r#"with compared as (
            select t.register_id, t.sale_count, count(s.sale_id) as sales,
                max(s.shop_order_id::bigint) as last
            from ledger.till t
            join ledger.connection c on c.connection_id = t.connection_id
            left join ledger.sale s on s.connection_id = t.connection_id
            where $1::uuid is null or c.retailer_id = $1
            group by t.register_id, t.sale_count
        ), wrong as (
            select format('register %s: %s sales counted, %s there, the last is %s', register_id,
                sale_count, sales, last) as failure
            from compared where sale_count <> sales or sale_count is distinct from last
        )
        select (select count(*) from compared) as "examined!",
            (select count(*) from wrong) as "failure_count!",
            array(select failure from wrong order by failure limit 20) as "failures!""#,
        retailer,
    )
    .fetch_one(&mut *db)
    .await?;
    // Of what shops sold, the shop may say later that it went back to stock as well: that is its word.
    let returns = sqlx::query_as!(
        Found,
        r#"with compared as (
            select o.sale_id, l.line_key, o.state, l.quantity_milli as sold,
                -sum(b.quantity_milli) as returned
            from ledger.till_line t
            join ledger.sale x on x.sale_id = t.sale_id and x.state = 'closed'
            join ledger.sale_line b on b.sale_id = t.sale_id and b.line_key = t.line_key
            join ledger.sale o on o.sale_id = t.returned_sale_id
            join ledger.till own on own.connection_id = o.connection_id
            join ledger.sale_line l on l.sale_id = o.sale_id and l.line_key = t.returned_line_key
            where $1::uuid is null or o.retailer_id = $1
            group by o.sale_id, l.line_key, o.state, l.quantity_milli
        ), wrong as (
            select format('sale %s, line %s: %s, %s sold, %s came back', sale_id, line_key, state, sold,
                returned) as failure
            from compared where returned > sold or state <> 'closed'
        )
        select (select count(*) from compared) as "examined!",
            (select count(*) from wrong) as "failure_count!",
            array(select failure from wrong order by failure limit 20) as "failures!""#,
        retailer,
    )
    .fetch_one(&mut *db)
    .await?;
    Ok([
        balances.titled(
            "balances_are_settled",
            "every sale's balance is what the shop and people say was paid, counted once",
        ),
        counts.titled(
            "closures_add_up",
            "what a closure expected is its float and its payments",
        ),
        online.titled(
            "closures_hold_their_payments",
            "the online payments of a closure are its register's, and add up",
        ),
        numbers.titled(
            "tills_number_without_gaps",
            "every till's sales are numbered from 1, none left out",
        ),
        returns.titled(
            "returns_do_not_exceed_sales",
            "no more came back of what a till sold than it sold",
        ),
    ])
}
