//! What the bus says of goods that went to buyers.

use std::collections::HashMap;

use jiff::Timestamp;
use retail::fulfilment::Step;
use sqlx::PgPool;
use uuid::Uuid;

use crate::store::fulfilment::step_from;
use crate::store::row::SqlTimestamp;
use crate::store::{StoreError, Tracking};

/// Handovers that an event tells of one sale: with addresses of the longest kind, the broker still takes it.
const HANDOVERS_LIMIT: i64 = 50;

/// Goods that somebody here says went to the buyer.
#[derive(Clone, Debug)]
pub struct HandoverNow {
    pub id: Uuid,
    pub step: Step,
    pub tracking: Tracking,
    pub done_at: Timestamp,
}

/// The last ones of each sale, the first of them first. Without ids nothing is asked.
pub(super) async fn of_sales(
    pool: &PgPool,
    sales: &[Uuid],
) -> Result<HashMap<Uuid, Vec<HandoverNow>>, StoreError> {
    let mut handovers: HashMap<Uuid, Vec<HandoverNow>> = HashMap::new();
    if sales.is_empty() {
        return Ok(handovers);
    }
    let found = sqlx::query!(
        r#"select k.sale_id as "sale_id!", h.step_id, h.step, h.carrier, h.tracking_number, h.tracking_url,
            h.done_at as "done_at: SqlTimestamp"
        from unnest($1::uuid[]) k (sale_id)
        cross join lateral (
            select * from ledger.fulfilment_step s
            where s.sale_id = k.sale_id and s.step in ('shipped', 'collected')
            order by s.number desc
            limit $2) h
        order by k.sale_id, h.number"#,
        sales,
        HANDOVERS_LIMIT,
    )
    .fetch_all(pool)
    .await?;
    for found in found {
        handovers
            .entry(found.sale_id)
            .or_default()
            .push(HandoverNow {
                id: found.step_id,
                step: step_from(&found.step)?,
                tracking: Tracking {
                    carrier: found.carrier,
                    number: found.tracking_number,
                    url: found.tracking_url,
                },
                done_at: found.done_at.to_jiff(),
            });
    }
    Ok(handovers)
}
