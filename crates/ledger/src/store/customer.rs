//! Customers: the only personal data of the ledger.

use std::collections::HashMap;

use jiff::Timestamp;
use retail::{ConnectionId, Customer, CustomerId, EmailKey, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;
use super::row::{self, SqlTimestamp};
use crate::decide::{Erased, Keys, Lookup, NewCustomer};
use crate::erasure::{ErasureKey, Mark};

/// Who goes by which address: as customers, and as people who were erased.
pub(super) type Found<'a> = (Lookup<(RetailerId, &'a EmailKey), CustomerId>, Erased<'a>);

/// What the guest of a connection is called.
const GUEST_NAME: &str = "Guest";

pub(super) async fn find<'a>(
    db: &mut PgConnection,
    keys: Keys<(RetailerId, &'a EmailKey)>,
    erasures: &ErasureKey,
) -> Result<Found<'a>, StoreError> {
    let mut erased = Erased::default();
    if keys.list().is_empty() {
        return Ok((keys.found([]), erased));
    }
    let retailers: Vec<Uuid> = keys
        .list()
        .iter()
        .map(|(retailer, _)| retailer.uuid())
        .collect();
    let emails: Vec<&str> = keys
        .list()
        .iter()
        .map(|(_, email)| email.as_str())
        .collect();
    let marks: Vec<Mark> = keys
        .list()
        .iter()
        .map(|(retailer, email)| erasures.mark(*retailer, email))
        .collect();
    let marks: Vec<&[u8]> = marks.iter().map(Mark::as_slice).collect();
    // A record that was merged is the one that stands for it.
    let rows = sqlx::query!(
        r#"select k.place as "place!", coalesce(c.merged_into, c.customer_id) as customer_id,
            e.customer_id as "erased_id?", e.erased_at as "erased_at?: SqlTimestamp"
        from unnest($1::uuid[], $2::text[], $3::bytea[])
            with ordinality k (retailer_id, email_key, mark, place)
        left join ledger.customer c
            on c.retailer_id = k.retailer_id and c.email_key = k.email_key
        left join ledger.erased_mark e on e.retailer_id = k.retailer_id and e.mark = k.mark
        where c.customer_id is not null or e.customer_id is not null"#,
        &retailers,
        &emails as _,
        &marks as _,
    )
    .fetch_all(db)
    .await?;
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        let place = row::place(row.place);
        people.extend(row.customer_id.map(|id| (place, CustomerId::new(id))));
        let (Some(key), Some(id), Some(at)) =
            (keys.list().get(place), row.erased_id, row.erased_at)
        else {
            continue;
        };
        erased.add(*key, at.to_jiff(), CustomerId::new(id));
    }
    Ok((keys.found(people), erased))
}

pub(super) async fn find_guests(
    db: &mut PgConnection,
    keys: &Keys<ConnectionId>,
) -> Result<HashMap<ConnectionId, CustomerId>, StoreError> {
    if keys.list().is_empty() {
        return Ok(HashMap::new());
    }
    let connections: Vec<Uuid> = keys
        .list()
        .iter()
        .map(|connection| connection.uuid())
        .collect();
    let rows = sqlx::query!(
        r#"select guest_of as "guest_of!", customer_id from ledger.customer where guest_of = any($1)"#,
        &connections,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                ConnectionId::new(row.guest_of),
                CustomerId::new(row.customer_id),
            )
        })
        .collect())
}

/// Puts new customers on file. One that came to be meanwhile is a lost race.
pub(super) async fn write(
    db: &mut PgConnection,
    customers: &[NewCustomer<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    if customers.is_empty() {
        return Ok(());
    }
    let count = customers.len();
    let mut ids = Vec::with_capacity(count);
    let mut retailers = Vec::with_capacity(count);
    let mut keys: Vec<Option<&str>> = Vec::with_capacity(count);
    let mut emails: Vec<&str> = Vec::with_capacity(count);
    let mut names: Vec<&str> = Vec::with_capacity(count);
    let mut phones: Vec<&str> = Vec::with_capacity(count);
    let mut guests_of: Vec<Option<Uuid>> = Vec::with_capacity(count);
    for customer in customers {
        match customer {
            NewCustomer::Guest { id, retailer, of } => {
                ids.push(id.uuid());
                retailers.push(retailer.uuid());
                keys.push(None);
                emails.push("");
                names.push(GUEST_NAME);
                phones.push("");
                guests_of.push(Some(of.uuid()));
            }
            NewCustomer::Person {
                id,
                retailer,
                key,
                customer,
            } => {
                let Customer { email, name, phone } = customer;
                ids.push(id.uuid());
                retailers.push(retailer.uuid());
                keys.push(Some(key.as_str()));
                emails.push(email);
                names.push(name);
                phones.push(phone);
                guests_of.push(None);
            }
        }
    }
    let inserted = sqlx::query!(
        "insert into ledger.customer (customer_id, retailer_id, email_key, email, name, phone,
            guest_of, created_at)
        select n.*, $8
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::uuid[]) n
        on conflict do nothing",
        &ids,
        &retailers,
        &keys as _,
        &emails as _,
        &names as _,
        &phones as _,
        &guests_of as _,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    if inserted.rows_affected() != count as u64 {
        return Err(StoreError::Race);
    }
    Ok(())
}
