//! What the archives of ingest services still have to take away, and what they have.

use std::collections::HashSet;

use jiff::Timestamp;
use retail::{ConnectionId, EmailKey, RetailerId};
use service::seal::Keyring;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::row::{self, SqlTimestamp};
use crate::store::{Store, StoreError};

/// Orders told at once.
const ORDERS_LIMIT: i64 = 1_000;
/// People told at once.
const PEOPLE_LIMIT: i64 = 100;

/// An order whose deliveries are to be kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderToShred {
    pub retailer: RetailerId,
    pub connection: ConnectionId,
    pub order: String,
}

/// A person whose deliveries are to be kept nowhere. `Debug` shows nobody.
#[derive(Clone, Debug)]
pub struct PersonToShred {
    pub erasure: Uuid,
    pub retailer: RetailerId,
    pub emails: Vec<EmailKey>,
    pub erased_at: Timestamp,
}

/// What a platform's archive still has to take away.
#[derive(Clone, Debug)]
pub struct Shredding {
    pub orders: Vec<OrderToShred>,
    pub people: Vec<PersonToShred>,
}

/// An archive was searched to its end for the people of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveSearch {
    pub erasure: Uuid,
    pub deliveries: i64,
}

/// An erasure stays open until every archive was searched. A retailer without shops has none: tills keep no deliveries.
pub(super) async fn begin(
    db: &mut PgConnection,
    keyring: &Keyring,
    retailer: RetailerId,
    erasure: Uuid,
    emails: &HashSet<EmailKey>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let emails: Vec<&str> = emails.iter().map(EmailKey::as_str).collect();
    let sealed = keyring.seal(&purpose(retailer, erasure), emails.join("\n").as_bytes());
    sqlx::query!(
        "insert into ledger.erasure (erasure_id, retailer_id, erased_at, sealed_emails)
        values ($1, $2, $3, case when $5 and exists (
            select from ledger.connection where retailer_id = $2 and platform <> 'till') then $4::bytea end)",
        erasure,
        retailer.uuid(),
        row::at(now) as _,
        sealed,
        !emails.is_empty(),
    )
    .execute(db)
    .await?;
    Ok(())
}

impl Store {
    /// The oldest of what `platform` has not said it has taken away.
    pub async fn shredding(
        &self,
        keyring: &Keyring,
        platform: &str,
    ) -> Result<Shredding, StoreError> {
        let mut db = self.pool.acquire().await?;
        let orders = sqlx::query!(
            "select o.retailer_id, o.connection_id, o.shop_order_id
            from ledger.erased_order o
            join ledger.connection c on c.connection_id = o.connection_id
            where c.platform = $1 and o.shredded_at is null
            order by o.connection_id, o.shop_order_id
            limit $2",
            platform,
            ORDERS_LIMIT,
        )
        .fetch_all(&mut *db)
        .await?;
        let people = sqlx::query!(
            r#"select erasure_id, retailer_id, erased_at as "erased_at: SqlTimestamp",
                sealed_emails as "sealed_emails!"
            from ledger.erasure e
            where sealed_emails is not null
                and exists (select from ledger.connection c
                    where c.retailer_id = e.retailer_id and c.platform = $1)
                and not exists (select from ledger.erasure_search s
                    where s.erasure_id = e.erasure_id and s.platform = $1)
            order by e.erased_at, e.erasure_id
            limit $2"#,
            platform,
            PEOPLE_LIMIT,
        )
        .fetch_all(&mut *db)
        .await?;
        let people = people.into_iter().map(|row| {
            let retailer = RetailerId::new(row.retailer_id);
            let opened = keyring
                .open(&purpose(retailer, row.erasure_id), &row.sealed_emails)
                .map_err(|error| unreadable(&error.to_string()))?;
            let text = String::from_utf8(opened).map_err(|_| unreadable("no text"))?;
            Ok(PersonToShred {
                erasure: row.erasure_id,
                retailer,
                emails: text.lines().filter_map(EmailKey::new).collect(),
                erased_at: row.erased_at.to_jiff(),
            })
        });
        Ok(Shredding {
            orders: orders
                .into_iter()
                .map(|row| OrderToShred {
                    retailer: RetailerId::new(row.retailer_id),
                    connection: ConnectionId::new(row.connection_id),
                    order: row.shop_order_id,
                })
                .collect(),
            people: people.collect::<Result<_, StoreError>>()?,
        })
    }

    /// Nothing of these is in `platform`'s archive any more. An erasure that every platform has searched its archive
    /// for forgets whom it was about.
    pub async fn shredded(
        &self,
        platform: &str,
        orders: &[OrderToShred],
        searches: &[ArchiveSearch],
    ) -> Result<(), StoreError> {
        let now = row::at(self.clock.now());
        let connections: Vec<Uuid> = orders.iter().map(|order| order.connection.uuid()).collect();
        let ids: Vec<&str> = orders.iter().map(|order| order.order.as_str()).collect();
        let erasures: Vec<Uuid> = searches.iter().map(|search| search.erasure).collect();
        let deliveries: Vec<i64> = searches.iter().map(|search| search.deliveries).collect();
        let mut db = self.pool.begin().await?;
        sqlx::query!(
            "update ledger.erased_order o set shredded_at = $4
            from unnest($1::uuid[], $2::text[]) n (connection_id, shop_order_id),
                ledger.connection c
            where o.connection_id = n.connection_id and o.shop_order_id = n.shop_order_id
                and c.connection_id = n.connection_id and c.platform = $3",
            &connections,
            &ids as _,
            platform,
            now as _,
        )
        .execute(&mut *db)
        .await?;
        sqlx::query!(
            "insert into ledger.erasure_search (erasure_id, platform, deliveries, searched_at)
            select n.erasure_id, $3, n.deliveries, $4
            from unnest($1::uuid[], $2::bigint[]) n (erasure_id, deliveries)
            join ledger.erasure e on e.erasure_id = n.erasure_id
            on conflict on constraint erasure_search_pkey do nothing",
            &erasures,
            &deliveries,
            platform,
            now as _,
        )
        .execute(&mut *db)
        .await?;
        sqlx::query!(
            "update ledger.erasure e set sealed_emails = null
            where erasure_id = any($1) and not exists (
                select from ledger.connection c
                where c.retailer_id = e.retailer_id and c.platform <> 'till' and not exists (
                    select from ledger.erasure_search s
                    where s.erasure_id = e.erasure_id and s.platform = c.platform))",
            &erasures,
        )
        .execute(&mut *db)
        .await?;
        db.commit().await?;
        Ok(())
    }
}

fn purpose(retailer: RetailerId, erasure: Uuid) -> Vec<u8> {
    format!("erasure/{retailer}/{erasure}").into_bytes()
}

fn unreadable(why: &str) -> StoreError {
    StoreError::corrupt("erasure", "sealed_emails", why)
}
