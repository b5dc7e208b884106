//! One act of a person, one transaction: the message it concerns goes the way of every message, under the
//! same locks, and the journal is written with what came of it.

use retail::posting::OrderUpdates;
use retail::{ConnectionId, RetailerId};

use super::apply::{RACE_ATTEMPTS, Store, write};
use super::journal::{Entry, Recorded};
use super::{StoreError, connection, journal, known};
use crate::decide::{Batch, Incoming, decide};
use crate::desk::{Act, ActionKind, ActionOutcome, Done, Subject};

/// What became of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acted {
    Now(Done),
    /// It was done before.
    Before(Recorded),
    /// The retailer has no such connection any more.
    UnknownConnection,
}

/// How a message that waits is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// As it came, by the connection's settings.
    Retry,
    /// Whatever the settings say about updates. What cannot be booked stays as it waits.
    Apply,
}

impl Trial {
    pub(crate) const fn kind(self) -> ActionKind {
        match self {
            Self::Retry => ActionKind::Retry,
            Self::Apply => ActionKind::Apply,
        }
    }
}

impl Store {
    /// What the act came to, if it was done before.
    pub async fn done(
        &self,
        connection: ConnectionId,
        subject: &Subject,
        act: &Act,
    ) -> Result<Option<Recorded>, StoreError> {
        let mut db = self.pool.acquire().await?;
        journal::find(&mut db, connection.uuid(), subject, act).await
    }

    /// Tries the order in `incoming`, and notes what came of it; both or neither.
    pub async fn try_order(
        &self,
        act: &Act,
        trial: Trial,
        incoming: &Incoming,
    ) -> Result<Acted, StoreError> {
        for _ in 1..RACE_ATTEMPTS {
            match self.try_once(act, trial, incoming).await {
                Err(StoreError::Race) => {}
                settled => return settled,
            }
        }
        self.try_once(act, trial, incoming).await
    }

    async fn try_once(
        &self,
        act: &Act,
        trial: Trial,
        incoming: &Incoming,
    ) -> Result<Acted, StoreError> {
        let Some(order) = incoming.order_id() else {
            return Ok(Acted::UnknownConnection);
        };
        let subject = Subject::Order(order.as_str().to_owned());
        let mut db = self.pool.begin().await?;
        let messages = std::slice::from_ref(incoming);
        let mut connections = connection::find(&mut db, messages).await?;
        match trial {
            Trial::Retry => {}
            Trial::Apply => {
                for settings in connections.values_mut() {
                    settings.policy.updates = OrderUpdates::Apply;
                }
            }
        }
        let batch = Batch::new(messages, &connections);
        let known = known::load(&mut db, &batch, &self.erasures).await?;
        // Only now is the head locked, and nobody else does the same.
        let connection = incoming.connection.uuid();
        if let Some(before) = journal::find(&mut db, connection, &subject, act).await? {
            return Ok(Acted::Before(before));
        }
        let before = journal::standing(&mut db, connection, &subject).await?;
        let plan = decide(batch, &known, &*self.ids);
        let outcome = plan.outcomes.first().copied();
        let Some(outcome) = outcome.and_then(ActionOutcome::of) else {
            return Ok(Acted::UnknownConnection);
        };
        let reason = plan
            .parked
            .first()
            .map(|row| (row.reason.to_string(), row.detail.to_string()));
        let now = self.clock.now();
        let done = match (trial, outcome) {
            (Trial::Apply, ActionOutcome::Parked) => Done {
                reason,
                ..Done::plain(ActionOutcome::Refused)
            },
            (Trial::Retry | Trial::Apply, outcome) => {
                write(&mut db, &plan, now).await?;
                Done {
                    reason,
                    ..Done::plain(outcome)
                }
            }
        };
        let entry = Entry {
            retailer: incoming.retailer.uuid(),
            connection,
            subject: &subject,
            act,
            kind: trial.kind(),
            done: &done,
            before,
        };
        journal::write(&mut db, &entry, now).await?;
        db.commit().await?;
        Ok(Acted::Now(done))
    }

    /// Notes that a trial came to nothing, and why.
    pub async fn note_vain(
        &self,
        act: &Act,
        trial: Trial,
        retailer: RetailerId,
        connection: ConnectionId,
        order: &str,
        reason: (String, String),
    ) -> Result<Done, StoreError> {
        let done = Done {
            reason: Some(reason),
            ..Done::plain(match trial {
                Trial::Retry => ActionOutcome::Parked,
                Trial::Apply => ActionOutcome::Refused,
            })
        };
        let subject = Subject::Order(order.to_owned());
        let mut db = self.pool.begin().await?;
        let before = journal::standing(&mut db, connection.uuid(), &subject).await?;
        let entry = Entry {
            retailer: retailer.uuid(),
            connection: connection.uuid(),
            subject: &subject,
            act,
            kind: trial.kind(),
            done: &done,
            before,
        };
        journal::write(&mut db, &entry, self.clock.now()).await?;
        db.commit().await?;
        Ok(done)
    }
}
