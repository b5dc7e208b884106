//! A person says that a parked order is not to be booked.

use retail::{ConnectionId, RetailerId};

use super::apply::RACE_ATTEMPTS;
use super::journal::{Entry, Recorded};
use super::{Store, StoreError, journal, open, outbox, row};
use crate::desk::{Act, ActionKind, ActionOutcome, Done, Subject};

/// What became of a dismissal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dismissed {
    Now,
    /// The act was done before.
    Before(Recorded),
    /// Nothing of that key is parked.
    NotParked,
}

impl Store {
    /// Dismisses the parked order or delivery `subject`, and notes it.
    pub async fn dismiss(
        &self,
        act: &Act,
        retailer: RetailerId,
        connection: ConnectionId,
        subject: &Subject,
    ) -> Result<Dismissed, StoreError> {
        for _ in 1..RACE_ATTEMPTS {
            match self.dismiss_once(act, retailer, connection, subject).await {
                Err(StoreError::Race) => {}
                settled => return settled,
            }
        }
        self.dismiss_once(act, retailer, connection, subject).await
    }

    async fn dismiss_once(
        &self,
        act: &Act,
        retailer: RetailerId,
        connection: ConnectionId,
        subject: &Subject,
    ) -> Result<Dismissed, StoreError> {
        let mut db = self.pool.begin().await?;
        if let Some(before) = journal::find(&mut db, connection.uuid(), subject, act).await? {
            return Ok(Dismissed::Before(before));
        }
        let now = self.clock.now();
        let before = journal::standing(&mut db, connection.uuid(), subject).await?;
        let dismissed = sqlx::query!(
            "update ledger.parked_order set dismissed_at = $5, dismissed_note = $6
            where connection_id = $1 and parked_kind = $2 and parked_key = $3 and retailer_id = $4",
            connection.uuid(),
            subject.kind(),
            subject.key(),
            retailer.uuid(),
            row::at(now) as _,
            act.note,
        )
        .execute(&mut *db)
        .await?;
        if dismissed.rows_affected() == 0 {
            return Ok(Dismissed::NotParked);
        }
        let entry = Entry {
            retailer: retailer.uuid(),
            connection: connection.uuid(),
            subject,
            act,
            kind: ActionKind::Dismiss,
            done: &Done::plain(ActionOutcome::Dismissed),
            before,
        };
        journal::write(&mut db, &entry, now).await?;
        if let Subject::Order(order) = subject {
            let freed = open::held_by(&mut db, connection, order).await?;
            outbox::mark(&mut db, &freed, now).await?;
        }
        db.commit().await?;
        Ok(Dismissed::Now)
    }
}
