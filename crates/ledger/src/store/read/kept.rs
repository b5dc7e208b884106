//! The messages kept of orders that wait.

use retail::{ConnectionId, RetailerId};
use uuid::Uuid;

use super::Reader;
use crate::store::StoreError;

/// A parked order's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptParked {
    pub connection: ConnectionId,
    pub order: String,
    /// `None`: nothing could be read.
    pub message: Option<Vec<u8>>,
}

/// Which parked orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParkedFilter {
    pub connection: Option<Uuid>,
    /// A reason's code.
    pub reason: Option<String>,
    pub with_dismissed: bool,
    /// One order, by the shop's id; of lists.
    pub order: Option<String>,
}

/// How far the retries under one request have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetryCounts {
    pub recorded: i64,
    pub held: i64,
    pub still_parked: i64,
    pub remaining: i64,
}

impl Reader {
    /// What is kept of a parked order; `None` when it is not parked.
    pub async fn kept_parked(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        order: &str,
    ) -> Result<Option<KeptParked>, StoreError> {
        let found = sqlx::query!(
            "select message from ledger.parked_order
            where connection_id = $1 and parked_kind = 'order' and parked_key = $2
                and retailer_id = $3",
            connection.uuid(),
            order,
            retailer.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.map(|found| KeptParked {
            connection,
            order: order.to_owned(),
            message: found.message,
        }))
    }

    /// Up to `limit` parked orders that can be retried and were not yet under `request`, the longest
    /// parked first.
    pub async fn parked_to_retry(
        &self,
        retailer: RetailerId,
        filter: &ParkedFilter,
        request: Uuid,
        limit: i64,
    ) -> Result<Vec<KeptParked>, StoreError> {
        let rows = sqlx::query!(
            "select p.connection_id, p.parked_key, p.message
            from ledger.parked_order p
            where p.retailer_id = $1 and p.parked_kind = 'order' and p.message is not null
                and p.dismissed_at is null
                and ($2::uuid is null or p.connection_id = $2)
                and ($3::text is null or p.reason = $3)
                and not exists (select from ledger.order_action a
                    where a.request_id = $4 and a.connection_id = p.connection_id
                        and a.subject_kind = 'order' and a.subject_key = p.parked_key)
            order by p.first_parked_at, p.connection_id, p.parked_key
            limit $5",
            retailer.uuid(),
            filter.connection,
            filter.reason,
            request,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| KeptParked {
                connection: ConnectionId::new(row.connection_id),
                order: row.parked_key,
                message: row.message,
            })
            .collect())
    }

    /// What the retries under `request` have come to, and how many orders they have not come to.
    pub async fn retry_counts(
        &self,
        retailer: RetailerId,
        filter: &ParkedFilter,
        request: Uuid,
    ) -> Result<RetryCounts, StoreError> {
        let mut db = self.snapshot().await?;
        let counts = sqlx::query_as!(
            RetryCounts,
            r#"select
                count(*) filter (where a.outcome in ('recorded', 'already_recorded', 'not_imported'))
                    as "recorded!",
                count(*) filter (where a.outcome = 'held') as "held!",
                count(*) filter (where a.outcome = 'parked') as "still_parked!",
                (select count(*) from ledger.parked_order p
                    where p.retailer_id = $1 and p.parked_kind = 'order' and p.message is not null
                        and p.dismissed_at is null
                        and ($2::uuid is null or p.connection_id = $2)
                        and ($3::text is null or p.reason = $3)
                        and not exists (select from ledger.order_action a
                            where a.request_id = $4 and a.connection_id = p.connection_id
                                and a.subject_kind = 'order' and a.subject_key = p.parked_key))
                    as "remaining!"
            from ledger.order_action a
            where a.request_id = $4 and a.retailer_id = $1 and a.action = 'retry'"#,
            retailer.uuid(),
            filter.connection,
            filter.reason,
            request,
        )
        .fetch_one(&mut *db)
        .await?;
        Ok(counts)
    }
}
