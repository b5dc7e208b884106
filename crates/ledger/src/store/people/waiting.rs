//! Orders that wait are kept as they came, their customers sealed.

use std::collections::BTreeSet;

use retail::{ConnectionId, Customer, EmailKey, RetailerId};
use service::seal::Keyring;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::consume::{customer_of, without_customer};
use crate::store::{Reader, StoreError};

/// An order that waits and names somebody.
#[derive(Clone, Debug)]
pub struct WaitingCopy {
    pub connection: ConnectionId,
    pub order: String,
    pub customer: Customer,
    place: Place,
    message: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Parked,
    Held,
    /// Its connection is not known yet.
    Early(Uuid),
}

impl Reader {
    /// Orders that wait and name one of these people.
    pub async fn waiting_copies(
        &self,
        keyring: &Keyring,
        retailer: RetailerId,
        emails: &BTreeSet<EmailKey>,
    ) -> Result<Vec<WaitingCopy>, StoreError> {
        let mut db = self.pool.acquire().await?;
        let mut copies = all(&mut db, keyring, retailer).await?;
        copies.retain(|copy| copy.customer.key().is_some_and(|key| emails.contains(&key)));
        Ok(copies)
    }
}

/// All of a retailer's that name anybody. What cannot be opened is nobody's here, and is told in the log.
pub(super) async fn all(
    db: &mut PgConnection,
    keyring: &Keyring,
    retailer: RetailerId,
) -> Result<Vec<WaitingCopy>, StoreError> {
    let rows = sqlx::query!(
        r#"select 'parked' as "place!", connection_id as "connection_id!", null::uuid as early_id,
            message as "message!"
        from ledger.parked_order where retailer_id = $1 and message is not null
        union all
        select 'held', connection_id, null, message from ledger.held_order where retailer_id = $1
        union all
        select 'early', connection_id, early_id, message from ledger.early_order where retailer_id = $1"#,
        retailer.uuid(),
    )
    .fetch_all(db)
    .await?;
    let mut unopened = 0_u64;
    let copies = rows.into_iter().filter_map(|row| {
        let connection = ConnectionId::new(row.connection_id);
        let (order, customer) =
            customer_of(keyring, connection, &row.message).unwrap_or_else(|_| {
                unopened += 1;
                None
            })?;
        let place = match (row.early_id, row.place.as_str()) {
            (Some(id), _) => Place::Early(id),
            (None, "held") => Place::Held,
            (None, _) => Place::Parked,
        };
        Some(WaitingCopy {
            connection,
            order,
            customer,
            place,
            message: row.message,
        })
    });
    let copies = copies.collect();
    if unopened > 0 {
        tracing::warn!(%retailer, orders = unopened, "whom orders that wait name cannot be opened");
    }
    Ok(copies)
}

/// They wait on, and name nobody.
pub(super) async fn strip(db: &mut PgConnection, copies: &[WaitingCopy]) -> Result<(), StoreError> {
    for copy in copies {
        let WaitingCopy {
            connection,
            order,
            customer: _,
            place,
            message,
        } = copy;
        let (connection, message) = (connection.uuid(), without_customer(message));
        let stripped = match place {
            Place::Parked => sqlx::query!(
                "update ledger.parked_order set message = $3
                where connection_id = $1 and parked_kind = 'order' and parked_key = $2",
                connection,
                order,
                message,
            ),
            Place::Held => sqlx::query!(
                "update ledger.held_order set message = $3
                where connection_id = $1 and shop_order_id = $2",
                connection,
                order,
                message,
            ),
            Place::Early(id) => sqlx::query!(
                "update ledger.early_order set message = $2 where early_id = $1",
                id,
                message,
            ),
        };
        stripped.execute(&mut *db).await?;
    }
    Ok(())
}
