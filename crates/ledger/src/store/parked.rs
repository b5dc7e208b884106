//! Orders that could not be booked.

use std::borrow::Cow;

use jiff::Timestamp;
use retail::ReceiptNumber;
use sqlx::PgConnection;
use uuid::Uuid;

use super::people::kept;
use super::row::SqlTimestamp;
use super::{StoreError, row};
use crate::decide::{ParkedRow, ReadMark};

/// Clears the parking of orders that are recorded at the version parked or a later one. An order of which
/// nothing is kept could not be read: there whatever could be at that version or a later one clears it, and
/// where its refusal told no version, a delivery that could be read and came no earlier.
pub(super) async fn clear(db: &mut PgConnection, read: &[ReadMark<'_>]) -> Result<(), StoreError> {
    if read.is_empty() {
        return Ok(());
    }
    let connections: Vec<Uuid> = read.iter().map(|mark| mark.connection.uuid()).collect();
    let orders: Vec<&str> = read.iter().map(|mark| mark.order.as_str()).collect();
    let (version_at, version_hash): (Vec<_>, Vec<_>) = read
        .iter()
        .map(|mark| row::version_columns(mark.version.as_ref()))
        .unzip();
    let (read_at, read_hash): (Vec<_>, Vec<_>) = read
        .iter()
        .map(|mark| row::version_columns(mark.read.as_ref()))
        .unzip();
    let received: Vec<SqlTimestamp> = read.iter().map(|mark| row::at(mark.received_at)).collect();
    sqlx::query!(
        "delete from ledger.parked_order p
        using unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bytea[], $5::timestamptz[],
            $6::bytea[], $7::timestamptz[])
            r (connection_id, shop_order_id, version_at, version_hash, read_at, read_hash, received_at)
        where p.connection_id = r.connection_id and p.parked_kind = 'order'
            and p.parked_key = r.shop_order_id
            and case when p.version_at is null then p.received_at <= r.received_at
                when p.message is null
                    then (p.version_at, p.version_hash) <= (r.read_at, r.read_hash)
                else (p.version_at, p.version_hash) <= (r.version_at, r.version_hash) end",
        &connections,
        &orders as _,
        &version_at as _,
        &version_hash as _,
        &read_at as _,
        &read_hash as _,
        &received as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Parks orders. Of several refusals of one order the one of the newest version is shown. A refusal that
/// told no version is none where a delivery of the order that could be read came no earlier: its own may
/// have been taken later, or again. What was dismissed stays so while the shop says the same, and the
/// reason is the same.
pub(super) async fn write(
    db: &mut PgConnection,
    parked: &[ParkedRow<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    if parked.is_empty() {
        return Ok(());
    }
    let connections: Vec<Uuid> = parked.iter().map(|row| row.connection.uuid()).collect();
    let kinds: Vec<&str> = parked.iter().map(|row| row.key.kind()).collect();
    let keys: Vec<&str> = parked.iter().map(|row| row.key.text()).collect();
    let retailers: Vec<Uuid> = parked.iter().map(|row| row.retailer.uuid()).collect();
    let reasons: Vec<&str> = parked.iter().map(|row| row.reason.as_ref()).collect();
    let details: Vec<&str> = parked.iter().map(|row| row.detail.as_ref()).collect();
    let (version_at, version_hash): (Vec<_>, Vec<_>) = parked
        .iter()
        .map(|row| row::version_columns(row.version.as_ref()))
        .unzip();
    let deliveries: Vec<&str> = parked.iter().map(|row| row.delivery.id.as_str()).collect();
    let topics: Vec<&str> = parked
        .iter()
        .map(|row| row.delivery.topic.as_str())
        .collect();
    let received: Vec<SqlTimestamp> = parked
        .iter()
        .map(|row| row::at(row.delivery.received_at))
        .collect();
    let kept = parked.iter().map(|row| kept(row.kept, row.is_erased));
    let kept: Vec<Cow<'_, [u8]>> = kept.collect();
    let messages: Vec<Option<&[u8]>> = kept
        .iter()
        .map(|kept| Some(kept.as_ref()).filter(|kept| !kept.is_empty()))
        .collect();
    let receipts: Vec<Option<&str>> = parked
        .iter()
        .map(|row| row.receipt_number.map(ReceiptNumber::as_str))
        .collect();
    let placed: Vec<Option<SqlTimestamp>> = parked
        .iter()
        .map(|row| row.placed_at.map(row::at))
        .collect();
    sqlx::query!(
        "insert into ledger.parked_order as p (connection_id, parked_kind, parked_key, retailer_id,
            reason, detail, version_at, version_hash, delivery_id, topic, received_at, message,
            receipt_number, placed_at, first_parked_at, last_parked_at)
        select n.*, $15, $15
        from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[],
            $7::timestamptz[], $8::bytea[], $9::text[], $10::text[], $11::timestamptz[],
            $12::bytea[], $13::text[], $14::timestamptz[])
            n (connection_id, parked_kind, parked_key, retailer_id, reason, detail, version_at,
                version_hash, delivery_id, topic, received_at, message, receipt_number, placed_at)
        where n.parked_kind <> 'order' or n.version_at is not null or not exists (
            select from ledger.order_delivery d
            where d.connection_id = n.connection_id and d.shop_order_id = n.parked_key
                and d.outcome <> 'parked' and d.received_at >= n.received_at)
        on conflict on constraint parked_order_pkey do update set
            reason = excluded.reason,
            detail = excluded.detail,
            version_at = excluded.version_at,
            version_hash = excluded.version_hash,
            delivery_id = excluded.delivery_id,
            topic = excluded.topic,
            received_at = excluded.received_at,
            message = excluded.message,
            receipt_number = excluded.receipt_number,
            placed_at = excluded.placed_at,
            dismissed_at = case when p.version_hash is not distinct from excluded.version_hash
                and p.reason = excluded.reason then p.dismissed_at end,
            dismissed_note = case when p.version_hash is not distinct from excluded.version_hash
                and p.reason = excluded.reason then p.dismissed_note end,
            last_parked_at = excluded.last_parked_at
        where case when p.version_at is null or excluded.version_at is null
            then p.received_at <= excluded.received_at
            else (p.version_at, p.version_hash) <= (excluded.version_at, excluded.version_hash) end",
        &connections,
        &kinds as _,
        &keys as _,
        &retailers,
        &reasons as _,
        &details as _,
        &version_at as _,
        &version_hash as _,
        &deliveries as _,
        &topics as _,
        &received as _,
        &messages as _,
        &receipts as _,
        &placed as _,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
