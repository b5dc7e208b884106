//! One batch, one transaction.
//!
//! | step | statement | locks, in the order of their keys |
//! |---|---|---|
//! | 1 | connections; imports that bring some of the orders | their retailers' customers and those imports, shared |
//! | 2 | heads of orders seen before, then their sales, lines and payments | those heads |
//! | 3 | links, remaps, SKUs, service items, customers | none |
//! | 4 | decide: no statement | |
//! | 5 | items, links, customers, heads that are new | their unique keys |
//! | 6 | sales, lines, payments, deliveries, parked, held and erased orders, what they hold | covered by the heads |
//! | 7 | movements with levels | levels |
//! | 8 | outbox | its keys |
//!
//! Every writer takes the same steps and sorts within each, so writers wait for each other and never
//! in a circle. Whoever finds at step 5 that another one was there first rolls back and begins anew,
//! seeing what that one committed. The number of statements does not depend on the batch's size.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use service::clock::{Clock, Ids};
use sqlx::{PgConnection, PgPool};

use super::{
    StoreError, connection, customer, delivery, fulfilment, head, held, import, item, kit, known,
    level, open, outbox, parked, people, repoint, sale,
};
use crate::decide::{Batch, Dirty, Incoming, Outcome, Plan, decide};
use crate::erasure::ErasureKey;

/// Attempts at one batch before the race is called lost; each loss means that others have moved on.
pub(super) const RACE_ATTEMPTS: u32 = 20;

/// The ledger's tables, for writing.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) pool: PgPool,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) erasures: Arc<ErasureKey>,
}

impl Store {
    #[must_use]
    pub fn new(
        pool: PgPool,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        erasures: Arc<ErasureKey>,
    ) -> Self {
        Self {
            pool,
            clock,
            ids,
            erasures,
        }
    }

    /// The same on another pool.
    #[must_use]
    pub fn on(&self, pool: PgPool) -> Self {
        Self {
            pool,
            ..self.clone()
        }
    }

    /// What people who were erased are known again by.
    #[must_use]
    pub fn erasures(&self) -> &ErasureKey {
        &self.erasures
    }

    /// What the time is where movements are stamped.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Applies all messages, or none. Gives what became of each, by its place. Applying them again
    /// changes nothing.
    pub async fn apply(&self, incoming: &[Incoming]) -> Result<Vec<Outcome>, StoreError> {
        for _ in 1..RACE_ATTEMPTS {
            match self.attempt(incoming).await {
                Err(StoreError::Race) => {}
                settled => return settled,
            }
        }
        self.attempt(incoming).await
    }

    async fn attempt(&self, incoming: &[Incoming]) -> Result<Vec<Outcome>, StoreError> {
        let mut db = self.pool.begin().await?;
        let connections = connection::find(&mut db, incoming).await?;
        let mut batch = Batch::new(incoming, &connections);
        batch.admit(&import::lock(&mut db, incoming).await?);
        let known = known::load(&mut db, &batch, &self.erasures).await?;
        let plan = decide(batch, &known, &*self.ids);
        write(&mut db, &plan, self.clock.now()).await?;
        db.commit().await?;
        Ok(plan.outcomes)
    }
}

pub(super) async fn write(
    db: &mut PgConnection,
    plan: &Plan<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Plan {
        outcomes: _,
        items,
        links,
        customers,
        heads,
        sales,
        lines,
        worked,
        payments,
        movements,
        kit_parts,
        deliveries,
        warnings,
        repointed,
        repointed_lines,
        read,
        parked,
        imported,
        readmitted,
        held,
        unheld,
        reopened,
        open_lines,
        erased_orders,
        dirty,
    } = plan;
    item::write(db, items, links, now).await?;
    customer::write(db, customers, now).await?;
    head::write(db, heads).await?;
    sale::write(db, sales, now).await?;
    sale::warn(db, warnings, now).await?;
    repoint::write(db, repointed, repointed_lines, now).await?;
    sale::write_lines(db, sales, lines).await?;
    fulfilment::write(db, worked).await?;
    kit::write(db, kit_parts).await?;
    sale::write_payments(db, payments, now).await?;
    delivery::write(db, deliveries).await?;
    parked::clear(db, read).await?;
    parked::write(db, parked, now).await?;
    import::note(db, imported, now).await?;
    import::readmit(db, readmitted).await?;
    held::clear(db, unheld).await?;
    held::write(db, held, now).await?;
    let held = open::write(db, reopened, open_lines).await?;
    people::note_erased(db, erased_orders, now).await?;
    level::move_stock(db, movements, now).await?;
    // At once: whoever marks in two goes meets others half-way.
    let dirty: BTreeSet<Dirty> = dirty.iter().copied().chain(held).collect();
    outbox::mark(db, &Vec::from_iter(dirty), now).await
}
