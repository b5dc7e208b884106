//! Who buys at a till (POS-12).

use jiff::Timestamp;
use retail::{ConnectionId, Customer, CustomerId, EmailKey, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::TillError;
use crate::decide::{Keys, NewCustomer};
use crate::store::{StoreError, customer};

/// Whom a till says it sells to.
#[derive(Clone, Debug)]
pub enum AskedCustomer {
    /// The till's guest.
    Nobody,
    OnFile(Uuid),
    /// Matched by e-mail, else created.
    Named(Customer, EmailKey),
}

impl AskedCustomer {
    /// Whether somebody can owe something.
    pub(super) const fn has_account(&self) -> bool {
        match self {
            Self::Nobody => false,
            Self::OnFile(_) | Self::Named(..) => true,
        }
    }
}

/// `new` is for one that nobody has on file.
pub(super) async fn find_or_create(
    db: &mut PgConnection,
    retailer: RetailerId,
    till: ConnectionId,
    asked: &AskedCustomer,
    new: CustomerId,
    now: Timestamp,
) -> Result<CustomerId, TillError> {
    if let Some(known) = find(db, retailer, till, asked).await? {
        return Ok(known);
    }
    let created = match asked {
        AskedCustomer::OnFile(_) => return Err(TillError::UnknownCustomer),
        AskedCustomer::Nobody => NewCustomer::Guest {
            id: new,
            retailer,
            of: till,
        },
        AskedCustomer::Named(customer, key) => NewCustomer::Person {
            id: new,
            retailer,
            key,
            customer,
        },
    };
    match customer::write(db, &[created], now).await {
        Ok(()) => Ok(new),
        // Another writer was there first: now it is on file.
        Err(StoreError::Race) => find(db, retailer, till, asked)
            .await?
            .ok_or_else(|| StoreError::Race.into()),
        Err(error) => Err(error.into()),
    }
}

async fn find(
    db: &mut PgConnection,
    retailer: RetailerId,
    till: ConnectionId,
    asked: &AskedCustomer,
) -> Result<Option<CustomerId>, StoreError> {
    match asked {
        AskedCustomer::Nobody => {
            let mut keys = Keys::new();
            keys.add(till);
            let found = customer::find_guests(db, &keys).await?;
            Ok(found.get(&till).copied())
        }
        AskedCustomer::Named(_, key) => {
            let asked = (retailer, key);
            let mut keys = Keys::new();
            keys.add(asked);
            let found = customer::find(db, keys).await?;
            Ok(found.get(&asked).copied())
        }
        AskedCustomer::OnFile(id) => {
            let found = sqlx::query_scalar!(
                "select customer_id from ledger.customer
                where customer_id = $1 and retailer_id = $2 and guest_of is null",
                id,
                retailer.uuid(),
            )
            .fetch_optional(db)
            .await?;
            Ok(found.map(CustomerId::new))
        }
    }
}
