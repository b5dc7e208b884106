//! Recomputes what sales take by their rule (EF-8, EF-11).

use sqlx::PgConnection;
use uuid::Uuid;

use super::verify::{CheckView, Found};
use crate::store::StoreError;

/// For one retailer or for everyone.
pub(super) async fn check(
    db: &mut PgConnection,
    retailer: Option<Uuid>,
) -> Result<CheckView, StoreError> {
    let found = sqlx::query_as!(
        Found,
        r#"with invoiced as (
            select i.sale_id, l.line_key, sum(case i.kind when 'credit_note' then -l.quantity_milli
                else l.quantity_milli end) as quantity
            from ledger.invoice i
            join ledger.invoice_line l on l.retailer_id = i.retailer_id and l.invoice_id = i.invoice_id
            where $1::uuid is null or i.retailer_id = $1
            group by i.sale_id, l.line_key
        ), compared as (
            select l.sale_id, l.line_key, s.stock_rule, l.deducted_milli as deducted,
                l.awaiting_milli as awaiting,
                case s.stock_rule when 'order' then l.deducted_milli + l.awaiting_milli
                    when 'invoice' then greatest(least(l.deducted_milli + l.awaiting_milli,
                        coalesce(n.quantity, 0)), -coalesce(n.quantity, 0))
                    else 0 end as should,
                s.stock_rule = 'never' and l.awaiting_milli <> 0 as is_held
            from ledger.sale_line l
            join ledger.sale s on s.sale_id = l.sale_id
            left join invoiced n on n.sale_id = l.sale_id and n.line_key = l.line_key
            where $1::uuid is null or s.retailer_id = $1
        ), wrong as (
            select format('sale %s, line %s: takes by %s, has taken %s and not %s, awaits %s', sale_id,
                line_key, stock_rule, deducted, should, awaiting) as failure
            from compared where deducted <> should or is_held
        )
        select (select count(*) from compared) as "examined!",
            (select count(*) from wrong) as "failure_count!",
            array(select failure from wrong order by failure limit 20) as "failures!""#,
        retailer,
    )
    .fetch_one(&mut *db)
    .await?;
    Ok(found.titled(
        "lines_take_by_their_rule",
        "what a line has taken is what its sale's rule and invoices say",
    ))
}
