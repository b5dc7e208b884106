//! Who buys at a till (POS-12).

use jiff::Timestamp;
use retail::{ConnectionId, Customer, CustomerId, EmailKey, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::TillError;
use crate::decide::{Keys, NewCustomer};
use crate::erasure::ErasureKey;
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

/// A sale's, and what it takes to know who that is.
pub(super) struct Buyer<'a> {
    pub retailer: RetailerId,
    pub till: ConnectionId,
    pub asked: &'a AskedCustomer,
    /// Of before an erasure, the sale is the erased person's.
    pub sold_at: Timestamp,
    pub erasures: &'a ErasureKey,
}

impl Buyer<'_> {
    /// `new` is for one that nobody has on file.
    pub(super) async fn find_or_create(
        &self,
        db: &mut PgConnection,
        new: CustomerId,
        now: Timestamp,
    ) -> Result<CustomerId, TillError> {
        if let Some(known) = self.find(db).await? {
            return Ok(known);
        }
        let created = match self.asked {
            AskedCustomer::OnFile(_) => return Err(TillError::UnknownCustomer),
            AskedCustomer::Nobody => NewCustomer::Guest {
                id: new,
                retailer: self.retailer,
                of: self.till,
            },
            AskedCustomer::Named(customer, key) => NewCustomer::Person {
                id: new,
                retailer: self.retailer,
                key,
                customer,
            },
        };
        match customer::write(db, &[created], now).await {
            Ok(()) => Ok(new),
            // Another writer was there first: now it is on file.
            Err(StoreError::Race) => {
                let found = self.find(db).await?;
                found.ok_or_else(|| StoreError::Race.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn find(&self, db: &mut PgConnection) -> Result<Option<CustomerId>, StoreError> {
        match self.asked {
            AskedCustomer::Nobody => {
                let mut keys = Keys::new();
                keys.add(self.till);
                let found = customer::find_guests(db, &keys).await?;
                Ok(found.get(&self.till).copied())
            }
            AskedCustomer::Named(_, key) => {
                let asked = (self.retailer, key);
                let mut keys = Keys::new();
                keys.add(asked);
                let (found, erased) = customer::find(db, keys, self.erasures).await?;
                let erased = erased.at(asked, self.sold_at);
                Ok(erased.or_else(|| found.get(&asked).copied()))
            }
            AskedCustomer::OnFile(id) => {
                let found = sqlx::query_scalar!(
                    r#"select coalesce(s.customer_id, c.customer_id) as "customer_id!"
                    from ledger.customer c
                    left join ledger.customer s on s.customer_id = c.merged_into
                    where c.customer_id = $1 and c.retailer_id = $2 and c.guest_of is null
                        and c.erased_at is null and s.erased_at is null"#,
                    id,
                    self.retailer.uuid(),
                )
                .fetch_optional(db)
                .await?;
                Ok(found.map(CustomerId::new))
            }
        }
    }
}
