//! What shops ask on behalf of people is answered, and what the ledger erased is taken out of the archive.
//!
//! The ledger decides who is erased and remembers it; this service does what shops ask of it, and takes away what it
//! keeps itself. All of it is done again until it is done: nothing here is lost by a crash, and a repeat changes nothing.

mod act;
mod grpc;
mod ledger;
mod left;
mod name;
mod search;
mod shred;

use std::sync::Arc;
use std::time::Duration;

use retail::PlatformCode;
use service::clock::Clock;
use service::seal::Keyring;
use shop::Platform;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use crate::archive::Bodies;
use crate::outage::Outage;
use crate::store::{Store, StoreError};

pub(crate) use grpc::Requests;
pub(crate) use ledger::LedgerErasures;
pub(crate) use left::Left;
pub(crate) use shred::as_hint;

/// Between two looks where no setting says otherwise.
pub(crate) const EVERY: Duration = Duration::from_secs(30);

/// What privacy takes.
pub(crate) struct Privacy {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) code: PlatformCode,
    pub(crate) store: Store,
    pub(crate) ledger: LedgerErasures,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) bodies: Bodies,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) every: Duration,
    pub(crate) outage: Outage,
    pub(crate) left: Left,
}

/// Why something is not done yet. None of these says of whom.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotYet {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the ledger does not do it: {0}")]
    Ledger(Code),
    #[error("setting LEDGER_URL is not set: nobody can be erased")]
    NoLedger,
    #[error("a search was broken off: {0}")]
    BrokenOff(#[from] tokio::task::JoinError),
}

impl NotYet {
    /// Whether others would fare no better.
    fn is_everybodys(&self) -> bool {
        match self {
            Self::Store(error) => error.is_outage(),
            Self::Ledger(code) => matches!(code, Code::Unavailable | Code::Unauthenticated),
            Self::NoLedger => true,
            Self::BrokenOff(_) => false,
        }
    }
}

impl From<Status> for NotYet {
    /// Its message may quote what was asked; its code does not.
    fn from(status: Status) -> Self {
        Self::Ledger(status.code())
    }
}

impl Privacy {
    /// Looks again and again until `stop`.
    pub(crate) async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let rounds = async {
            loop {
                match self.round().await {
                    Ok(()) => self.outage.succeeded(),
                    Err(error) => self.outage.failed(&error),
                }
                sleep(self.every).await;
            }
        };
        stop.run_until_cancelled(rounds).await;
        Ok(())
    }

    /// What cannot be asked for does not keep from being done what was.
    async fn round(&mut self) -> Result<(), NotYet> {
        let acted = self.act().await;
        self.store.shred_answered().await?;
        if self.ledger.is_known() {
            self.shred().await?;
        }
        self.left.end_round();
        acted
    }
}
