//! Orders that wait for a person.

use jiff::Timestamp;
use retail::RetailerId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ParkedFilter, Reader};
use crate::decide::Delivery;
use crate::store::StoreError;
use crate::store::row::{self, SqlTimestamp};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedView {
    pub key: ParkedKeyView,
    /// `None` when the delivery did not even tell that.
    pub order: Option<String>,
    /// As far as it could be read.
    pub receipt_number: Option<String>,
    pub placed_at: Option<Timestamp>,
    pub reason: String,
    pub detail: String,
    pub delivery: Delivery,
    pub first_parked_at: Timestamp,
    /// Whether the order itself is kept, so that it can be tried again.
    pub can_retry: bool,
    /// When it was dismissed, and with which note.
    pub dismissed: Option<(Timestamp, String)>,
    /// Deliveries of the order that could not be booked.
    pub times: i64,
}

/// A parked order's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedKeyView {
    pub last_parked_at: Timestamp,
    pub connection: Uuid,
    pub kind: String,
    pub key: String,
}

impl Reader {
    /// Up to `limit` parked orders after `after`, newest first.
    pub async fn list_parked(
        &self,
        retailer: RetailerId,
        filter: &ParkedFilter,
        after: Option<&ParkedKeyView>,
        limit: i64,
    ) -> Result<Vec<ParkedView>, StoreError> {
        let rows = sqlx::query!(
            r#"select p.connection_id, p.parked_kind, p.parked_key, p.reason, p.detail,
                p.receipt_number, p.placed_at as "placed_at: SqlTimestamp",
                p.delivery_id, p.topic, p.received_at as "received_at: SqlTimestamp",
                p.first_parked_at as "first_parked_at: SqlTimestamp",
                p.last_parked_at as "last_parked_at: SqlTimestamp",
                p.message is not null as "can_retry!",
                p.dismissed_at as "dismissed_at: SqlTimestamp", p.dismissed_note,
                (select count(*) from ledger.order_delivery d
                    where p.parked_kind = 'order' and d.connection_id = p.connection_id
                        and d.shop_order_id = p.parked_key and d.outcome = 'parked') as "times!"
            from ledger.parked_order p
            where p.retailer_id = $1
                and ($2::timestamptz is null or p.last_parked_at <= $2)
                and ($2::timestamptz is null or p.last_parked_at < $2
                    or (p.connection_id, p.parked_kind, p.parked_key) > ($3::uuid, $4::text, $5::text))
                and ($6::uuid is null or p.connection_id = $6)
                and ($7::text is null or p.reason = $7)
                and ($8 or p.dismissed_at is null)
                and ($9::text is null or (p.parked_kind = 'order' and p.parked_key = $9))
            order by p.last_parked_at desc, p.connection_id, p.parked_kind, p.parked_key
            limit $10"#,
            retailer.uuid(),
            after.map(|key| row::at(key.last_parked_at)) as _,
            after.map(|key| key.connection),
            after.map(|key| key.kind.as_str()),
            after.map(|key| key.key.as_str()),
            filter.connection,
            filter.reason,
            filter.with_dismissed,
            filter.order,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| ParkedView {
                order: (row.parked_kind == "order").then(|| row.parked_key.clone()),
                key: ParkedKeyView {
                    last_parked_at: row.last_parked_at.to_jiff(),
                    connection: row.connection_id,
                    kind: row.parked_kind,
                    key: row.parked_key,
                },
                receipt_number: row.receipt_number,
                placed_at: row.placed_at.map(SqlTimestamp::to_jiff),
                reason: row.reason,
                detail: row.detail,
                delivery: Delivery {
                    id: row.delivery_id,
                    topic: row.topic,
                    received_at: row.received_at.to_jiff(),
                },
                first_parked_at: row.first_parked_at.to_jiff(),
                can_retry: row.can_retry,
                dismissed: dismissed(row.dismissed_at, row.dismissed_note),
                times: row.times.max(1),
            })
            .collect())
    }
}

/// The parking of one order.
pub(super) async fn of_order(
    db: &mut PgConnection,
    connection: Uuid,
    order: &str,
) -> Result<Option<ParkedView>, StoreError> {
    let row = sqlx::query!(
        r#"select p.reason, p.detail, p.delivery_id, p.topic,
            p.receipt_number, p.placed_at as "placed_at: SqlTimestamp",
            p.received_at as "received_at: SqlTimestamp",
            p.first_parked_at as "first_parked_at: SqlTimestamp",
            p.last_parked_at as "last_parked_at: SqlTimestamp",
            p.message is not null as "can_retry!",
            p.dismissed_at as "dismissed_at: SqlTimestamp", p.dismissed_note,
            (select count(*) from ledger.order_delivery d
                where d.connection_id = p.connection_id and d.shop_order_id = p.parked_key
                    and d.outcome = 'parked') as "times!"
        from ledger.parked_order p
        where p.connection_id = $1 and p.parked_kind = 'order' and p.parked_key = $2"#,
        connection,
        order,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| ParkedView {
        key: ParkedKeyView {
            last_parked_at: row.last_parked_at.to_jiff(),
            connection,
            kind: "order".to_owned(),
            key: order.to_owned(),
        },
        order: Some(order.to_owned()),
        receipt_number: row.receipt_number,
        placed_at: row.placed_at.map(SqlTimestamp::to_jiff),
        reason: row.reason,
        detail: row.detail,
        delivery: Delivery {
            id: row.delivery_id,
            topic: row.topic,
            received_at: row.received_at.to_jiff(),
        },
        first_parked_at: row.first_parked_at.to_jiff(),
        can_retry: row.can_retry,
        dismissed: dismissed(row.dismissed_at, row.dismissed_note),
        times: row.times.max(1),
    }))
}

fn dismissed(at: Option<SqlTimestamp>, note: Option<String>) -> Option<(Timestamp, String)> {
    at.map(SqlTimestamp::to_jiff).zip(note)
}
