//! Spreadsheets that came in are checked and applied, one after the other, the one that waited longest first.
//!
//! Whatever is killed, the next process goes on: a check begins anew, and what the ledger is told of carries ids that
//! are made of the sheet's, so that it answers as before.

mod apply;
mod check;
mod resolve;

use std::time::Duration;

use retail::catalogue::sheet::Listed;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::registry::Registry;
use crate::store::{ProductView, SheetState, SheetWork, Store, StoreError};

/// Sheets are looked for this often.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// After a failure, doubled from first to last.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LAST_PAUSE: Duration = Duration::from_secs(10);
/// Another process is asked this often whether it still works.
const LEAD_EVERY: Duration = Duration::from_secs(5);
/// Old sheets are forgotten once in so many looks.
const LOOKS_BETWEEN_FORGETTING: u32 = 3_000;

/// Works on sheets.
pub struct Worker {
    pub store: Store,
    pub registry: Registry,
}

/// Why a step was not done. Unless the database refuses what it is given, it is tried again.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the ledger does not answer: {0}")]
    Ledger(#[from] Status),
}

impl Worker {
    /// Works until `stop`.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        stop.run_until_cancelled(self.lead()).await;
        Ok(())
    }

    /// Of several processes one works; the others wait for it to be gone.
    async fn lead(&self) {
        loop {
            match self.store.lead_sheets().await {
                Ok(Some(mut lead)) => {
                    let mut looks: u32 = 0;
                    while lead.holds().await {
                        self.look(looks).await;
                        looks = looks.wrapping_add(1);
                    }
                    tracing::warn!("the lock of the sheets is lost");
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "sheets wait"),
            }
            tokio::time::sleep(LEAD_EVERY).await;
        }
    }

    /// Works on one sheet, if there is one, until it waits for somebody.
    async fn look(&self, looks: u32) {
        if looks.is_multiple_of(LOOKS_BETWEEN_FORGETTING)
            && let Err(error) = self.store.forget_sheets().await
        {
            tracing::warn!(%error, "old sheets are not forgotten");
        }
        let work = match self.store.next_sheet().await {
            Ok(Some(work)) => work,
            Ok(None) => return tokio::time::sleep(LOOK_EVERY).await,
            Err(error) => {
                tracing::warn!(%error, "sheets wait");
                return tokio::time::sleep(LAST_PAUSE).await;
            }
        };
        let mut pause = FIRST_PAUSE;
        while let Err(failure) = self.step(&work).await {
            tracing::warn!(sheet = %work.id, state = work.state.as_str(), error = %failure, "a sheet waits");
            if self.is_given_up(&work, &failure).await {
                return;
            }
            tokio::time::sleep(pause).await;
            if pause == LAST_PAUSE {
                return;
            }
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    async fn step(&self, work: &SheetWork) -> Result<(), Failure> {
        match work.state {
            SheetState::Checking => Box::pin(self.check(work)).await,
            SheetState::Registering => self.register(work).await,
            SheetState::Writing => self.write(work).await,
            SheetState::Reverting => self.revert(work).await,
            // Nothing is to be done with those.
            SheetState::Filling
            | SheetState::Checked
            | SheetState::Applied
            | SheetState::Refused
            | SheetState::Expired => Ok(()),
        }
    }

    /// What the database refuses, it refuses again: the sheet is not applied.
    async fn is_given_up(&self, work: &SheetWork, failure: &Failure) -> bool {
        let Failure::Store(StoreError::Data { .. }) = failure else {
            return false;
        };
        tracing::error!(sheet = %work.id, error = %failure, "a sheet cannot be kept");
        let next = match work.state {
            SheetState::Registering | SheetState::Writing => SheetState::Reverting,
            SheetState::Filling
            | SheetState::Checking
            | SheetState::Checked
            | SheetState::Reverting
            | SheetState::Applied
            | SheetState::Refused
            | SheetState::Expired => SheetState::Refused,
        };
        let told = "the catalogue cannot keep what is in it";
        let brought = self.store.bring_sheet(work.id, next, told).await;
        brought.is_ok()
    }
}

/// A product as sheets tell of it.
#[must_use]
pub fn listed(view: &ProductView) -> Listed {
    let decided = view.online.iter();
    let decided = decided.filter_map(|channel| Some((channel.connection, channel.is_online?)));
    Listed {
        product: view.product.clone(),
        revision: view.revision,
        in_store: view.is_in_store,
        online: decided.collect(),
    }
}
