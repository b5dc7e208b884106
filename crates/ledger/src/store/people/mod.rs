//! Customers as people: two records of one become one, and a person can be erased.
//!
//! Whoever does either has the retailer's customers alone: no batch that looked some up is still being written, and
//! none begins until it is done.

mod erase;
mod key;
mod merge;
mod shop;
mod shred;
mod waiting;

use std::borrow::Cow;

use jiff::Timestamp;
use retail::RetailerId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;
use super::row::{self, SqlTimestamp};
use crate::consume::without_customer;
use crate::decide::ErasedOrderRow;

pub use erase::{ErasedCustomer, ErasedPeople, Eraser, PersonAsked};
pub use key::erasure_key;
pub use merge::MergedCustomer;
pub use shop::ErasedShop;
pub use shred::{ArchiveSearch, OrderToShred, PersonToShred, Shredding};
pub use waiting::WaitingCopy;

/// Why nothing is done about a customer.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    #[error("no such customer")]
    UnknownCustomer,
    #[error("no such connection")]
    UnknownConnection,
    #[error("this is a connection's guest, who is nobody in particular")]
    Guest,
    #[error("the customer was erased")]
    Erased,
    #[error("the record was merged into another one before")]
    Merged,
    #[error("these are the same customer")]
    Same,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for PeopleError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What is kept of a message that waits, which names nobody if it is of a person who was erased.
pub(super) fn kept(message: &[u8], is_erased: bool) -> Cow<'_, [u8]> {
    if is_erased {
        Cow::Owned(without_customer(message))
    } else {
        Cow::Borrowed(message)
    }
}

/// A record as far as it decides what may be done with it.
struct Record {
    id: Uuid,
    merged_into: Option<Uuid>,
    is_guest: bool,
    erased_at: Option<Timestamp>,
}

impl Record {
    async fn find(
        db: &mut PgConnection,
        retailer: RetailerId,
        customer: Uuid,
    ) -> Result<Self, PeopleError> {
        let found = sqlx::query!(
            r#"select merged_into, guest_of, erased_at as "erased_at: SqlTimestamp"
            from ledger.customer where customer_id = $1 and retailer_id = $2"#,
            customer,
            retailer.uuid(),
        )
        .fetch_optional(db)
        .await?
        .ok_or(PeopleError::UnknownCustomer)?;
        Ok(Self {
            id: customer,
            merged_into: found.merged_into,
            is_guest: found.guest_of.is_some(),
            erased_at: found.erased_at.map(SqlTimestamp::to_jiff),
        })
    }

    /// The record that stands for it.
    async fn standing(
        db: &mut PgConnection,
        retailer: RetailerId,
        customer: Uuid,
    ) -> Result<Self, PeopleError> {
        let found = Self::find(&mut *db, retailer, customer).await?;
        match found.merged_into {
            Some(standing) => Self::find(db, retailer, standing).await,
            None => Ok(found),
        }
    }
}

/// Until the transaction ends nobody merges or erases customers of theirs.
pub(super) async fn lock_shared(
    db: &mut PgConnection,
    retailer: RetailerId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock_shared(hashtextextended('customers of ' || $1::text, 0))",
        retailer.uuid().to_string(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Until the transaction ends. [`super::connection::by_id`] shares the same lock.
async fn lock_alone(db: &mut PgConnection, retailer: RetailerId) -> Result<(), StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('customers of ' || $1::text, 0))",
        retailer.uuid().to_string(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// From now on their deliveries are to be kept nowhere, also those that came meanwhile.
pub(super) async fn note_erased(
    db: &mut PgConnection,
    orders: &[ErasedOrderRow<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    if orders.is_empty() {
        return Ok(());
    }
    let connections: Vec<Uuid> = orders.iter().map(|row| row.connection.uuid()).collect();
    let ids: Vec<&str> = orders.iter().map(|row| row.order.as_str()).collect();
    let retailers: Vec<Uuid> = orders.iter().map(|row| row.retailer.uuid()).collect();
    sqlx::query!(
        "insert into ledger.erased_order (connection_id, shop_order_id, retailer_id, erased_at)
        select n.*, $4
        from unnest($1::uuid[], $2::text[], $3::uuid[]) n (connection_id, shop_order_id, retailer_id)
        order by n.connection_id, n.shop_order_id collate \"C\"
        on conflict on constraint erased_order_pkey do update set shredded_at = null",
        &connections,
        &ids as _,
        &retailers,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
