//! Lets a plan happen: tells the ledger, waits until it is through, or stops.

use bus::{Message, PublishError};
use futures::future::join_all;
use jiff::SignedDuration;
use proto::convert::instant_into;
use shop::{Connection, Reading, Refusal, Source};

use super::{Importer, Turn};
use crate::chore::Trouble;
use crate::inbox::Came;
use crate::orders::Orders;
use crate::reading::Origin;
use crate::settled::settle;
use crate::store::{ImportJob, JobState, Untold};

/// Orders told at once; the broker commits as many in one batch.
const ORDERS_AT_ONCE: i64 = 200;
/// The topic of what an import brings; no shop's own topic is like it.
const TOPIC: &str = "comptoir.import";
/// The ledger is waited for while it gets on, and at most so long when it does not: what it has not counted
/// by then is laid aside there, or comes later and is taken all the same.
const SETTLING_PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// What became of a message.
enum Sent {
    Kept,
    /// No message of this size will ever be taken.
    TooLarge,
    Failed(PublishError),
}

impl Importer {
    /// Tells the ledger the next orders; they count as told only when the broker has them on disk.
    pub(super) async fn tell(
        &self,
        connection: &Connection,
        job: &ImportJob,
    ) -> Result<Turn, Trouble> {
        self.ledger.begin(connection, job.import).await?;
        let untold = self.store.untold(job.import, None, ORDERS_AT_ONCE).await?;
        if untold.is_empty() {
            let now = self.clock.now();
            self.store
                .move_import(job.import, &[JobState::Committing], JobState::Settling, now)
                .await?;
            return Ok(Turn::Next);
        }
        // All at once: publishes that wait together are committed together.
        let sending = untold.iter().map(async |untold| {
            let message = self.message(connection, job, untold)?;
            Some(self.send(message).await)
        });
        let sent = join_all(sending).await;
        let (mut told, mut failure) = (Vec::with_capacity(untold.len()), None);
        for (untold, sent) in untold.iter().zip(sent) {
            match sent {
                // Nothing that sales depend on: what it was when it was scanned it cannot be any more.
                None | Some(Sent::Kept) => told.push(&untold.order),
                Some(Sent::TooLarge) => {
                    let detail = "The order is larger than a message can be.";
                    let refused = self.store.cannot_be_told(
                        job.import,
                        &untold.order,
                        shop::Reason::TooLarge.as_str(),
                        detail,
                    );
                    refused.await?;
                }
                Some(Sent::Failed(error)) => failure = Some(error),
            }
        }
        self.store.told(job.import, &told, self.clock.now()).await?;
        failure.map_or(Ok(Turn::Next), |error| Err(Trouble::Broker(error)))
    }

    /// What the ledger is told of an order; `None`: nothing.
    fn message(
        &self,
        connection: &Connection,
        job: &ImportJob,
        untold: &Untold,
    ) -> Option<Message> {
        let Untold {
            order,
            body,
            asked_at,
        } = untold;
        let origin = Origin {
            delivery_id: format!("import:{}:{order}", job.import),
            received_at: Some(instant_into(self.clock.now())),
            topic: TOPIC.to_owned(),
            came: Came::Listed {
                asked_at: *asked_at,
            },
        };
        let reading = self.platform.read(connection, Source::Fetched, body);
        match settle(reading, *asked_at) {
            Reading::Order {
                order,
                status_known: _,
            } => Some(
                self.orders
                    .imported_snapshot(connection, &origin, job.import, &order),
            ),
            Reading::Refused(refusal) => {
                // The listing told which order it is, though its body does not.
                let refusal = Refusal {
                    order: refusal.order.or_else(|| Some(order.clone())),
                    ..refusal
                };
                Some(Orders::imported_refusal(
                    connection, &origin, job.import, &refusal,
                ))
            }
            Reading::Hint(_) | Reading::Nothing(_) | Reading::Event(_) => None,
        }
    }

    async fn send(&self, message: Message) -> Sent {
        match self.orders.publisher.publish(message).await {
            Ok(_) => Sent::Kept,
            Err(PublishError::TooLarge { .. }) => Sent::TooLarge,
            Err(
                error @ (PublishError::Unavailable { .. }
                | PublishError::Full { .. }
                | PublishError::Denied { .. }
                | PublishError::Refused { .. }),
            ) => Sent::Failed(error),
        }
    }

    /// Waits until the ledger has taken all that it was told.
    pub(super) async fn settle(
        &self,
        connection: &Connection,
        job: &ImportJob,
    ) -> Result<Turn, Trouble> {
        let taken = self.ledger.taken(connection, job.import).await?;
        let told = self.store.plan_counts(job.import).await?.told;
        let now = self.clock.now();
        let gives_up = job
            .settled_at
            .is_some_and(|since| now.duration_since(since) > SETTLING_PATIENCE);
        if taken < told && (taken > job.settled || !gives_up) {
            self.store.import_settled(job.import, taken, now).await?;
            return Ok(Turn::Rest);
        }
        if taken < told {
            let missing = told - taken;
            tracing::warn!(import = %job.import, missing, "the ledger has not taken all orders of an import");
        }
        self.ledger.complete(connection, job.import).await?;
        self.store.import_settled(job.import, taken, now).await?;
        self.store
            .move_import(job.import, &[JobState::Settling], JobState::Complete, now)
            .await?;
        Ok(Turn::Rest)
    }

    /// The ledger takes nothing of it any more; then it is cancelled here too.
    pub(super) async fn cancel(
        &self,
        connection: &Connection,
        job: &ImportJob,
    ) -> Result<Turn, Trouble> {
        self.ledger.cancel(connection, job.import).await?;
        let now = self.clock.now();
        self.store
            .move_import(
                job.import,
                &[JobState::Cancelling],
                JobState::Cancelled,
                now,
            )
            .await?;
        Ok(Turn::Rest)
    }
}
