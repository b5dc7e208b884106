//! Recomputes how far sales have come that people have begun to hand over.

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
        r#"with done as (
            select s.sale_id, l.line_key,
                coalesce(sum(l.quantity_milli) filter (where s.step in ('shipped', 'collected')), 0) as here,
                (array_agg(l.picked_milli order by s.number desc))[1] as picked,
                (array_agg(l.packed_milli order by s.number desc))[1] as packed
            from ledger.fulfilment_step s
            join ledger.fulfilment_step_line l on l.step_id = s.step_id
            where $1::uuid is null or s.retailer_id = $1
            group by s.sale_id, l.line_key
        ), line as (
            select s.sale_id, l.line_key, s.state, s.is_to_fulfil, i.kind,
                greatest(l.quantity_milli - l.restocked_milli, 0) as kept, l.fulfilled_milli as told,
                coalesce(l.handed_over_milli, l.fulfilled_milli) as handed, l.packed_milli, l.picked_milli,
                d.here, d.picked, d.packed
            from ledger.sale s
            join ledger.sale_line l on l.sale_id = s.sale_id
            join ledger.item i on i.item_id = l.item_id
            left join done d on d.sale_id = l.sale_id and d.line_key = l.line_key
            where s.fulfilment_steps is not null and ($1::uuid is null or s.retailer_id = $1)
        ), wrong as (
            select format('sale %s, line %s: %s of %s handed over, with %s told by the shop and %s by people',
                sale_id, line_key, handed, kept, told, here) as failure
            from line
            where (here is null) <> (picked_milli is null)
                or here is not null and (
                    handed not between least(kept, greatest(told, here)) and least(kept, told + here)
                    or packed_milli <> least(kept, greatest(handed, packed))
                    or picked_milli <> least(kept, greatest(packed_milli, picked)))
            union all
            select format('sale %s: it is said that %s is to be handed over', sale_id,
                case when is_to_fulfil then 'something' else 'nothing' end)
            from line
            where state = 'closed'
            group by sale_id, is_to_fulfil
            having is_to_fulfil <> bool_or(kind = 'product' and kept > handed)
            union all
            select format('sale %s: steps were taken, and it does not say so', s.sale_id)
            from ledger.sale s
            where s.fulfilment_steps is null and s.sale_id in (select sale_id from done)
        )
        select (select count(*) from line) as "examined!",
            (select count(*) from wrong) as "failure_count!",
            array(select failure from wrong order by failure limit 20) as "failures!""#,
        retailer,
    )
    .fetch_one(db)
    .await?;
    Ok(found.titled(
        "handed_over_once",
        "what is handed over is what the shop and people say was, counted once",
    ))
}
