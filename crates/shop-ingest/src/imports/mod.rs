//! Imports of past orders: looks through what a shop has, keeps a plan of what is to come of it, and once
//! a person says so tells the ledger.
//!
//! Everything is in the service's memory before it counts: a page of the scan with the place where the listing
//! goes on, all or nothing; an order as told only when the broker has it on disk. A process that is killed goes
//! on there, and what it does once more the ledger knows already.

mod ask;
mod grpc;
mod order;
mod scan;
mod tell;

use std::sync::Arc;
use std::time::Duration;

use service::clock::Clock;
use shop::{Connection, Platform};

use crate::chore::{Chore, Trouble};
use crate::isolation::Gate;
use crate::ledger::Ledger;
use crate::orders::Orders;
use crate::store::{JobState, Store};

pub(crate) use ask::LedgerImports;
pub(crate) use grpc::Imports;

/// Between two looks for work.
const EVERY: Duration = Duration::from_secs(2);
/// Pages of one round; the next round goes on there.
const TURNS_AT_ONCE: usize = 10_000;

/// What imports are carried out with.
pub(crate) struct Importer {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) store: Store,
    pub(crate) orders: Orders,
    pub(crate) known: Ledger,
    pub(crate) ledger: LedgerImports,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What is to be done after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Next,
    /// Nothing to do for now.
    Rest,
}

impl Chore for Importer {
    const NAME: &'static str = "import";

    fn every(&self) -> Duration {
        EVERY
    }

    async fn round(&self, connection: &Connection, gate: &Gate) -> Result<(), Trouble> {
        for _ in 0..TURNS_AT_ONCE {
            // Read anew each time: a person may have halted it.
            let Some(job) = self.store.active_import(connection.id).await? else {
                return Ok(());
            };
            let turn = match job.state {
                JobState::Scanning => self.scan(connection, gate, &job).await?,
                JobState::Committing => self.tell(connection, &job).await?,
                JobState::Settling => self.settle(connection, &job).await?,
                JobState::Cancelling => self.cancel(connection, &job).await?,
                JobState::Planned | JobState::Complete | JobState::Cancelled => Turn::Rest,
            };
            match turn {
                Turn::Next => {}
                Turn::Rest => return Ok(()),
            }
        }
        Ok(())
    }

    async fn failed(&self, connection: &Connection, trouble: &Trouble) {
        let now = self.clock.now();
        let reason = trouble.to_string();
        let noted = self.store.import_failed(connection.id, &reason, now);
        if let Err(error) = noted.await {
            tracing::debug!(%error, "a failed import is not remembered");
        }
    }
}
