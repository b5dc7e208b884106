//! Which online payments a closure holds (SH-17): those of the register's sales that are in none yet.

use sqlx::PgConnection;
use uuid::Uuid;

use super::RegisterError;

/// Puts them into the session that is being closed. Gives the transaction that the next closure begins to
/// look at: what is committed from there on was not seen here, or not all of it.
///
/// A copy of the database that was loaded into another server counts its transactions anew: a number from
/// before that is beyond the present is no place to begin at.
pub(super) async fn take(
    db: &mut PgConnection,
    register: Uuid,
    retailer: Uuid,
    session: Uuid,
) -> Result<i64, RegisterError> {
    let seen = sqlx::query_scalar!(
        r#"select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "seen!""#,
    )
    .fetch_one(&mut *db)
    .await?;
    let from = sqlx::query_scalar!(
        "select seen_xid from ledger.closure where register_id = $1 order by number desc limit 1",
        register,
    )
    .fetch_optional(&mut *db)
    .await?
    .filter(|from| *from <= seen)
    .unwrap_or_default();
    sqlx::query!(
        "insert into ledger.session_payment (sale_id, payment_key, kind, currency, revision, session_id)
        select p.sale_id, p.payment_key, p.kind, p.currency, p.revision, $4
        from ledger.sale s
        cross join lateral (
            select * from ledger.payment paid where paid.sale_id = s.sale_id offset 0) p
        where s.retailer_id = $1 and s.register_id = $2 and s.changed_xid >= $3
            and not exists (
                select from ledger.session_payment t
                where t.sale_id = p.sale_id and t.payment_key = p.payment_key and t.kind = p.kind
                    and t.currency = p.currency and t.revision = p.revision)",
        retailer,
        register,
        from,
        session,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into ledger.session_cover (sale_id, session_id, currency, covered_minor)
        select s.sale_id, $4, c.currency, c.now - c.before
        from ledger.sale s
        cross join lateral (
            select currency, sum(covered_minor)::bigint as before,
                case when currency = s.currency then s.covered_minor else 0 end as now
            from (
                select currency, covered_minor from ledger.session_cover earlier
                where earlier.sale_id = s.sale_id
                union all
                select s.currency, 0) taken
            group by currency) c
        where s.retailer_id = $1 and s.register_id = $2 and s.changed_xid >= $3
            and s.has_till_payment and c.now <> c.before",
        retailer,
        register,
        from,
        session,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into ledger.closure_online (session_id, method, currency, received_minor,
            refunded_minor, payment_count)
        select $1, coalesce(m.payment_type, p.method), p.currency,
            coalesce(sum(p.amount_minor) filter (where p.kind = 'received'), 0),
            coalesce(sum(p.amount_minor) filter (where p.kind = 'refunded'), 0),
            count(*)
        from ledger.session_payment t
        cross join lateral (
            select * from ledger.payment paid
            where paid.sale_id = t.sale_id and paid.payment_key = t.payment_key
                and paid.kind = t.kind and paid.currency = t.currency
                and paid.revision = t.revision offset 0) p
        join ledger.sale s on s.sale_id = t.sale_id
        left join ledger.payment_method m
            on m.connection_id = s.connection_id and m.method = p.method
        where t.session_id = $1
        group by 2, 3",
        session,
    )
    .execute(&mut *db)
    .await?;
    Ok(seen)
}
