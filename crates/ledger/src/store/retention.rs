//! What is forgotten after a while: deliveries that said nothing new.
//!
//! A shop tells the same again and again: webhooks come twice, and polling lists what webhooks brought. The delivery
//! that made a revision is the reason for its movements and stays for good, and so does one that was parked, held or
//! not imported. Of the others only their number is kept.

use jiff::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Store, StoreError, row};

/// Deliveries forgotten in one transaction at most.
const PAGE_LIMIT: i64 = 1_000;

impl Store {
    /// Forgets some of the deliveries that repeated what was recorded and came before `before`. Gives how many; none
    /// when there are no more, or orders that have some are being written.
    pub async fn forget_repeats(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut db = self.pool.begin().await?;
        let Heads {
            connections,
            orders,
        } = lock(&mut db, before).await?;
        let forgotten = sqlx::query_scalar!(
            r#"with gone as (
                delete from ledger.order_delivery d
                using unnest($1::uuid[], $2::text[]) k (connection_id, shop_order_id)
                where d.connection_id = k.connection_id and d.shop_order_id = k.shop_order_id
                    and d.outcome = 'already_recorded' and d.received_at < $3
                returning d.connection_id, d.shop_order_id
            ), counted as (
                update ledger.shop_order h
                set forgotten_deliveries = h.forgotten_deliveries + n.count
                from (select connection_id, shop_order_id, count(*)::integer as count from gone group by 1, 2) n
                where h.connection_id = n.connection_id and h.shop_order_id = n.shop_order_id
                returning n.count
            )
            select coalesce(sum(count), 0)::bigint as "count!" from counted"#,
            &connections,
            &orders,
            row::at(before) as _,
        )
        .fetch_one(&mut *db)
        .await?;
        db.commit().await?;
        Ok(u64::try_from(forgotten).unwrap_or_default())
    }
}

/// Orders that have something to forget.
struct Heads {
    connections: Vec<Uuid>,
    orders: Vec<String>,
}

/// Locks the heads of the orders with the oldest. Those that a writer holds are left for another time: nobody waits.
async fn lock(db: &mut PgConnection, before: Timestamp) -> Result<Heads, StoreError> {
    let found = sqlx::query!(
        "select h.connection_id, h.shop_order_id
        from ledger.shop_order h
        join (
            select distinct connection_id, shop_order_id
            from (
                select connection_id, shop_order_id
                from ledger.order_delivery
                where outcome = 'already_recorded' and received_at < $1
                order by received_at
                limit $2
            ) oldest
        ) k on k.connection_id = h.connection_id and k.shop_order_id = h.shop_order_id
        order by h.connection_id, h.shop_order_id
        for update of h skip locked",
        row::at(before) as _,
        PAGE_LIMIT,
    )
    .fetch_all(db)
    .await?;
    let (connections, orders) = found
        .into_iter()
        .map(|head| (head.connection_id, head.shop_order_id))
        .unzip();
    Ok(Heads {
        connections,
        orders,
    })
}
